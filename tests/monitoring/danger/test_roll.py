"""The roll is called, marked from door to door, safe for two at once, and scored in an exercise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import select

from tests.monitoring.danger.test_zones import leak
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.access import may
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen
from webapp.base.notices import Dispatch, Notice
from webapp.cases.models import Case
from webapp.cases.rota import queries as rota
from webapp.monitoring.danger import actions as zones
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.roll import actions, queries
from webapp.monitoring.danger.roll.models import RollEntry
from webapp.monitoring.danger.roll.rules import RollState, Subject, Took, score, share_reached
from webapp.people import enterprises
from webapp.people.actors import Person
from webapp.people.enterprises import Described
from webapp.people.rules import Premises


@pytest.fixture
def zone(world: World) -> DangerZone:
    """A zone of an exercise in force, with an enterprise and a worker inside."""
    lon, lat = world.spot(world.home)
    enterprises.enter(
        Described(name="cold store", premises=Premises.STORE, lon=lon, lat=lat), by=world.admin
    )
    rota.stand(world.worker.id or 0, lon=lon, lat=lat, accuracy_m=5, at=datetime.now(UTC))
    made = zones.draw(leak(world), alarm=None, exercise=True, words=None, by=world.dispatcher)
    zones.enforce(made, by=world.dispatcher)
    return made


def _entries(world: World, zone: DangerZone) -> list[RollEntry]:
    return queries.listed(world.dispatcher, zone.id, resolved=False)[0]


def test_everybody_known_inside_is_on_the_roll_once(world: World, zone: DangerZone) -> None:
    assert actions.call(zone, by=world.dispatcher) == 2
    assert actions.call(zone, by=world.dispatcher) == 0
    subjects = {each.subject: each.name for each in _entries(world, zone)}
    assert subjects[Subject.ENTERPRISE] == "cold store"
    assert Subject.WORKER in subjects


def test_who_goes_from_door_to_door_is_told_and_nothing_leaves_the_house(
    world: World, zone: DangerZone
) -> None:
    actions.call(zone, by=world.dispatcher)
    told = db.session.scalars(select(Notice).where(Notice.account_id == world.worker.id)).all()
    assert [each.words for each in told] == [actions.TOLD_EXERCISE]
    assert (
        db.session.scalars(select(Notice).where(Notice.account_id == world.neighbour.id)).all()
        == []
    )
    assert db.session.scalars(select(Dispatch)).all() == []
    assert db.session.scalars(select(Case)).all() == []


def test_the_phone_leads_to_the_roll_whoever_may_mark_it_until_nobody_waits(
    app: Flask, world: World, zone: DangerZone
) -> None:
    def doors(who: Person) -> bool:
        answer = as_user(app, who).get("/danger/calling")
        assert answer.status_code == 200
        return f"/danger/{zone.id}/roll-call" in answer.get_data(as_text=True)

    assert not doors(world.worker)
    actions.call(zone, by=world.dispatcher)
    assert doors(world.worker)
    assert not doors(world.neighbour)
    for each in _entries(world, zone):
        actions.mark(each, RollState.SAFE, by=world.dispatcher)
    assert not doors(world.worker)


def test_no_roll_is_called_before_the_zone_is_in_force(world: World) -> None:
    made = zones.draw(leak(world), alarm=None, exercise=False, words=None, by=world.dispatcher)
    with pytest.raises(NotOpen):
        actions.call(made, by=world.dispatcher)


def test_of_two_who_mark_at_once_the_second_is_told_who_was_faster(
    world: World, zone: DangerZone
) -> None:
    actions.call(zone, by=world.dispatcher)
    entry = next(each for each in _entries(world, zone) if each.grid_id == world.home.id)
    seen = entry.version
    actions.mark(entry, RollState.SAFE, by=world.worker, base_version=seen)
    with pytest.raises(Changed, match="worker"):
        actions.mark(entry, RollState.NOT_FOUND, by=world.dispatcher, base_version=seen)
    assert entry.state == RollState.SAFE
    assert entry.marked_by_id == world.worker.id


def test_a_neighbour_marks_nobody_of_this_grid(world: World, zone: DangerZone) -> None:
    actions.call(zone, by=world.dispatcher)
    entry = next(each for each in _entries(world, zone) if each.grid_id == world.home.id)
    assert may(world.worker, "danger.mark", entry)
    with pytest.raises(NotAllowed):
        actions.mark(entry, RollState.SAFE, by=world.neighbour)
    assert queries.listed(world.neighbour, zone.id, resolved=False) == ([], 0)


def test_who_needs_help_stands_first_and_who_is_safe_on_another_page(
    world: World, zone: DangerZone
) -> None:
    actions.call(zone, by=world.dispatcher)
    first, second = _entries(world, zone)
    actions.mark(second, RollState.NEEDS_HELP, by=world.dispatcher)
    assert [each.id for each in _entries(world, zone)] == [second.id, first.id]
    actions.mark(first, RollState.AT_MUSTER, by=world.dispatcher)
    counts = queries.progress(world.dispatcher, zone.id)
    assert (counts["all"], counts["needs_help"], counts["at_muster"]) == (2, 1, 1)
    resolved, many = queries.listed(world.dispatcher, zone.id, resolved=True)
    assert ([each.id for each in resolved], many) == ([first.id], 1)


def test_a_roll_is_kept_as_it_is_once_the_zone_is_lifted(world: World, zone: DangerZone) -> None:
    actions.call(zone, by=world.dispatcher)
    entry = _entries(world, zone)[0]
    zones.lift(zone, by=world.dispatcher, note="over")
    with pytest.raises(NotOpen):
        actions.mark(entry, RollState.SAFE, by=world.dispatcher)


def test_who_was_not_found_and_came_later_is_reached_when_they_came(
    world: World, zone: DangerZone
) -> None:
    actions.call(zone, by=world.dispatcher)
    entry = _entries(world, zone)[0]
    actions.mark(entry, RollState.NOT_FOUND, by=world.dispatcher)
    assert entry.reached_at is None
    later = clock.now() + timedelta(minutes=7)
    with clock.at(later):
        actions.mark(entry, RollState.NEEDS_HELP, by=world.dispatcher)
    with clock.at(later + timedelta(minutes=3)):
        actions.mark(entry, RollState.SAFE, by=world.dispatcher)
    assert entry.reached_at == later


def test_the_pages_of_the_roll_show_it_and_its_report(
    app: Flask, world: World, zone: DangerZone
) -> None:
    desk = as_user(app, world.dispatcher)
    address = f"/danger/{zone.id}"
    assert "开始点名" in desk.get(f"{address}/progress").text
    assert desk.post(f"{address}/roll-call").status_code == 303
    worker = as_user(app, world.worker)
    page = worker.get(f"{address}/roll-call").text
    assert "cold store" in page
    entry = next(each for each in _entries(world, zone) if each.grid_id == world.home.id)
    sent = {"state": "safe", "base_version": str(entry.version)}
    assert worker.post(f"/danger/roll/{entry.id}", data=sent).status_code == 303
    late = worker.post(f"/danger/roll/{entry.id}", data=sent | {"state": "not_found"})
    assert late.status_code == 409
    assert "worker" in late.text
    assert (
        as_user(app, world.neighbour).post(f"/danger/roll/{entry.id}", data=sent).status_code == 403
    )
    report = desk.get(f"{address}/report")
    for words in ("演练评分", "/ 100", "未联系到"):
        assert words in report.text
    assert worker.get(f"{address}/report").status_code == 403
    assert as_user(app, world.stranger).get(f"{address}/roll-call").status_code == 403


def test_a_zone_that_grows_puts_new_ones_on_its_roll(
    app: Flask, world: World, zone: DangerZone
) -> None:
    actions.call(zone, by=world.dispatcher)
    lon, lat = world.spot(world.next_door)
    enterprises.enter(
        Described(name="next shop", premises=Premises.OFFICE, lon=lon, lat=lat), by=world.admin
    )
    desk = as_user(app, world.dispatcher)
    sent = {"kind": "other", "grids": [str(world.home.id), str(world.next_door.id)]}
    assert desk.post(f"/danger/{zone.id}/shape", data=sent).status_code == 303
    assert "next shop" in [each.name for each in _entries(world, zone)]


times = st.sampled_from([None, 0.0, 59.0, 61.0, 299.0, 301.0, 599.0, 900.0, 1799.0, 1801.0, 9000.0])


@given(times, times, times, st.lists(times, max_size=3), st.integers(1, 500))
def test_a_score_is_never_better_for_being_slower(
    seen: float | None,
    drawn: float | None,
    told: float | None,
    reached: list[float | None],
    more: int,
) -> None:
    points = score(Took(seen, drawn, told, reached))
    assert 0 <= points["total"] <= 100.0001
    slower = Took(
        *(each + more if each is not None else None for each in (seen, drawn, told)),
        [each + more if each is not None else None for each in reached],
    )
    assert score(slower)["total"] <= points["total"] + 1e-9


def test_an_exercise_without_fault_has_all_points() -> None:
    assert score(Took(30, 200, 300, [60, 120]))["total"] == 100
    assert score(Took(None, None, None, [None]))["total"] == 0
    assert share_reached([60, None, 400, 700], 5) == 0.25
