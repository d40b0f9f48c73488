"""The desk: the queue narrowed, filters kept with counts, several cases at once, phrases, shifts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.cases.stages import brought_to, reported
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.base.notices import Notice
from webapp.cases import moves
from webapp.cases.desk import actions, bulk, queries, shifts
from webapp.cases.desk.forms import BulkForm, Wish
from webapp.cases.desk.models import DeskFilter, DeskShift, Phrase
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.grids.models import Unit
from webapp.grids.rules import UnitKind
from webapp.people.actors import Person


def numbers(who: Person, **wish: Any) -> set[str]:
    found = queries.queued(who, Wish.asked({k: str(v) for k, v in wish.items()}), at=clock.now())
    return {case.number for case in found}


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "SAVEPOINT" not in statement:
            seen.append(statement)

    engine = db.session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def department() -> Unit:
    unit = db.session.scalar(select(Unit).where(Unit.kind == UnitKind.DEPARTMENT).limit(1))
    if unit is None:
        unit = Unit(kind=UnitKind.DEPARTMENT, name="a department")
        db.session.add(unit)
        db.session.flush()
    return unit


def test_words_and_numbers_are_found_as_they_are_written(session: Session, world: World) -> None:
    one = reported(world, words="100%_done", where_words="behind the school")
    other = reported(world, words="something else", class_code="09006")
    desk = world.dispatcher
    assert numbers(desk, q="100%_") == {one.number}
    assert numbers(desk, q="SCHOOL") == {one.number}
    assert numbers(desk, q=other.number[-6:]) == {other.number}
    assert numbers(desk, q="占道经营") == {other.number}
    assert numbers(desk, q="nowhere") == set()


def test_each_filter_narrows_by_its_own_thing(session: Session, world: World) -> None:
    one = reported(world)
    lon, lat = world.spot(world.next_door)
    other = reported(world, class_code="09006", lon=lon, lat=lat)
    other.grade, other.source = "urgent", "public"
    other.due_at = clock.now() - timedelta(hours=1)
    session.flush()
    desk = world.dispatcher
    for wish in (
        {"of_class": "09"},
        {"of_class": "09006"},
        {"place": world.next_door.display_code},
        {"grade": "urgent"},
        {"source": "public"},
        {"light": "late"},
    ):
        assert numbers(desk, **wish) == {other.number}, wish
    assert numbers(desk, light="green") == {one.number}
    assert numbers(desk, place=world.home.community_id) >= {one.number}
    today = clock.now().date()
    assert numbers(desk, since=today + timedelta(days=2)) == set()
    assert numbers(desk, until=today - timedelta(days=2)) == set()
    moves.send_verify(one, to=desk.id, by=world.shift_leader)
    assert numbers(desk, mine=1) == {one.number}


def test_a_worker_finds_only_what_they_may_see(session: Session, world: World) -> None:
    lon, lat = world.spot(world.next_door)
    elsewhere = reported(world, by=world.neighbour, lon=lon, lat=lat, words="next door")
    assert numbers(world.worker, q="next door") == set()
    assert numbers(world.neighbour, q="next door") == {elsewhere.number}
    assert numbers(world.stranger, q="next door") == set()


def test_pages_follow_each_other_within_a_filter(session: Session, world: World) -> None:
    late = [reported(world, words="paged") for _each in range(3)]
    for case in late[:2]:
        case.due_at = clock.now() - timedelta(hours=1)
    reported(world, words="not this one")
    session.flush()
    seen, last = [], None
    while rows := queries.queued(
        world.dispatcher, Wish(q="paged", before=last), at=clock.now(), limit=1
    ):
        seen.append(rows[0].id)
        last = rows[0].id
    assert seen == [late[1].id, late[0].id, late[2].id]


def test_a_kept_filter_stands_above_the_queue_with_its_count(app: Flask, world: World) -> None:
    reported(world, words="kept for me")
    browser = as_user(app, world.dispatcher)
    answer = browser.post("/cases/filters", data={"q": "kept for me", "name": "mine alone"})
    assert answer.status_code == 303
    assert "q=kept+for+me" in answer.headers["Location"]
    page = browser.get("/cases").get_data(as_text=True)
    assert "mine alone" in page
    wishes = [Wish(q="kept for me")]
    assert queries.counts(world.dispatcher, Wish(), wishes, at=clock.now())[2] == [1]
    reported(world, words="kept for me too")
    assert queries.counts(world.dispatcher, Wish(), wishes, at=clock.now())[2] == [2]
    assert "mine alone" not in as_user(app, world.shift_leader).get("/cases").get_data(as_text=True)


def test_nobody_removes_the_filter_of_another(app: Flask, world: World) -> None:
    kept = actions.keep_filter(Wish(q="x"), name="x", by=world.dispatcher)
    address = f"/cases/filters/{kept.id}/forget"
    assert as_user(app, world.shift_leader).post(address).status_code == 403
    assert as_user(app, world.dispatcher).post(address).status_code == 303
    assert db.session.scalar(select(DeskFilter)) is None


def test_a_filter_without_a_name_or_without_a_wish_says_what_is_missing(
    app: Flask, world: World
) -> None:
    browser = as_user(app, world.dispatcher)
    assert browser.post("/cases/filters", data={"q": "x"}).status_code == 422
    assert browser.post("/cases/filters", data={"name": "all"}).status_code == 422


@pytest.mark.parametrize("count", [2, 30])
def test_the_queue_asks_six_questions_whatever_it_holds(
    app: Flask, session: Session, world: World, count: int
) -> None:
    actions.keep_filter(Wish(light="late"), name="late ones", by=world.dispatcher)
    actions.keep_filter(Wish(q="rubbish"), name="rubbish", by=world.dispatcher)
    for _each in range(count):
        reported(world)
    browser = as_user(app, world.dispatcher)
    browser.get("/cases")
    with statements(session) as seen:
        answer = browser.get("/cases?q=rubbish", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert len(seen) <= 6, "\n".join(seen)


def test_each_of_many_has_its_own_answer(session: Session, world: World) -> None:
    fresh, filed = reported(world), brought_to(State.FILED, world)
    changed = reported(world)
    seen = f"{changed.id}:{changed.version}"
    moves.accept(changed, by=world.dispatcher)
    form = BulkForm(act="accept", case=[f"{fresh.id}:{fresh.version}", f"{filed.id}", seen])
    answers = {each.number: each for each in bulk.act(form, by=world.dispatcher)}
    assert answers[fresh.number].done
    assert fresh.state == State.ACCEPTED
    assert not answers[filed.number].done
    assert "立案" in str(answers[filed.number].words)
    assert filed.state == State.FILED
    assert not answers[changed.number].done


def test_many_go_to_a_department_and_many_to_a_check(session: Session, world: World) -> None:
    new, filed = reported(world), brought_to(State.FILED, world)
    unit = department()
    cases = [f"{each.id}:{each.version}" for each in (new, filed)]
    answers = bulk.act(BulkForm(act="dispatch", case=cases, unit=unit.id), by=world.dispatcher)
    assert [each.done for each in answers] == [True, True]
    assert {new.department_id, filed.department_id} == {unit.id}
    handled = brought_to(State.FEEDBACK, world)
    answers = bulk.act(BulkForm(act="send_check", case=[str(handled.id)]), by=world.dispatcher)
    assert answers[0].done
    assert handled.checker_id not in (None, handled.handler_id)


def test_the_form_of_many_asks_for_what_is_missing_and_then_shows_what_became_of_each(
    app: Flask, world: World
) -> None:
    case, filed = reported(world), brought_to(State.FILED, world)
    browser = as_user(app, world.dispatcher)
    sent: dict[str, Any] = {"act": "reject", "case": [f"{case.id}:{case.version}", f"{filed.id}"]}
    first = browser.post("/cases/bulk", data=sent)
    assert first.status_code == 200
    assert case.number in first.get_data(as_text=True)
    assert browser.post("/cases/bulk", data={**sent, "asked": "1"}).status_code == 422
    done = browser.post("/cases/bulk", data={**sent, "asked": "1", "note": "not ours"})
    text = done.get_data(as_text=True)
    assert done.status_code == 200
    assert "已办 1 件" in text
    assert "未办原因" in text
    db.session.expire_all()
    assert case.state == State.REJECTED


def test_a_stranger_deals_with_nothing_at_once(app: Flask, world: World) -> None:
    case = reported(world)
    for person in (world.stranger, world.worker):
        answer = as_user(app, person).post("/cases/bulk", data={"act": "accept", "case": case.id})
        assert answer.status_code == 403
    assert db.session.get(Case, case.id).state == State.REPORTED


def test_phrases_of_all_are_in_the_hands_of_the_shift_leader(app: Flask, world: World) -> None:
    dispatcher, leader = (as_user(app, each) for each in (world.dispatcher, world.shift_leader))
    assert dispatcher.post("/cases/phrases", data={"words": "please hurry"}).status_code == 303
    refused = dispatcher.post("/cases/phrases", data={"words": "for all", "shared": "1"})
    assert refused.status_code == 403
    assert (
        leader.post("/cases/phrases", data={"words": "for all", "shared": "1"}).status_code == 303
    )
    assert leader.get("/cases/phrases").get_data(as_text=True).count("please hurry") == 0
    taps = dispatcher.get("/cases/phrases", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert taps.count("data-phrase") == 2
    shared = db.session.scalar(select(Phrase).where(Phrase.account_id.is_(None)))
    assert shared is not None
    assert dispatcher.post(f"/cases/phrases/{shared.id}/remove").status_code == 403
    assert as_user(app, world.stranger).get("/cases/phrases").status_code == 403
    changed = leader.post(f"/cases/phrases/{shared.id}", data={"words": "new", "version": "1"})
    assert changed.status_code == 303
    again = leader.post(f"/cases/phrases/{shared.id}", data={"words": "old", "version": "1"})
    assert again.status_code == 409


def test_a_shift_is_signed_by_both_and_says_what_is_open(app: Flask, world: World) -> None:
    late = brought_to(State.PROCESSING, world)
    late.due_at = clock.now() - timedelta(hours=1)
    asked = brought_to(State.EXTENSION_REQUESTED, world)
    db.session.flush()
    giver, taker = as_user(app, world.dispatcher), as_user(app, world.shift_leader)
    answer = giver.post("/cases/shifts")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = giver.get(address).get_data(as_text=True)
    assert late.number in page
    assert asked.number in page
    assert giver.post(f"{address}/give", data={"note": "call the school"}).status_code == 422
    assert giver.post(f"{address}/take").status_code in (403, 409)
    sent = {"note": "call the school", "taker": str(world.shift_leader.id)}
    assert giver.post(f"{address}/give", data=sent).status_code == 303
    assert giver.post(f"{address}/take").status_code == 403
    told = select(Notice).where(Notice.account_id == world.shift_leader.id)
    assert any(each.url == address for each in db.session.scalars(told))
    assert taker.post(f"{address}/take").status_code == 303
    paper = db.session.scalars(select(DeskShift)).one()
    assert paper.state == "taken"
    assert paper.note == "call the school"
    assert as_user(app, world.stranger).get(address).status_code == 403
    assert as_user(app, world.worker).get(address).status_code == 403


def test_the_next_shift_begins_where_the_last_was_taken_over(
    session: Session, world: World
) -> None:
    paper = shifts.prepare(by=world.dispatcher)
    assert shifts.prepare(by=world.dispatcher) is paper
    shifts.give(paper, note=None, taker=world.shift_leader.id, by=world.dispatcher)
    shifts.take(paper, note=None, taker=None, by=world.shift_leader)
    came = reported(world)
    came.received_at = clock.now()
    db.session.flush()
    following = shifts.prepare(by=world.shift_leader)
    assert following.since == paper.taken_at
    assert following.brief["figures"]["came"] == 1
    assert came.received_at >= following.since


def test_a_paper_that_lacks_something_goes_back_to_the_giver(
    session: Session, world: World
) -> None:
    paper = shifts.prepare(by=world.dispatcher)
    shifts.give(paper, note="", taker=world.shift_leader.id, by=world.dispatcher)
    shifts.give_back(paper, note="and the alarm?", taker=None, by=world.shift_leader)
    assert (paper.state, paper.given_at) == ("draft", None)
    outsider = someone("outsider")
    with pytest.raises(Exception, match="指挥台"):
        shifts.give(paper, note="", taker=outsider.id, by=world.dispatcher)
