"""What is around a case: twins found on arrival and merged, its like, surroundings, its reporter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.cases.stages import brought_to, reported
from tests.plans import planned
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.audit import Event
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.notices import Notice
from webapp.base.spatial import shape_of, to_lonlat
from webapp.cases import moves
from webapp.cases.around import queries
from webapp.cases.desk import queries as desk
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import State


def beside(world: World, metres: float, **more: Any) -> Case:
    """A case so many metres east of the spot of the home grid."""
    case = reported(world, **more)
    at = shape_of(case.geom)
    lon, lat = to_lonlat(at.x + metres, at.y)
    case.place_at(lon, lat, datum=Datum.WGS84)
    db.session.flush()
    db.session.refresh(case)
    return case


def found(case: Case, who: Any) -> list[str]:
    return [twin.number for twin, _metres in queries.twins(case, who)]


def test_the_same_matter_is_found_within_its_radius_and_its_days(
    session: Session, world: World
) -> None:
    radius = session.get(CaseClass, "06010").merge_radius_m
    near, far = beside(world, radius - 1), beside(world, radius + 1)
    old = reported(world)
    old.received_at = clock.now() - timedelta(days=8)
    brought_to(State.CLOSED, world)
    case = reported(world)
    assert found(case, world.dispatcher) == [near.number]
    assert far.number not in found(case, world.dispatcher)


def test_a_class_that_is_taken_for_it_counts_as_the_same(session: Session, world: World) -> None:
    other = reported(world, class_code="06042")
    reported(world, class_code="09006")
    case = reported(world)
    assert found(case, world.dispatcher) == [other.number]


def test_what_may_be_the_same_stands_in_the_first_event(session: Session, world: World) -> None:
    first = reported(world)
    second = reported(world)
    event = session.scalars(
        select(Event).where(Event.thing_kind == "case", Event.thing_id == second.id)
    ).one()
    assert event.data["twins"] == [first.number]
    listed = desk.queued(world.dispatcher, Wish(), at=clock.now())
    assert [case.id for case in listed if case.doubted] == [second.id]
    assert not [case for case in desk.queued(world.worker, Wish(), at=clock.now()) if case.doubted]


def test_one_tap_merges_and_every_reporter_keeps_hearing(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    target = reported(world)
    twin = reported(world, by=world.neighbour, lon=lon, lat=lat)
    third = reported(world, by=world.stranger, lon=lon, lat=lat)
    desk = as_user(app, world.dispatcher)
    block = desk.get(f"/cases/{third.id}/twins", headers={"HX-Request": "true"}).get_data(
        as_text=True
    )
    assert f'value="{twin.number}"' in block
    assert f'data-twin="{target.number}"' in block
    for case, into in ((third, twin), (twin, target)):
        db.session.refresh(case)
        answer = desk.post(
            f"/cases/{case.id}/merge", data={"into": into.number, "base_version": case.version}
        )
        assert answer.status_code == 303
    db.session.expire_all()
    assert target.reports == 3
    assert "3 人次上报" in desk.get(f"/cases/{target.id}").get_data(as_text=True)
    assert "×3" in desk.get("/cases").get_data(as_text=True)

    moves.void(_filed(target, world), by=world.shift_leader, note="it was a mistake")
    for person, own in ((world.neighbour, twin), (world.stranger, third), (world.worker, target)):
        last = db.session.scalars(
            select(Notice).where(Notice.account_id == person.id).order_by(Notice.id.desc())
        ).first()
        assert last is not None
        assert last.url == f"/cases/{own.id}"
        assert last.params["number"] == own.number


def _filed(case: Case, world: World) -> Case:
    moves.file_case(case, by=world.dispatcher)
    return case


def test_those_who_may_not_merge_are_offered_no_merge(app: Flask, world: World) -> None:
    reported(world)
    case = reported(world)
    assert "并入" not in as_user(app, world.worker).get(f"/cases/{case.id}/twins").get_data(True)
    for page in ("twins", "like", "surroundings", "reporter", "paper", "paper.pdf"):
        answer = as_user(app, world.neighbour).get(f"/cases/{case.id}/{page}")
        assert answer.status_code == 403, page


def test_similar_cases_are_told_with_their_outcome(app: Flask, world: World) -> None:
    solved = brought_to(State.CLOSED, world)
    case = reported(world)
    text_ = as_user(app, world.dispatcher).get(f"/cases/{case.id}/like").get_data(as_text=True)
    assert f"/cases/{solved.id}" in text_
    assert "已结案" in text_
    assert "<svg viewBox" in text_


def test_the_surroundings_are_fifty_metres_and_twelve_weeks(app: Flask, world: World) -> None:
    inside, outside = beside(world, 49), beside(world, 51)
    ended = brought_to(State.CLOSED, world)
    other_class = reported(world, class_code="09006")
    old = reported(world)
    old.received_at = clock.now() - timedelta(weeks=13)
    case = reported(world)
    page = as_user(app, world.dispatcher).get(f"/cases/{case.id}/surroundings").get_data(True)
    assert {each for each in (inside, ended) if each.number in page} == {inside, ended}
    assert not [each for each in (outside, other_class, old) if each.number in page]


def test_the_same_reporter_is_told_without_what_is_confidential(app: Flask, world: World) -> None:
    case, plain = reported(world), reported(world)
    secret = reported(world)
    secret.confidential = True
    db.session.flush()
    leader = as_user(app, world.shift_leader)
    page = leader.get(f"/cases/{case.id}/reporter").get_data(as_text=True)
    assert plain.number in page
    assert secret.number in page, "whoever accepts reports knows who made them"
    supervisor = as_user(app, someone("overseer", "supervisor"))
    page = supervisor.get(f"/cases/{case.id}/reporter").get_data(as_text=True)
    assert plain.number in page
    assert secret.number not in page
    assert supervisor.get(f"/cases/{secret.id}/reporter").status_code == 403
    own = supervisor.get(f"/cases/{secret.id}").get_data(as_text=True)
    assert '<span class="wrap">worker</span>' not in own
    assert as_user(app, world.stranger).get(f"/cases/{case.id}/reporter").status_code == 403
    assert as_user(app, world.worker).get(f"/cases/{case.id}/reporter").status_code == 403


_MANY = text("""
    INSERT INTO case_file (number, class_code, source, state, version, happened_at, received_at,
                           geom, datum, raw_lon, raw_lat, reporter_id, due_at)
    SELECT 'MANY-' || n, (ARRAY['06010', '06011', '06042', '09006'])[1 + n % 4], 'worker',
           CASE WHEN n % 3 = 0 THEN 'filed' ELSE 'closed' END, 1, now(), now(),
           ST_Translate(c.geom, (n % 141) * 30 - 2100, (n / 141) * 30 - 2100), 'wgs84',
           c.raw_lon, c.raw_lat, c.reporter_id, now()
    FROM case_file c CROSS JOIN generate_series(1, 20000) n WHERE c.id = :case
""")


@pytest.fixture
def many(session: Session, world: World) -> Case:
    """A case among 20,000 others, a third of them open."""
    case = reported(world)
    session.execute(text("ALTER TABLE case_file DISABLE TRIGGER placed"))
    session.execute(_MANY, {"case": case.id})
    session.execute(text("ALTER TABLE case_file ENABLE TRIGGER placed"))
    session.execute(text("ANALYZE case_file"))
    return case


def _explained(run: Callable[[], object]) -> str:
    """The plan of the first statement that `run` asks of the cases."""
    with planned("case_file") as plans:
        run()
    return plans[0]


def test_duplicates_are_looked_up_in_the_index_of_open_cases(many: Case, world: World) -> None:
    for run in (
        lambda: queries.twin_numbers(many),
        lambda: queries.twins(many, world.dispatcher),
    ):
        plan = _explained(run)
        assert "ix_case_file_open_near" in plan, plan
        assert "Seq Scan on case_file" not in plan, plan
    # The queue asks the same of each of its rows.
    plan = _explained(lambda: desk.queued(world.dispatcher, Wish(), at=clock.now()))
    assert "ix_case_file_open_near on case_file case_file_1" in plan, plan


def test_the_surroundings_are_looked_up_in_an_index(many: Case, world: World) -> None:
    for wanted in (queries.surroundings(many), queries.by_same_reporter(many, None)):
        plan = _explained(
            lambda wanted=wanted: queries.newest(wanted, world.dispatcher, before=None, hide=True)
        )
        assert "Seq Scan on case_file" not in plan, plan
    plan = _explained(
        lambda: queries.newest(
            queries.surroundings(many), world.dispatcher, before=None, hide=False
        )
    )
    assert "geom" in plan, plan


def test_a_case_without_a_place_has_no_surroundings(app: Flask, world: World) -> None:
    case = reported(world)
    db.session.execute(
        text(
            "UPDATE case_file SET geom = NULL, datum = NULL, raw_lon = NULL, raw_lat = NULL"
            " WHERE id = :id"
        ),
        {"id": case.id},
    )
    db.session.expire_all()
    browser = as_user(app, world.dispatcher)
    for page in ("", "/twins", "/like", "/surroundings", "/reporter", "/paper"):
        assert browser.get(f"/cases/{case.id}{page}").status_code == 200, page
