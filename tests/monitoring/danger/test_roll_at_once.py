"""Many go from door to door at once: of each door one mark wins, nobody is lost, and the counts are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from tests.busy import at_once, busy_house
from tests.world import as_user, peopled, someone
from webapp.base import audit
from webapp.base.db import db
from webapp.monitoring.danger import actions as zones
from webapp.monitoring.danger.guide import Size
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.danger.roll import actions, queries
from webapp.monitoring.danger.roll.models import RollEntry
from webapp.monitoring.danger.roll.rules import RollState
from webapp.monitoring.danger.rules import DangerKind
from webapp.monitoring.danger.said import Said
from webapp.people import enterprises
from webapp.people.actors import Person
from webapp.people.enterprises import Described
from webapp.people.rules import Premises

# So many enterprises are on the roll, and so many people mark them.
DOORS, CALLERS = 8, 12

Answer = tuple[int, RollState, int]


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house on a database of its own, in which every request is a transaction of its own."""
    with busy_house(cluster_url, tmp_path_factory.mktemp("roll"), DB_POOL_SIZE="16") as app:
        yield app


@dataclass(frozen=True)
class Street:
    """Who is there for the whole module: whoever keeps zones, who marks, and where the firms stand."""

    keeper: Person
    callers: tuple[Person, ...]
    spot: tuple[float, float]


@dataclass(frozen=True)
class Roll:
    """A zone in force whose roll was called, and its doors, the first one first."""

    zone: int
    doors: tuple[int, ...]


@pytest.fixture(scope="module")
def street(busy: Flask) -> Street:
    """They are written for good."""
    with busy.test_request_context("/"):
        world = peopled()
        lon, lat = world.spot(world.home)
        for number in range(DOORS):
            said = Described(name=f"firm {number}", premises=Premises.STORE, lon=lon, lat=lat)
            enterprises.enter(said, by=world.admin)
        callers = tuple(someone(f"caller{each}", "dispatcher") for each in range(CALLERS))
        db.session.commit()
        return Street(world.dispatcher, callers, (lon, lat))


@pytest.fixture
def roll(busy: Flask, street: Street) -> Roll:
    """A zone of its own for each test."""
    with busy.test_request_context("/"):
        lon, lat = street.spot
        said = Said(DangerKind.AMMONIA, lon, lat, wind_ms=0.2, sky=Sky.SUN, size=Size.SMALL)
        zone = zones.draw(said, alarm=None, exercise=True, words=None, by=street.keeper)
        zones.enforce(zone, by=street.keeper)
        actions.call(zone, by=street.keeper)
        db.session.commit()
        return Roll(zone.id, tuple(each.id for each in entries(zone.id)))


def entries(zone: int) -> Sequence[RollEntry]:
    found = select(RollEntry).where(RollEntry.zone_id == zone).order_by(RollEntry.id)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def marks(
    app: Flask, who: Person, door: int, state: RollState, version: int = 1
) -> Callable[[], Answer]:
    """The door, what was said of it, and the status that it was answered with."""
    with app.app_context():
        phone = as_user(app, who)
    sent = {"state": state.value, "base_version": version}
    return lambda: (door, state, phone.post(f"/danger/roll/{door}", data=sent).status_code)


def posts(app: Flask, who: Person, address: str, **sent: str) -> Callable[[], int]:
    with app.app_context():
        desk = as_user(app, who)
    return lambda: desk.post(address, data=sent).status_code


def test_of_all_who_mark_the_same_doors_one_wins_each_and_the_desk_counts_right(
    busy: Flask, street: Street, roll: Roll
) -> None:
    assert len(roll.doors) == DOORS
    # Four doors, and three people at each of them who say different things.
    said = (RollState.SAFE, RollState.NOT_FOUND, RollState.NEEDS_HELP)
    deeds = [
        marks(busy, street.callers[place], roll.doors[place % 4], said[place // 4])
        for place in range(CALLERS)
    ]
    answers = at_once(*deeds)
    won = {door: state for door, state, status in answers if status == 303}
    assert Counter(status for _door, _state, status in answers) == {303: 4, 409: CALLERS - 4}
    assert set(won) == set(roll.doors[:4])
    with busy.app_context():
        found = {each.id: each for each in entries(roll.zone)}
        assert {door: found[door].state for door in won} == won
        for door, state in won.items():
            moves = [event.move for event in audit.history("roll_entry", door)]
            assert moves == ["list", state.value]
        counts = queries.progress(street.keeper, roll.zone)
        assert (counts["all"], counts["waiting"]) == (DOORS, DOORS - 4)
        for state, many in Counter(won.values()).items():
            assert counts[state] == many


def test_who_marks_different_doors_is_never_refused_and_nobody_is_lost(
    busy: Flask, street: Street, roll: Roll
) -> None:
    states = (RollState.SAFE, RollState.AT_MUSTER)
    deeds = [
        marks(busy, street.callers[place], door, states[place % 2])
        for place, door in enumerate(roll.doors)
    ]
    assert {status for _door, _state, status in at_once(*deeds)} == {303}
    with busy.app_context():
        counts = queries.progress(street.keeper, roll.zone)
        assert (counts["safe"], counts["at_muster"]) == (DOORS // 2, DOORS // 2)
        assert all(each.reached_at is not None for each in entries(roll.zone))
        assert len({each.marked_by_id for each in entries(roll.zone)}) == DOORS


def test_three_who_call_the_roll_at_once_put_nobody_on_it_twice(
    busy: Flask, street: Street, roll: Roll
) -> None:
    address = f"/danger/{roll.zone}/roll-call"
    answers = at_once(*[posts(busy, each, address) for each in street.callers[:3]])
    assert set(answers) == {303}
    with busy.app_context():
        assert tuple(each.id for each in entries(roll.zone)) == roll.doors


def test_a_mark_is_before_the_end_of_its_zone_or_refused_and_never_after_it(
    busy: Flask, street: Street, roll: Roll
) -> None:
    lift = posts(busy, street.keeper, f"/danger/{roll.zone}/lift", note="measured: nothing")
    walkers = [
        marks(busy, street.callers[place], door, RollState.SAFE)
        for place, door in enumerate(roll.doors)
    ]
    lifted, *answers = at_once(lift, *walkers)
    assert lifted == 303
    with busy.app_context():
        over = db.session.get_one(DangerZone, roll.zone).ended_at
        found = {each.id: each for each in entries(roll.zone)}
        for door, _state, status in answers:
            entry = found[door]
            assert status in (303, 409)
            assert (entry.state == RollState.SAFE) == (status == 303)
            assert over is not None
            assert entry.marked_at is None or entry.marked_at <= over
