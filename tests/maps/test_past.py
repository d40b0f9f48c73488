"""The time machine: what the map says of a moment is what the log knows, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import text

from tests.cases import stages
from tests.interop.open311.counting import statements
from tests.monitoring.alarms.told import raised
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.past import REACH
from webapp.cases import moves
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.maps.past import queries as past_queries, replaying as past
from webapp.maps.past.queries import Span, Step
from webapp.monitoring.alarms import handling
from webapp.monitoring.alarms.rules import Outcome
from webapp.monitoring.signals import Kind
from webapp.people import days

HOUR = timedelta(hours=1)


@pytest.fixture
def noon() -> datetime:
    """Noon of the day before yesterday: all of what follows lies in one day, and is over."""
    return days.start_of(days.today()) - timedelta(days=2) + 12 * HOUR


def told(world: World, moment: datetime) -> dict[str, str]:
    """The marks of the cases on the map at a moment, by their numbers."""
    return {row[5]: row[3] for row in past.at(world.dispatcher, "cases", moment)}


def lived(world: World, noon: datetime) -> Case:
    """A case that came in at noon, was filed at one and declared void at three."""
    with clock.at(noon):
        case = stages.reported(world)
    with clock.at(noon + HOUR):
        moves.file_case(case, by=world.dispatcher)
    with clock.at(noon + 3 * HOUR):
        moves.void(case, note="不存在", by=world.shift_leader)
    db.session.commit()
    return case


def test_a_case_stands_as_it_stood(world: World, noon: datetime) -> None:
    case = lived(world, noon)
    assert told(world, noon - HOUR) == {}
    assert told(world, noon + HOUR / 2) == {case.number: "new"}
    assert told(world, noon + 2 * HOUR) == {case.number: "rest"}
    assert told(world, noon + 4 * HOUR) == {}
    assert past.at(world.stranger, "cases", noon + 2 * HOUR) == []
    assert past.at(world.neighbour, "cases", noon + 2 * HOUR) == []


def test_it_was_late_by_the_limit_that_held_then(world: World, noon: datetime) -> None:
    with clock.at(noon):
        case = stages.reported(world)
        moves.file_case(case, by=world.dispatcher)
        moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
        moves.sign(case, by=world.worker)
    limit = case.due_at
    assert limit is not None
    # What is asked for is counted by the log: an extension of today changes nothing in the past.
    span = Span(limit - HOUR / 2, limit - HOUR / 2)
    marks = past.case_marks(
        past_queries.steps("case", [case.id], span)[case.id],
        past_queries.terms([case.id])[case.id],
        span,
    )
    assert [mark for _at, mark in marks] == ["soon"]
    with clock.at(noon + HOUR):
        moves.request_extension(case, days=1, note="等配件", by=world.worker)
        moves.grant_extension(case, by=world.dispatcher)
    db.session.commit()
    terms = past_queries.terms([case.id])[case.id]
    assert terms[0][1] is None or terms[0][1] <= limit
    assert terms[-1][1] is not None
    assert terms[-1][1] > limit


def test_a_day_says_of_each_thing_when_it_changed(app: Flask, world: World, noon: datetime) -> None:
    case = lived(world, noon)
    desk = as_user(app, world.dispatcher)
    day = days.first_day(noon).isoformat()
    found = desk.get(f"/maps/replay.json?day={day}").get_json()
    assert found["seconds"] == 86_400
    assert set(found["layers"]) == {"cases", "alarms", "projects"}
    (row,) = found["layers"]["cases"]["rows"]
    assert (row[0], row[4], row[5]) == (case.id, case.number, case.grid_id)
    assert row[6] == [[12 * 3600, "new"], [13 * 3600, "rest"], [15 * 3600, None]]
    before = days.first_day(noon - timedelta(days=1)).isoformat()
    assert desk.get(f"/maps/replay.json?day={before}").get_json()["layers"]["cases"]["rows"] == []
    after = desk.get(f"/maps/replay.json?day={days.today().isoformat()}").get_json()
    assert after["layers"]["cases"]["rows"] == []
    assert after["seconds"] <= 86_400


def test_an_open_case_that_nothing_happens_to_stands_there_all_day(
    world: World, noon: datetime
) -> None:
    with clock.at(noon):
        case = stages.reported(world)
    db.session.commit()
    day = past.day_of(days.first_day(noon + timedelta(days=1)))
    (row,) = past.replay(world.dispatcher, day)["layers"]["cases"]["rows"]
    # Nobody looked at it in time, so it is late from the first moment on.
    assert (row[0], row[6]) == (case.id, [[0, "late"]])


def test_alarms_and_projects_have_a_past_too(
    app: Flask, session: Any, world: World, noon: datetime
) -> None:
    alarm = raised(world, Kind.SMOKE)
    handling.see(alarm, by=world.dispatcher)
    handling.close(alarm, outcome=Outcome.REAL, note="burnt soup", by=world.dispatcher)
    db.session.commit()
    moment = db.session.scalar(
        text("SELECT max(at) FROM event WHERE thing_kind = 'alarm' AND after <> 'closed'")
    )
    rows = past.at(world.dispatcher, "alarms", moment)
    assert [row[0] for row in rows] == [alarm.id]
    assert past.at(world.dispatcher, "alarms", clock.now()) == []
    assert past.at(world.dispatcher, "projects", moment) == []


def test_layers_answer_as_of_a_moment(app: Flask, world: World, noon: datetime) -> None:
    case = lived(world, noon)
    desk = as_user(app, world.dispatcher)

    def rows(layer: str, **asked: Any) -> Any:
        return desk.get(f"/maps/layers/{layer}.json", query_string=asked).get_json()["rows"]

    then = (noon + 2 * HOUR).isoformat()
    assert [row[0] for row in rows("cases", as_of=then)] == [case.id]
    assert rows("cases", as_of=then, bbox="0,0,1,1") == []
    assert rows("counts", as_of=then) == [[case.grid_id, 1, 0, None]]
    assert rows("cases") == []
    now = clock.now().isoformat()
    borders = desk.get("/maps/layers/grids.json", query_string={"as_of": now}).get_json()
    assert len(borders["features"]) == 97
    for moment in (clock.now() + HOUR, clock.now() - REACH - timedelta(days=3)):
        asked = {"as_of": moment.isoformat()}
        answer = desk.get("/maps/layers/cases.json", query_string=asked)
        assert answer.status_code == 422
    assert (
        as_user(app, world.stranger).get(f"/maps/layers/cases.json?as_of={then[:10]}").status_code
        == 403
    )
    assert as_user(app, world.stranger).get("/maps/replay.json?day=2026-01-01").status_code == 403


def test_a_longer_day_asks_no_more_questions(app: Flask, world: World, noon: datetime) -> None:
    desk = as_user(app, world.dispatcher)
    address = f"/maps/replay.json?day={days.first_day(noon).isoformat()}"
    counts = []
    for _round in range(2):
        for _each in range(3):
            lived(world, noon)
        desk.get(address)
        with statements(app) as asked:
            assert len(desk.get(address).get_json()["layers"]["cases"]["rows"]) >= 3
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


@given(
    gaps=st.lists(st.integers(0, 40_000), min_size=1, max_size=6),
    states=st.lists(st.sampled_from(list(State)), min_size=6, max_size=6),
    due=st.none() | st.integers(-90_000, 180_000),
    at=st.integers(0, 86_400),
)
def test_the_marks_of_a_day_are_those_of_each_of_its_moments(
    gaps: list[int], states: list[State], due: int | None, at: int
) -> None:
    since = datetime(2026, 11, 1, tzinfo=clock.Calendar().zone)
    span = Span(since, since + timedelta(days=1))
    moments = [since + timedelta(seconds=sum(gaps[: n + 1]) - 20_000) for n in range(len(gaps))]
    steps = [Step(at_, n + 1, states[n]) for n, at_ in enumerate(moments)]
    first = max((n for n, step in enumerate(steps) if step.at <= since), default=0)
    steps = [step for step in steps[first:] if step.at <= span.until]
    terms = [(0, since + timedelta(seconds=due) if due is not None else None)]
    marks = past.case_marks(steps, terms, span)
    assert [mark[0] for mark in marks] == sorted(mark[0] for mark in marks)
    moment = since + timedelta(seconds=at)
    whole = [mark for second, mark in marks if second <= at]
    standing = [step for step in steps if step.at <= moment]
    alone = past.case_marks(standing[-1:], terms, Span(moment, moment))
    assert (whole[-1] if whole else None) == (alone[-1][1] if alone else None)
