"""What one leaves to the next at a post."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.world import World, as_user
from webapp.base import audit, clock
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen
from webapp.base.notices import Notice
from webapp.cases import actions as cases, moves as case_moves
from webapp.cases.models import Case
from webapp.cases.rules import Source
from webapp.people import handover, posts, queries
from webapp.people.models import HandOver
from webapp.people.rules import HandOverState


@pytest.fixture
def case(world: World) -> Case:
    """An open case in the worker's grid, sent to the worker."""
    lon, lat = world.spot(world.home)
    made = cases.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )
    case_moves.dispatch(made, to=world.worker.id, by=world.dispatcher)
    return made


@pytest.fixture
def paper(world: World, case: Case) -> HandOver:
    """The worker's grid is passed on to the stranger."""
    _new, made = posts.rotate(
        queries.posts_of(world.worker.id)[0],
        to=queries.account(world.stranger.id),
        at=clock.now(),
        by=world.admin,
    )
    return made


def section(paper: HandOver, title: str) -> list[str]:
    return [
        line["words"]
        for each in paper.brief["sections"]
        if each["title"] == title
        for line in each["lines"]
    ]


def test_the_brief_names_the_open_cases_of_the_grid(paper: HandOver, case: Case) -> None:
    assert section(paper, "Open cases in the grid") == [f"{case.number} {case.case_class.name}"]


def test_the_brief_names_duties_in_other_grids(world: World) -> None:
    lon, lat = world.spot(world.next_door)
    far = cases.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.neighbour,
        prefix="DJJ",
    )
    case_moves.dispatch(far, to=world.worker.id, by=world.dispatcher)
    paper = posts.end(queries.posts_of(world.worker.id)[0], at=clock.now(), by=world.admin)
    assert section(paper, "Open cases in the grid") == []
    assert section(paper, "Open duties elsewhere") == [f"{far.number} {far.case_class.name}"]


def test_the_brief_names_places_and_unread_notices(paper: HandOver, world: World) -> None:
    assert section(paper, "Notices not read yet")
    titles = [each["title"] for each in paper.brief["sections"]]
    assert titles == [
        "Open cases in the grid",
        "Open duties elsewhere",
        "Who else stands here",
        "Places in the grid",
        "Enterprises in the grid",
        "Notices not read yet",
    ]


def test_the_new_holder_stands_in_the_brief(paper: HandOver) -> None:
    assert section(paper, "Who else stands here") == ["stranger"]


def test_giver_and_taker_sign_and_both_are_told(world: World, paper: HandOver) -> None:
    handover.give(paper, note="The key hangs behind the door.", by=world.worker)
    assert paper.state == HandOverState.GIVEN
    handover.take(paper, note=None, by=world.stranger)
    assert paper.state == HandOverState.TAKEN
    assert (paper.given_by_id, paper.taken_by_id) == (world.worker.id, world.stranger.id)
    moves = [event.move for event in audit.history("hand_over", paper.id)]
    assert moves == ["prepare", "give", "take"]
    url = f"/people/hand-overs/{paper.id}"
    told = db.session.scalars(select(Notice.account_id).where(Notice.url == url)).all()
    assert sorted(told) == sorted([world.worker.id, world.stranger.id, world.worker.id])


def test_the_brief_is_that_of_the_moment_it_was_signed(
    world: World, paper: HandOver, case: Case
) -> None:
    case_moves.sign(case, by=world.worker)
    handover.give(paper, note=None, by=world.worker)
    line = next(
        line
        for each in paper.brief["sections"]
        if each["title"] == "Open cases in the grid"
        for line in each["lines"]
    )
    assert line["state"] == "In progress"
    with pytest.raises(NotOpen):
        handover.renew(paper, note=None, by=world.worker)


@pytest.mark.parametrize(
    ("who", "deed"),
    [("stranger", handover.give), ("neighbour", handover.give), ("dispatcher", handover.give)],
)
def test_nobody_signs_for_the_giver_in_silence(
    world: World, paper: HandOver, who: str, deed: Callable[..., None]
) -> None:
    with pytest.raises(NotAllowed):
        deed(paper, note=None, by=getattr(world, who))


def test_the_taker_signs_only_what_was_given(world: World, paper: HandOver) -> None:
    with pytest.raises(NotOpen):
        handover.take(paper, note=None, by=world.stranger)
    handover.give(paper, note=None, by=world.worker)
    with pytest.raises(NotAllowed):
        handover.take(paper, note=None, by=world.worker)


def test_an_administrator_signs_for_somebody_gone_and_says_why(
    world: World, paper: HandOver
) -> None:
    with pytest.raises(EvidenceMissing):
        handover.give_for(paper, note=None, by=world.admin)
    handover.give_for(paper, note="left the house", by=world.admin)
    handover.take_for(paper, note="in hospital", by=world.admin)
    assert (paper.given_by_id, paper.given_reason) == (world.admin.id, "left the house")
    assert (paper.taken_by_id, paper.taken_reason) == (world.admin.id, "in hospital")


def test_the_taker_gives_an_incomplete_brief_back(world: World, paper: HandOver) -> None:
    handover.give(paper, note=None, by=world.worker)
    with pytest.raises(EvidenceMissing):
        handover.give_back(paper, note=None, by=world.stranger)
    handover.give_back(paper, note="The list of elders is missing.", by=world.stranger)
    assert paper.state == HandOverState.DRAFT
    assert paper.given_at is None


def test_a_taker_is_named_later(world: World) -> None:
    paper = posts.end(queries.posts_of(world.worker.id)[0], at=clock.now(), by=world.admin)
    handover.give(paper, note=None, by=world.worker)
    handover.name_taker(paper, queries.account(world.neighbour.id), by=world.admin)
    handover.take(paper, note=None, by=world.neighbour)
    assert paper.state == HandOverState.TAKEN


def test_whoever_read_an_older_paper_is_told(world: World, paper: HandOver) -> None:
    seen = paper.version
    handover.renew(paper, note="one thing more", by=world.worker)
    with pytest.raises(Changed):
        handover.give(paper, note=None, by=world.worker, base_version=seen)


def test_posts_of_residents_and_machines_are_not_handed_over(world: World) -> None:
    post = posts.give(
        queries.account(world.stranger.id),
        role="employer",
        unit_id=queries.street_id(),
        since=clock.now(),
        by=world.admin,
    )
    assert posts.end(post, at=clock.now().replace(year=2030), by=world.admin) is None


def test_the_paper_is_signed_on_its_page(app: Flask, world: World, paper: HandOver) -> None:
    db.session.commit()
    address = f"/people/hand-overs/{paper.id}"
    giver, taker = as_user(app, world.worker), as_user(app, world.stranger)
    read = giver.get(address)
    assert f'value="{paper.version}"' in read.text
    assert f"{address}/give" in read.text
    assert f"{address}/take" not in taker.get(address).text
    assert (
        giver.post(f"{address}/give", data={"note": "All said.", "version": "1"}).status_code == 303
    )
    assert "All said." in taker.get(address).text
    assert taker.post(f"{address}/take").status_code == 303
    assert taker.post(f"{address}/take").status_code == 409


def test_only_those_whom_it_concerns_see_the_paper(
    app: Flask, world: World, paper: HandOver
) -> None:
    db.session.commit()
    address = f"/people/hand-overs/{paper.id}"
    assert as_user(app, world.neighbour).get(address).status_code == 403
    assert as_user(app, world.shift_leader).get(address).status_code == 200
    assert str(paper.id) not in as_user(app, world.neighbour).get("/people/hand-overs").text.split(
        "hand-overs/"
    )
    assert address in as_user(app, world.stranger).get("/people/hand-overs").text


def test_a_missing_reason_is_said_beside_its_field(
    app: Flask, world: World, paper: HandOver
) -> None:
    db.session.commit()
    answer = as_user(app, world.admin).post(f"/people/hand-overs/{paper.id}/give_for")
    assert answer.status_code == 422
    assert 'id="field-note-error"' in answer.text


def test_a_brief_is_read_in_both_languages(app: Flask, world: World, paper: HandOver) -> None:
    db.session.commit()
    client = as_user(app, world.worker)
    english = client.get(f"/people/hand-overs/{paper.id}?lang=en").text
    chinese = client.get(f"/people/hand-overs/{paper.id}?lang=zh_CN").text
    assert "Open cases in the grid" in english
    assert "网格内未结案件" in chinese
