"""Who gets which case: the order of the rules, what is refused, and why it was routed so."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings, strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests import examples
from tests.cases.stages import brought_to, reported
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.cases import actions as cases, queries as case_queries
from webapp.cases.models import Case
from webapp.cases.routing import actions, queries, words
from webapp.cases.routing.actions import Wish
from webapp.cases.rules import State
from webapp.cases.standards.rules import Basis, Days, Where
from webapp.grids.models import Grid
from webapp.grids.rules import GridKind

# A Monday morning, 09:00 in Yantai.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NIGHT = MONDAY + timedelta(hours=14)


def department(code: str) -> int:
    """The key of a department by its number."""
    found = next(
        each for each in case_queries.departments() if any(c.code == code for c in each.codes)
    )
    return found.id


def wish(**more: Any) -> Wish:
    """A rule for rubbish in the whole subdistrict, by the territory, to the department of D07."""
    values: dict[str, Any] = {
        "title": "试验规则", "basis": Basis.TERRITORY, "class_prefix": "06", "where": Where.ALL,
        "since": MONDAY - timedelta(days=30),
    }  # fmt: skip
    values = {**values, **more}
    return Wish(**{"unit": department("D07"), **values})


def square(world: World, grid: Grid, metres: float = 40.0) -> list[tuple[float, float]]:
    """A square around the spot of a grid."""
    lon, lat = world.spot(grid)
    d = metres / 111_320
    return [(lon - d, lat - d), (lon + d, lat - d), (lon + d, lat + d), (lon - d, lat + d)]


def routed(case: Case) -> tuple[int | None, str | None]:
    """Where the case should go, and by which rule."""
    db.session.expire(case, ["route"])
    assert case.route is not None
    return case.route.unit_id, case.route.because.get("title")


def test_without_a_rule_of_its_own_a_matter_goes_to_its_owner(world: World) -> None:
    case = reported(world, class_code="06010")
    assert routed(case)[0] == department("D12")
    helped = reported(world, class_code="08004")
    assert helped.route is not None
    assert helped.route.helpers == [department("D13")]


def test_for_a_matter_the_territory_goes_first_for_a_thing_its_owner(world: World) -> None:
    for prefix in ("06", "01"):
        actions.add(wish(class_prefix=prefix, title=f"属地{prefix}"), by=world.shift_leader)
    assert routed(reported(world, class_code="06010"))[1] == "属地06"
    assert routed(reported(world, class_code="01037"))[0] == department("D13")


def test_where_no_rule_fits_the_worker_of_the_grid_has_it(world: World) -> None:
    for rule in queries.rules():
        actions.end(rule, by=world.shift_leader)
    case = reported(world)
    assert routed(case) == (None, None)
    assert case.route is not None
    assert case.route.to_worker


def test_a_narrower_place_goes_before_a_wider_one(world: World) -> None:
    home = world.home
    actions.add(wish(title="全街道"), by=world.admin)
    actions.add(
        wish(
            title="一类网格",
            where=Where.KIND,
            grid_kind=GridKind(home.kind),
            unit=department("D08"),
        ),
        by=world.admin,
    )
    community = wish(
        title="社区", where=Where.COMMUNITY, community=home.community_id, unit=department("D09")
    )
    actions.add(community, by=world.admin)
    assert routed(reported(world))[1] == "社区"
    actions.add(
        wish(title="网格", where=Where.GRID, grid=home.display_code, unit=department("D10")),
        by=world.admin,
    )
    assert routed(reported(world))[1] == "网格"
    area = wish(title="区域", where=Where.AREA, area=square(world, home), unit=department("D11"))
    actions.add(area, by=world.admin)
    assert routed(reported(world))[1] == "区域"
    lon, lat = world.spot(world.next_door)
    assert routed(reported(world, lon=lon, lat=lat))[1] in {"一类网格", "全街道", "社区"}
    actions.add(wish(title="优先", priority=5, unit=department("D12")), by=world.admin)
    assert routed(reported(world))[1] == "优先"


def test_a_rule_counts_at_its_hours_and_on_its_days_only(world: World) -> None:
    actions.add(
        wish(title="夜间", hours_from=time(20), hours_until=time(6), unit=None), by=world.admin
    )
    actions.add(
        wish(title="休息日", days=Days.FREE, class_prefix="07", unit=department("D08")),
        by=world.admin,
    )
    with clock.at(NIGHT):
        assert routed(reported(world))[1] == "夜间"
    with clock.at(MONDAY):
        assert routed(reported(world))[0] == department("D12")
        assert routed(reported(world, class_code="07001"))[0] == department("D12")
    with clock.at(MONDAY - timedelta(days=1)):
        assert routed(reported(world, class_code="07001"))[1] == "休息日"


def test_a_rule_counts_while_it_is_in_force(world: World) -> None:
    rule = actions.add(wish(title="临时", until=MONDAY + timedelta(days=1)), by=world.admin)
    with clock.at(MONDAY):
        assert routed(reported(world))[1] == "临时"
    with clock.at(MONDAY + timedelta(days=2)):
        assert routed(reported(world))[1] != "临时"
        with pytest.raises(Unacceptable):
            actions.end(rule, by=world.admin)


def test_the_routing_is_one_statement(app: Flask, world: World) -> None:
    case = reported(world)
    asked: list[str] = []

    def note(conn: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        actions.route(case)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 1


def test_a_report_takes_few_statements(app: Flask, world: World) -> None:
    asked: list[str] = []

    def note(conn: object, cursor: object, statement: str, *more: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        reported(world)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) <= 10, "\n".join(asked)


def test_a_case_put_right_is_routed_anew(world: World) -> None:
    case = reported(world, class_code="06010")
    cases.correct(case, by=world.dispatcher, class_code="25001", note="纠纷")
    assert routed(case)[0] == department("D10")


BROKEN = {
    "unit": {"unit": 999_999},
    "helpers": {"helpers": [999_999]},
    "class_prefix": {"class_prefix": "99"},
    "area": {"where": Where.AREA, "area": [(121.0, 37.7), (121.01, 37.7)]},
    "grid": {"where": Where.GRID, "grid": "DJJ-X-999"},
    "community": {"where": Where.COMMUNITY, "community": 999_999},
    "grid_kind": {"where": Where.KIND},
    "until": {"until": MONDAY - timedelta(days=90)},
    "hours_until": {"hours_from": time(8), "hours_until": time(8)},
}


@pytest.mark.parametrize("field", BROKEN)
def test_a_broken_rule_is_refused_with_the_reason(world: World, field: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        actions.add(wish(**BROKEN[field]), by=world.admin)
    assert field in refused.value.fields


AREAS = {
    "crosses itself": [(121.0, 37.70), (121.01, 37.71), (121.01, 37.70), (121.0, 37.71)],
    "no ground": [(121.0, 37.70), (121.000001, 37.70), (121.000001, 37.700001)],
    "outside": [(10.0, 50.0), (10.1, 50.0), (10.1, 50.1)],
    "the wrong way round": [(37.70, 89.0), (37.71, 89.0), (37.71, 89.1)],
}


@pytest.mark.parametrize("name", AREAS)
def test_an_area_that_is_none_is_refused(world: World, name: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        actions.add(wish(where=Where.AREA, area=AREAS[name]), by=world.admin)
    assert "area" in refused.value.fields


def test_two_rules_of_one_rank_that_say_different_things_are_refused(world: World) -> None:
    actions.add(wish(title="先", where=Where.AREA, area=square(world, world.home)), by=world.admin)
    over = wish(
        title="后", where=Where.AREA, area=square(world, world.home, 60), unit=department("D08")
    )
    with pytest.raises(Unacceptable) as refused:
        actions.add(over, by=world.admin)
    assert "先" in str(refused.value.fields["priority"])
    away = square(world, world.next_door)
    actions.add(wish(where=Where.AREA, area=away, unit=department("D08")), by=world.admin)
    by_night = wish(where=Where.ALL, hours_from=time(20), hours_until=time(6))
    by_day = wish(where=Where.ALL, hours_from=time(6), hours_until=time(20), unit=department("D08"))
    actions.add(by_night, by=world.admin)
    actions.add(by_day, by=world.admin)
    with pytest.raises(Unacceptable):
        actions.add(wish(where=Where.ALL, unit=department("D09")), by=world.admin)


spans = st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda span: span[0] != span[1])


@settings(max_examples=examples.of(60))
@given(spans, spans)
def test_hours_overlap_when_there_is_an_hour_of_both(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    def inside(hour: int, span: tuple[int, int]) -> bool:
        start, stop = span
        return start <= hour < stop if start < stop else hour >= start or hour < stop

    both = any(inside(hour, one) and inside(hour, two) for hour in range(24))
    minutes = [actions._minutes(time(a), time(b)) for a, b in (one, two)]
    assert both == bool(minutes[0] & minutes[1])


def test_why_it_was_routed_here_stands_with_the_case_and_stays(app: Flask, world: World) -> None:
    rule = actions.add(wish(title="环境先到属地"), by=world.admin)
    case = brought_to(State.FILED, world)
    actions.change(rule, wish(title="改了名"), by=world.admin)
    said = words.suggestion(case.route)
    assert said is not None
    assert "环境先到属地" in " ".join(said.because)
    page = as_user(app, world.dispatcher).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "环境先到属地" in page
    assert re.search(rf'<option value="{department("D07")}"\s+selected>', page)


def test_a_rule_of_two_people_at_once(world: World) -> None:
    rule = actions.add(wish(), by=world.admin)
    seen = rule.version
    actions.change(rule, wish(title="甲的"), by=world.admin, base_version=seen)
    with pytest.raises(Unacceptable):
        actions.change(rule, wish(title="乙的"), by=world.shift_leader, base_version=seen)
    assert rule.title == "甲的"


def test_a_dry_run_says_which_rule_and_why(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    reported(world)
    browser = as_user(app, world.dispatcher)
    address = f"/standards/rules/try?class_code=06010&lon={lon}&lat={lat}"
    page = browser.get(address).get_data(as_text=True)
    assert "综合行政执法办公室" in page
    assert world.home.name in page
    assert as_user(app, world.stranger).get(address).status_code == 403


def test_a_rule_is_tried_before_it_is_saved(app: Flask, world: World) -> None:
    case = reported(world)
    browser = as_user(app, world.shift_leader)
    sent = {"title": "试算", "basis": "territory", "class_prefix": "06", "where": "all", "priority": "9",
            "unit": str(department("D07")), "days": "any", "try": "1"}  # fmt: skip
    before = len(queries.rules())
    page = browser.post("/standards/rules", data=sent)
    assert page.status_code == 200
    assert case.number in page.get_data(as_text=True)
    db.session.expire_all()
    assert len(queries.rules()) == before
    del sent["try"]
    assert browser.post("/standards/rules", data=sent).status_code == 303
    db.session.expire_all()
    assert len(queries.rules()) == before + 1


def test_a_rule_refused_on_the_page_says_why_beside_its_field(app: Flask, world: World) -> None:
    browser = as_user(app, world.admin)
    sent = {"title": "坏", "basis": "owner", "class_prefix": "99", "where": "area", "area": "一 二"}
    answer = browser.post("/standards/rules", data=sent)
    assert answer.status_code == 422
    assert "field-area-error" in answer.get_data(as_text=True)
    assert as_user(app, world.dispatcher).post("/standards/rules", data=sent).status_code == 403


@pytest.mark.parametrize(
    "address", ["/standards/rules", "/standards/rules/new", "/standards/rules?ended=1"]
)
def test_pages_of_rules_open(app: Flask, world: World, address: str) -> None:
    assert as_user(app, world.shift_leader).get(address).status_code == 200
    assert as_user(app, world.stranger).get(address).status_code == 403


def test_the_owners_of_the_majors_are_on_file(session: Session) -> None:
    owners = {each.class_prefix for each in queries.rules() if each.basis == Basis.OWNER}
    assert owners == {f"{major:02}" for major in (*range(1, 11), *range(21, 33))}
