"""Lists of the past: as of now they say what the present says, and of a moment what was said then."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, text

from tests import examples
from tests.cases import stages
from tests.monitoring.alarms.told import raised
from tests.projects.yard import Yard, yard
from tests.relocation.estate import Estate
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.base.exports.past_page import held
from webapp.base.past import REACH
from webapp.base.then import as_of
from webapp.cases import actions as cases, moves
from webapp.cases.desk import past_queries as past_queue, queries as queue
from webapp.cases.desk.forms import Wish
from webapp.cases.rules import QUEUES, State
from webapp.monitoring.alarms import handling, past_queries as past_alarms
from webapp.monitoring.alarms.forms import ListForm as AlarmForm
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import OPEN as ALARM_OPEN, Outcome
from webapp.monitoring.signals import Kind
from webapp.operation import untold
from webapp.people import days
from webapp.projects import (
    actions as projects,
    past_queries as past_projects,
    queries as now_projects,
)
from webapp.projects.forms import ListForm as ProjectForm
from webapp.relocation import past_queries as past_households, queries as now_households
from webapp.relocation.forms import ListForm as HouseholdForm

__all__ = ["yard"]

HOUR = timedelta(hours=1)
DONE = [state for state in State if state in stages._WAYS]


def as_now(world: World, show: str) -> dict[int, tuple[Any, ...]]:
    """The queue as it is: state, grid, class and whether it is late, by case."""
    now = clock.now()
    rows = queue.queued(world.dispatcher, Wish(show=show), at=now, limit=1000)
    return {
        each.id: (
            each.state,
            each.grid.name if each.grid else None,
            each.class_code,
            bool(each.due_at and each.due_at < now and not each.paused_at and not each.closed_at),
        )
        for each in rows
    }


def as_then(world: World, show: str, moment: datetime, **more: Any) -> dict[int, tuple[Any, ...]]:
    """The same of a moment."""
    rows = db.session.execute(
        past_queue.whole(world.dispatcher, Wish(show=show, **more), moment)
    ).all()
    return {row.id: (row.state, row.grid, row.class_code, row.late) for row in rows}


@settings(
    max_examples=examples.of(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(DONE), min_size=1, max_size=5), st.booleans())
def test_as_of_now_the_queue_is_the_queue(
    app: Flask, world: World, states: list[State], overdue: bool
) -> None:
    with db.session.begin_nested() as undone:
        for state in states:
            case = stages.brought_to(state, world)
            if overdue and case.due_at is not None:
                case.due_at = clock.now() - HOUR
        db.session.flush()
        for show in QUEUES:
            assert as_then(world, show, clock.now()) == as_now(world, show), show
        counted = past_queue.counts(world.dispatcher, clock.now())
        shown, _lost, _kept = queue.counts(world.dispatcher, Wish(), [], at=clock.now())
        assert counted == shown
        undone.rollback()


def test_a_replayed_day_says_what_was_shown_then(app: Flask, world: World) -> None:
    noon = days.start_of(days.today()) - timedelta(days=2) + 12 * HOUR
    seen: list[tuple[datetime, dict[str, dict[int, tuple[Any, ...]]]]] = []

    def look(moment: datetime) -> None:
        with clock.at(moment):
            db.session.flush()
            seen.append((moment, {show: as_now(world, show) for show in QUEUES}))

    with clock.at(noon):
        first = stages.reported(world)
        second = stages.reported(world)
    look(noon + HOUR / 4)
    with clock.at(noon + HOUR / 2):
        cases.correct(
            first,
            class_code="06009",
            grid_code=world.next_door.code,
            note="看错了",
            by=world.dispatcher,
        )
    look(noon + HOUR)
    with clock.at(noon + 2 * HOUR):
        for case in (first, second):
            moves.file_case(case, by=world.dispatcher)
        moves.dispatch(second, to=world.worker.id, by=world.dispatcher)
        moves.sign(second, by=world.worker)
    look(noon + 3 * HOUR)
    with clock.at(noon + 4 * HOUR):
        moves.void(first, note="不存在", by=world.shift_leader)
    look(noon + 5 * HOUR)
    db.session.commit()
    assert len({repr(shown) for _moment, shown in seen}) == len(seen), "each look saw another queue"
    for moment, shown in seen:
        for show, rows in shown.items():
            assert as_then(world, show, moment) == rows, (moment, show)
    assert as_then(world, "open", noon - HOUR) == {}
    # Another grid and another class had the case before it was put right.
    before = as_then(world, "open", noon + HOUR / 4, place=world.home.display_code)
    after = as_then(world, "open", noon + HOUR, place=world.home.display_code)
    assert first.id in before
    assert first.id not in after
    # Rights are those of today.
    assert db.session.execute(past_queue.whole(world.stranger, Wish(), noon + HOUR)).all() == []


def test_as_of_now_the_alarms_are_the_alarms(world: World) -> None:
    kept = [raised(world, Kind.SMOKE, device=f"S{number}") for number in range(3)]
    between = clock.now()
    handling.see(kept[0], by=world.dispatcher)
    handling.see(kept[1], by=world.dispatcher)
    handling.close(kept[1], outcome=Outcome.FALSE, note="误报", by=world.dispatcher)
    db.session.commit()
    for lane, states in past_alarms.LANES.items():
        now = db.session.scalars(
            select(Alarm.id).where(
                Alarm.state.in_(states), Alarm.exercise.is_(False), Alarm.live_at.is_not(None)
            )
        )
        rows = db.session.execute(
            past_alarms.whole(world.dispatcher, AlarmForm(lane=lane), clock.now())
        ).all()
        assert {row.id for row in rows} == set(now), lane
        assert all(row.grid == world.home.name for row in rows)
    counted = past_alarms.counts(world.dispatcher, clock.now())
    assert (counted["open"], counted["unseen"]) == (2, 1)
    then = past_alarms.counts(world.dispatcher, between)
    assert (then["open"], then["unseen"]) == (3, 3)
    assert set(ALARM_OPEN) == set(past_alarms.LANES["open"])


def test_a_page_asked_again_as_of_a_moment_offers_no_deed_and_stays_at_the_moment(
    app: Flask, world: World
) -> None:
    street = someone("the-street", "street_leader")
    readers = [
        as_user(app, each) for each in (world.shift_leader, world.admin, street, world.worker)
    ]
    told = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "told_then", False)
    }
    moment = (clock.now() - timedelta(seconds=1)).isoformat()
    asks, untold = 0, {}
    for address in sorted(told):
        answers = [each.get(address, query_string={"as_of": moment}) for each in readers]
        answer = next((each for each in answers if each.status_code == 200), None)
        if answer is None:
            untold[address] = [each.status_code for each in answers]
            continue
        main = answer.text.partition("<main")[2].partition("</main>")[0]
        assert 'role="note"' in main, f"{address} is not marked as the past"
        for tag, body in re.findall(r"(<form\b[^>]*>)(.*?)</form>", main, re.DOTALL):
            if 'action="/exports/' in tag:
                continue
            assert 'method="post"' not in tag, f"{address} offers a deed: {tag}"
            action = re.search(r'action="([^"?]*)', tag)
            if action is None or action[1] in ("", address):
                assert 'name="as_of"' in body, f"{address} falls back to now: {tag}"
                asks += 1
        for link in re.findall(r'href="([^"]+)"', main):
            if (
                link.partition("?")[0] == address
                and "Back to now" not in main.partition(link)[2][:40]
            ):
                assert "as_of=" in link or link == address, f"{address} falls back to now: {link}"
    assert untold == {}
    assert asks > len(told), "each page has at least the form in which the moment is chosen"


def test_each_page_tells_its_past_or_says_why_nobody_does(app: Flask, world: World) -> None:
    found = list(untold.pages(app))
    told = {rule.endpoint for rule, is_told in found if is_told}
    silent = {rule.endpoint for rule, is_told in found if not is_told}
    named = [endpoint for each in untold.WHY.values() for endpoint in each]
    assert len(named) == len(set(named)), "one reason each"
    assert silent - set(named) == set(), "tell it, or say why not"
    assert set(named) - silent == set(), "these need no reason any more"
    assert "relocation.projects_listed" in told
    client = as_user(app, world.admin)
    asked = {"as_of": (clock.now() - HOUR).isoformat()}
    for each in untold.WHY.values():
        rule = next(rule for rule, _told in found if rule.endpoint in each)
        answer = client.get(rule.rule, query_string=asked, headers={"Accept": "application/json"})
        assert answer.status_code in (400, 403, 422), rule.rule


def test_a_part_of_a_page_of_the_past_has_no_deed_and_keeps_its_moment_too(app: Flask) -> None:
    moment = clock.now()
    deed = '<form method="post" action="/x"><button>do</button></form>'
    file = '<form class="menu-body" method="post" action="/exports/x"><button>take</button></form>'
    with app.test_request_context("/list"):
        part = held(f'<p>1</p>{deed}{file}<form action="/list?a=1"><input name="q"></form>', moment)
        whole = held(f"<header>{deed}</header><main>{deed}</main>", moment)
        elsewhere = held('<form action="/other"><input name="q"></form>', moment)
    kept = f'<input type="hidden" name="as_of" value="{moment.isoformat()}">'
    assert part == f'<p>1</p>{file}<form action="/list?a=1">{kept}<input name="q"></form>'
    assert whole == f"<header>{deed}</header><main></main>"
    assert kept not in elsewhere


def test_as_of_now_the_projects_are_the_projects(yard: Yard) -> None:
    before = clock.now()
    projects.step(yard.project, "approve", by=yard.chief)
    db.session.commit()

    def told(moment: datetime, **more: Any) -> list[tuple[Any, ...]]:
        found = past_projects.whole(yard.leader, ProjectForm(**more), moment)
        return [(row.id, row.state, row.blockers) for row in db.session.execute(found)]

    now = now_projects.listed(yard.leader, now_projects.Narrowed(), today=days.today()).rows
    assert told(clock.now()) == [
        (each.project.id, each.project.state, each.blockers) for each in now
    ]
    ((_key, state, _blockers),) = told(before)
    assert state == "proposed"
    assert told(before, state=yard.project.state) == []
    assert told(before - HOUR) == []


def test_as_of_now_the_households_are_the_households(yard: Yard) -> None:
    estate = Estate(yard)
    estate.listed(0)
    estate.listed(1)
    db.session.commit()
    between = clock.now()
    estate.listed(2)
    db.session.commit()
    key = estate.project.id
    rows = past_households.listed(key, HouseholdForm(), clock.now())
    now = now_households.listed(key, now_households.Narrowed(), today=days.today())
    assert [(row.id, row.state) for row in rows] == [
        (each.household.id, each.household.state) for each in now
    ]
    assert len(past_households.listed(key, HouseholdForm(), between)) == 2
    assert past_households.counts(key, between - timedelta(days=1)) == {}
    with as_of(between):
        (then,) = now_households.projects(yard.leader, today=days.today())
    (counted,) = now_households.projects(yard.leader, today=days.today())
    assert (then.households, counted.households) == (2, 3)
    assert (then.greenhouse_m2, counted.greenhouse_m2) == (120, 180)


@pytest.mark.parametrize("path", ["/cases", "/alarms", "/projects"])
def test_a_page_of_the_past_is_marked_and_taken_out(app: Flask, world: World, path: str) -> None:
    with clock.at(clock.now() - 3 * HOUR):
        stages.reported(world)
        raised(world, Kind.SMOKE)
    db.session.commit()
    client = as_user(app, world.shift_leader)
    moment = (clock.now() - HOUR).isoformat()
    page = client.get(path, query_string={"as_of": moment})
    assert page.status_code == 200, page.get_data(as_text=True)
    body = page.get_data(as_text=True)
    assert "这是过去" in body
    assert "回到现在" in body
    assert 'class="past-mark"' not in client.get(path).get_data(as_text=True)
    exported = re.search(r'action="(/exports/[a-z_]+_past\?[^"]+)"', body)
    assert exported is not None
    answer = client.post(exported[1].replace("&amp;", "&"), data={"format": "csv"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) - 1 == body.count('class="past-row"')


def test_households_of_the_past_are_taken_out_masked(app: Flask, yard: Yard) -> None:
    estate = Estate(yard)
    with clock.at(clock.now() - 3 * HOUR):
        household = estate.listed(0)
    db.session.commit()
    client = as_user(app, yard.leader)
    when = {"as_of": (clock.now() - HOUR).isoformat()}
    page = client.get(f"/projects/{estate.project.id}/relocation", query_string=when)
    assert page.status_code == 200
    assert "这是过去" in page.get_data(as_text=True)
    assert household.name not in page.get_data(as_text=True)
    asked = {**when, "project": str(estate.project.id)}
    sent = {"format": "csv", "purpose": "核对进度"}
    answer = client.post("/exports/relocation_past", query_string=asked, data=sent)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.get_data().decode("utf-8-sig")
    assert body.count("\r\n") == 2
    assert household.name not in body


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/cases", {"light": "soon"}),
        ("/alarms", {"severity": "critical"}),
        ("/alarms", {"lane": "quiet"}),
        ("/projects", {"late": "1"}),
        ("/projects", {"grid": "DJJ-C-001"}),
    ],
)
def test_what_nobody_kept_is_not_guessed(
    app: Flask, world: World, path: str, wrong: dict[str, str]
) -> None:
    client = as_user(app, world.shift_leader)
    moment = (clock.now() - HOUR).isoformat()
    answer = client.get(
        path, query_string={**wrong, "as_of": moment}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "not_kept"


@pytest.mark.parametrize("away", [HOUR, -REACH - timedelta(days=3)])
def test_a_moment_that_is_not_known_is_refused(app: Flask, world: World, away: timedelta) -> None:
    client = as_user(app, world.shift_leader)
    for path in ("/cases", "/alarms", "/projects"):
        when = {"as_of": (clock.now() + away).isoformat()}
        assert client.get(path, query_string=when).status_code == 422
        assert (
            client.post(
                f"/exports/{path[1:]}_past", query_string=when, data={"format": "csv"}
            ).status_code
            == 422
        )


def test_figures_are_those_of_the_moment(app: Flask, world: World) -> None:
    noon = days.start_of(days.today()) - timedelta(days=1) + 12 * HOUR
    with clock.at(noon):
        stages.reported(world)
    with clock.at(noon + 2 * HOUR):
        stages.reported(world)
    db.session.commit()
    client = as_user(app, world.shift_leader)

    def page(moment: datetime | str) -> str:
        said = moment if isinstance(moment, str) else moment.isoformat()
        answer = client.get(
            "/figures", query_string={"span": "month", "on": noon.date().isoformat(), "as_of": said}
        )
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    assert "这是过去" in page(noon + HOUR)
    assert page(noon + HOUR) != page(noon + 3 * HOUR)
    assert "这是过去" in page(noon.date().isoformat())
    assert "这是过去" not in page("")


def plan(question: Any) -> str:
    """How the database would answer where reading a whole table is made dear."""
    written = str(
        question.limit(51).compile(db.engine, compile_kwargs={"literal_binds": True})
    ).replace("%%", "%")
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(db.session.scalars(text(f"EXPLAIN {written}".replace(":", r"\:"))))


def test_the_past_is_found_by_indexes(world: World) -> None:
    moment = clock.now() - HOUR
    told = plan(past_queue.whole(world.dispatcher, Wish(), moment))
    assert "Seq Scan on event" not in told
    assert "Seq Scan on case_term" not in told
    assert "event_thing_kind" in told
    told = plan(past_alarms.whole(world.dispatcher, AlarmForm(), moment))
    assert "Seq Scan on event" not in told


def test_a_page_of_figures_is_asked_again_as_of_the_moment(app: Flask, world: World) -> None:
    with clock.at(clock.now() - 3 * HOUR):
        raised(world, Kind.SMOKE, device="S1")
    late = raised(world, Kind.SMOKE, device="S2")
    handling.see(late, by=world.dispatcher)
    db.session.commit()
    client = as_user(app, world.shift_leader)
    when = {"as_of": (clock.now() - HOUR).isoformat()}
    then = client.get("/alarms/figures", query_string=when)
    assert then.status_code == 200
    body, now = then.get_data(as_text=True), client.get("/alarms/figures").get_data(as_text=True)
    assert "这是过去" in body
    assert "这是过去" not in now
    assert ("S1" in body, "S2" in body) == (True, False)
    assert ("S1" in now, "S2" in now) == (True, True)
    # The frame around it is that of now, and its links to itself stay at the moment.
    assert "as_of=" in body
    # Nobody reads the past of what they may not read now, and what nobody keeps is refused.
    assert as_user(app, world.stranger).get("/alarms/figures", query_string=when).status_code == 403
    assert client.get("/gates", query_string=when).status_code in (403, 422)
