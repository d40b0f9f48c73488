"""Figures: each is what its formula says, leads to its cases, and stays what it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from random import Random

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.cases.residents.telling import resident, told
from tests.cases.stages import photographed, reported
from tests.cases.test_joint import _of
from tests.world import World, as_user, someone
from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.exports.cells import safe
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed
from webapp.cases import moves, queries as cases
from webapp.cases.appeals import actions as hotline
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import AppealKind
from webapp.cases.field import actions as field
from webapp.cases.field.actions import Sight
from webapp.cases.field.rules import PointKind
from webapp.cases.figures import actions, periods, queries, views
from webapp.cases.figures.counting import Count, Figure, legacy
from webapp.cases.figures.kpis import KPIS, Kind
from webapp.cases.figures.periods import Span, Window
from webapp.cases.figures.rules import AppealState, Division, Scope, scope_of
from webapp.cases.models import Case
from webapp.cases.residents.actions import rate
from webapp.cases.rules import Stage
from webapp.grids.models import Unit
from webapp.people.actors import Person
from webapp.people.outdoors import Stood


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    """What a busy machine took long to count for the test before is not shown to the next."""
    views.SHELF.clear()


# A Monday morning, in working time.
BEGIN = datetime(2025, 3, 3, 1, 0, tzinfo=clock.UTC)


def _window(at: datetime, span: Span = Span.MONTH) -> Window:
    return periods.window(periods.around(periods.today(BEGIN), span), at)


def _figures(at: datetime, division: Division = Division.STREET) -> dict[str, Figure]:
    chosen = [name for name, _each in queries.kpis_of(division)]
    found = queries.measured(chosen, division=division, window=_window(at), scope=Scope())
    return found[None]


@contextmanager
def _at(hours: float) -> Iterator[None]:
    with clock.at(BEGIN + timedelta(hours=hours)):
        yield


@pytest.fixture
def works(world: World) -> tuple[Unit, Person]:
    """A department and somebody of it."""
    unit = cases.departments()[0]
    return unit, _of(unit, "works")


def _sent(world: World, unit: Unit) -> Case:
    with _at(0):
        case = reported(world)
    with _at(0.1):
        moves.file_case(case, by=world.dispatcher)
        moves.dispatch(case, unit=unit.id, by=world.dispatcher)
    return case


def _handle(case: Case, who: Actor, hours: float) -> None:
    with _at(hours):
        if case.state == "dispatched":
            moves.sign(case, by=who)
        photographed(case, Stage.AFTER, by=who)
        moves.feedback(case, by=who)


def _check(case: Case, world: World, hours: float, *, solved: bool = True) -> None:
    with _at(hours):
        moves.send_check(case, to=world.neighbour.id, by=world.dispatcher)
        if solved:
            moves.pass_check(case, by=world.neighbour, note="seen from the road")
            moves.close(case, by=world.shift_leader)
        else:
            moves.fail_check(case, by=world.neighbour, note="still there")


def test_the_vector_of_the_standard(world: World, works: tuple[Unit, Person]) -> None:
    unit, handler = works
    sent = [_sent(world, unit) for _each in range(40)]
    for place, case in enumerate(sent[:36]):
        # The limit of this class is four working hours; three are handled a day later.
        _handle(case, handler, 1 if place < 33 else 26)
    for case in sent[:2]:
        _check(case, world, 1.5, solved=False)
        _handle(case, handler, 2)
    for case in sent[:34]:
        _check(case, world, 27)
    for by in (Division.STREET, Division.DEPARTMENT):
        found = _figures(BEGIN + timedelta(days=3), by)
        counts = {name: found[name].now.counted for name in ("register", "need_dispose")}
        assert counts == {"register": 40, "need_dispose": 40}
        assert found["overtime_to_dispose"].value == 4
        assert found["overtime_dispose"].value == 3
        assert found["dispose_rate"].value == pytest.approx(90.0)
        assert found["in_time_dispose_rate"].value == pytest.approx(82.5)
        assert found["need_archive"].value == 40
        assert found["archive_rate"].value == pytest.approx(85.0)
        assert found["rework_rate"].now == Count(2, 34)
        assert found["rework_rate"].value == pytest.approx(5.882, abs=0.001)
        old = legacy(found)
        assert old is not None
        assert (old.exact, old.rounded) == (Decimal("88.75"), 89)


def test_zero_is_a_valid_week(world: World) -> None:
    found = _figures(BEGIN)
    assert {figure.value for name, figure in found.items() if KPIS[name].kind is Kind.COUNT} == {0}
    assert found["rework_rate"].value is None
    assert legacy(found) is None


def _lives(world: World, unit: Unit, handler: Person, seed: int) -> None:
    """A handful of cases that go all kinds of ways, in an order drawn by lot."""
    random = Random(seed)
    for _each in range(6):
        hours = random.uniform(0, 30)
        with _at(hours):
            case = reported(world)
        steps = random.randrange(8)
        if steps == 0:
            with _at(hours + 1):
                moves.reject(case, by=world.dispatcher, note="not ours")
        if steps < 2:
            continue
        with _at(hours + 1):
            moves.dispatch(case, unit=unit.id, by=world.dispatcher)
        if steps == 2:
            with _at(hours + 2):
                moves.request_return(case, by=handler, note="not ours")
                moves.approve_return(case, by=world.dispatcher)
            continue
        if steps == 3:
            with _at(hours + 2):
                moves.sign(case, by=handler)
                day = (clock.now() + timedelta(days=3)).date()
                moves.request_hold(case, by=handler, note="frost", review_on=day)
                moves.grant_hold(case, by=world.dispatcher)
            with _at(hours + 40):
                moves.resume(case, by=world.dispatcher)
        if steps >= 4:
            _handle(case, handler, hours + random.choice((2, 30)))
        if steps >= 6:
            _check(case, world, hours + 31, solved=steps == 7)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(each, marks=pytest.mark.thorough) for each in (1, 2))]
)
def test_a_figure_is_as_many_cases_as_its_list_and_stays_what_it_was(
    world: World, works: tuple[Unit, Person], seed: int
) -> None:
    unit, handler = works
    moments = [BEGIN + timedelta(hours=hours) for hours in (10, 33, 80)]
    _lives(world, unit, handler, seed)
    then = [_figures(at) for at in moments]
    for at, found in zip(moments, then, strict=True):
        for name, figure in found.items():
            for part, expected in (("counted", figure.now.counted), ("among", figure.now.among)):
                listed = queries.behind(
                    name,
                    part,
                    division=Division.STREET,
                    window=_window(at),
                    scope=Scope(),
                    who=world.dispatcher,
                )
                rows = min(expected, queries.PAGE)
                assert (listed.total, len(listed.rows)) == (expected, rows), (name, part)
            assert figure.now.counted <= figure.now.among, name
    # Everything goes on, and what was the case then is the same when it is asked for later.
    for case in db.session.scalars(select(Case).where(Case.state == "processing")):
        _handle(case, handler, 100)
    for case in db.session.scalars(select(Case).where(Case.state.in_(["filed", "reported"]))):
        with _at(101):
            moves.dispatch(case, unit=unit.id, by=world.dispatcher)
    assert [_figures(at) for at in moments] == then


def test_a_bad_rating_is_mended_when_the_case_is_closed_anew_in_fifteen_working_days(
    world: World, works: tuple[Unit, Person]
) -> None:
    unit, handler = works
    reporter = resident()
    rated = []
    for level in (5, 3, 2, 1):
        with _at(0):
            case = told(world, reporter)
            moves.accept(case, by=world.dispatcher)
            moves.file_case(case, by=world.dispatcher)
            moves.dispatch(case, unit=unit.id, by=world.dispatcher)
        _handle(case, handler, 1)
        _check(case, world, 2)
        with _at(3):
            rate(case, level=level, solved=level > 2, words="as it is")
        rated.append(case)
    soon = _figures(BEGIN + timedelta(hours=4))
    assert (soon["rated"].value, soon["good_rate"].value) == (4, 50)
    assert soon["bad_rectify_rate"].value is None
    again = rated[3]
    _handle(again, handler, 6)
    _check(again, world, 7)
    assert _figures(BEGIN + timedelta(hours=8))["bad_rectify_rate"].now == Count(1, 1)
    assert _figures(BEGIN + timedelta(days=20))["bad_rectify_rate"].now == Count(1, 1)
    assert _figures(BEGIN + timedelta(days=30))["bad_rectify_rate"].now == Count(1, 2)


def test_the_three_rates_of_the_hotline(world: World, works: tuple[Unit, Person]) -> None:
    unit, handler = works

    def sheet(number: int, hours: float, *, late: bool = False, **more: bool) -> Appeal:
        with _at(0):
            appeal = hotline.receive(
                sheet_no=f"250303{number}",
                kind=AppealKind.COMPLAINT,
                source="12345",
                words="noise at night",
                caller_phone="13800138000",
                by=world.dispatcher,
                **more,
            )
            hotline.classify(appeal, by=world.dispatcher, categories=["noise"])
            hotline.assign(appeal, by=world.dispatcher, unit=unit.id)
            hotline.accept(appeal, by=handler)
        with _at(24 * 20 if late else hours):
            hotline.reply(appeal, by=handler, note="done", contacted=not more)
            hotline.approve(appeal, by=world.shift_leader)
        return appeal

    content, other = sheet(1, 2), sheet(2, 3)
    sheet(3, 0, late=True)
    sheet(4, 2, confidential=True)
    with _at(5):
        hotline.content(content, by=world.shift_leader, solved=True)
        hotline.discontent(other, by=world.shift_leader, note="still loud")
    early = _figures(BEGIN + timedelta(days=1), Division.DEPARTMENT)
    assert early["response_rate"].now == Count(2, 2)
    assert early["solve_rate"].now == early["satisfied_rate"].now == Count(1, 2)
    assert _figures(BEGIN + timedelta(days=25))["response_rate"].now == Count(2, 3)
    listed = queries.behind(
        "solve_rate",
        "counted",
        division=Division.DEPARTMENT,
        window=_window(BEGIN + timedelta(days=1)),
        scope=Scope(),
        who=world.dispatcher,
        key=str(unit.id),
    )
    assert listed.rows == [content]


def test_the_covered_area_counts_the_cells_somebody_was_in(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    sights = [Sight(PointKind.FREE, f"point {place}", lon, lat) for place in range(2)]
    with _at(1):
        patrol = field.plan_patrol(
            world.home, title="a round", day=BEGIN.date(), sights=sights, by=world.worker
        )
        for point in patrol.points:
            field.visit_point(point, by=world.worker, stood=Stood(lon, lat, 5))
    rows = queries.measured(
        ["coverage_rate"],
        division=Division.GRID,
        window=_window(BEGIN + timedelta(hours=2)),
        scope=Scope(),
        grouped=True,
    )
    home = rows.pop(str(world.home.id))["coverage_rate"].now
    assert home.counted == 1 < home.among
    assert {each["coverage_rate"].now.counted for each in rows.values()} == {0}
    before = _figures(BEGIN)["coverage_rate"].now
    assert (before.counted, before.among) == (
        0,
        home.among + sum(each["coverage_rate"].now.among for each in rows.values()),
    )
    listed = as_user(app, world.dispatcher).get(
        f"/figures/coverage_rate/cases?by=grid&key={world.home.id}&part=among&on=2025-03-03"
    )
    assert listed.text.count('class="line"') == min(home.among, queries.PAGE)


def test_the_rows_of_a_division_add_up(world: World, works: tuple[Unit, Person]) -> None:
    _lives(world, *works, seed=7)
    at = BEGIN + timedelta(days=4)
    whole = _figures(at)["need_dispose"].now
    for by in (Division.GRID, Division.COMMUNITY, Division.KIND, Division.DEPARTMENT):
        rows = queries.measured(
            ["need_dispose"], division=by, window=_window(at), scope=Scope(), grouped=True
        )
        assert sum((row["need_dispose"].now for row in rows.values()), Count()) == whole
    home = str(world.home.id)
    rows = queries.measured(
        ["report"], division=Division.GRID, window=_window(at), scope=Scope(), grouped=True
    )
    assert rows[home]["report"].value == 6


def test_a_step_is_in_time_by_the_limit_that_was_in_force_then(
    world: World, works: tuple[Unit, Person]
) -> None:
    unit, handler = works
    case = _sent(world, unit)
    with _at(1):
        moves.sign(case, by=handler)
        moves.request_extension(case, by=handler, note="rain", days=1)
        moves.grant_extension(case, by=world.dispatcher)
    late = BEGIN + timedelta(hours=8)
    assert _figures(late)["overtime_to_dispose"].value == 0
    _handle(case, handler, 9)
    found = _figures(BEGIN + timedelta(days=2))
    assert found["in_time_dispose_rate"].value == 100
    assert found["delayed"].value == 1


def _contested(world: World, works: tuple[Unit, Person]) -> tuple[Case, Person]:
    unit, handler = works
    for _each in range(3):
        _handle(_sent(world, unit), handler, 1)
    case = _sent(world, unit)
    _handle(case, handler, 30)
    return case, handler


def test_a_granted_appeal_takes_the_case_out_from_then_on(
    world: World, works: tuple[Unit, Person]
) -> None:
    case, handler = _contested(world, works)
    name, by = "in_time_dispose_rate", Division.DEPARTMENT
    judge = someone("judge", "supervisor")
    with _at(40):
        appeal = actions.contest(
            case, kpi=name, division=by, reason="the road was shut", by=handler
        )
        with pytest.raises(Changed):
            actions.contest(case, kpi=name, division=by, reason="once more", by=handler)
        with pytest.raises(NotAllowed):
            actions.grant(appeal, by=world.dispatcher, note="of course")
        with pytest.raises(EvidenceMissing):
            actions.grant(appeal, by=judge, note=None)
    with _at(50):
        actions.grant(appeal, by=judge, note="the road was shut indeed")
    assert appeal.state == AppealState.GRANTED
    before, after = (_figures(BEGIN + timedelta(hours=at), by)[name] for at in (45, 60))
    assert (before.value, before.appealed) == (75, False)
    assert (after.value, after.unappealed_value, after.appealed) == (100, 75, True)
    # It is no part of this figure of the department only.
    at = BEGIN + timedelta(hours=60)
    assert _figures(at)[name].value == 75
    assert _figures(at, by)["overtime_dispose"].value == 1


def test_only_those_against_whom_a_case_counts_contest_it(
    world: World, works: tuple[Unit, Person]
) -> None:
    case, _handler = _contested(world, works)
    other = _of(cases.departments()[1], "others")
    for who in (other, world.stranger, world.neighbour):
        with pytest.raises(NotAllowed):
            actions.contest(
                case,
                kpi="overtime_dispose",
                division=Division.DEPARTMENT,
                reason="not ours",
                by=who,
            )


def test_everybody_sees_their_own_figures_only(
    app: Flask, world: World, works: tuple[Unit, Person]
) -> None:
    unit, handler = works
    assert scope_of(world.dispatcher) == Scope()
    assert scope_of(handler).keys == (str(unit.id),)
    assert scope_of(world.worker) == Scope(only=Division.COLLECTOR, keys=(str(world.worker.id),))
    _sent(world, unit)
    day = {"on": "2025-03-03"}
    desk, department, collector, neighbour, stranger = (
        as_user(app, who)
        for who in (world.dispatcher, handler, world.worker, world.neighbour, world.stranger)
    )
    assert stranger.get("/figures").status_code == 403
    shown = [
        browser.get("/figures/report/cases", query_string=day).get_data(as_text=True)
        for browser in (desk, collector, neighbour)
    ]
    number = db.session.scalars(select(Case.number)).one()
    assert [number in text for text in shown] == [True, True, False]
    assert department.get("/figures/report", query_string=day).status_code == 404
    answer = department.get("/figures/register", query_string=day).get_data(as_text=True)
    others = [each.name for each in cases.departments() if each.id != unit.id]
    assert unit.name in answer
    assert not any(name in answer for name in others)
    wished = {**day, "by": "department", "key": str(cases.departments()[1].id)}
    spied = department.get("/figures/register/cases", query_string=wished).get_data(as_text=True)
    assert number not in spied


def test_what_is_on_screen_leaves_as_a_table_and_the_log_knows(
    app: Flask, world: World, works: tuple[Unit, Person]
) -> None:
    _sent(world, works[0])
    browser = as_user(app, world.dispatcher)
    answer = browser.post("/figures/register/export?on=2025-03-03&by=department")
    body = answer.get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == body.count(b"\n") > 1
    assert works[0].name in body.decode()
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    noted = audit.last("figures", world.dispatcher.id)
    assert noted is not None
    assert (noted.move, noted.data["kpi"]) == ("export", "register")


def test_what_takes_long_is_shown_as_of_the_moment_it_was_counted(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.SHELF, "slow_s", 0.0)
    browser = as_user(app, world.dispatcher)

    def shown() -> tuple[int, str]:
        page = browser.get("/figures/report?by=street&span=year").get_data(as_text=True)
        found = re.search(r'href="([^"]*part=counted[^"]*)">(\d+)<', page)
        assert found is not None
        return int(found[2]), unescape(found[1])

    reported(world)
    before, behind = shown()
    assert "as_of" not in behind
    later = reported(world)
    again, behind = shown()
    assert again == before
    assert later.number not in browser.get(behind).get_data(as_text=True)
    views.SHELF.clear()
    again, behind = shown()
    assert again == before + 1
    assert later.number in browser.get(behind).get_data(as_text=True)


def test_a_table_runs_nothing() -> None:
    assert [safe(cell) for cell in ("=1+1", "@x", "-x", -1.5, "plain")] == [
        "'=1+1",
        "'@x",
        "'-x",
        -1.5,
        "plain",
    ]


@pytest.mark.parametrize("address", ["/figures", "/figures/need_dispose?by=grid"])
def test_more_cases_ask_no_more_questions(
    app: Flask, world: World, works: tuple[Unit, Person], address: str
) -> None:
    browser = as_user(app, world.dispatcher)

    def asked() -> int:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        engine = db.session.connection().engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert browser.get(address).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    browser.get(address)
    few = asked()
    for _each in range(5):
        moves.dispatch(reported(world), unit=works[0].id, by=world.dispatcher)
    assert asked() == few <= 20


def test_periods_begin_where_people_expect_them() -> None:
    day = date(2026, 11, 26)
    spans = {span: periods.around(day, span) for span in Span}
    assert spans[Span.WEEK].first == date(2026, 11, 23)
    assert spans[Span.MONTH].before().first == date(2026, 10, 1)
    assert (spans[Span.QUARTER].first, spans[Span.QUARTER].last) == (
        date(2026, 10, 1),
        date(2026, 12, 31),
    )
    assert spans[Span.YEAR].year_before().last == date(2025, 12, 31)
    assert spans[Span.WEEK].year_before().first == date(2025, 11, 24)
    for period in spans.values():
        assert period.before().following() == period
