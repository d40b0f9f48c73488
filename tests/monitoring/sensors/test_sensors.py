"""Sensors: a value beyond its level is an alarm until it is back, silence is one too, nothing counts twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.monitoring.intake.conftest import alarms
from tests.monitoring.intake.messages import LAT, LON, NOW, observation
from tests.world import World, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.monitoring.alarms.rules import State
from webapp.monitoring.intake import inbox, keeping
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.keeping import Described as Connected
from webapp.monitoring.intake.rules import Format, Status
from webapp.monitoring.sensors import actions, hearing, months, queries
from webapp.monitoring.sensors.actions import Described
from webapp.monitoring.sensors.models import VALUES, Datastream, Observation
from webapp.monitoring.sensors.rules import Limit, Measure, Quantity
from webapp.monitoring.signals import Reading


@pytest.fixture
def room(session: Session, world: World) -> Iterator[Datastream]:
    """A sensor of ammonia in a cold store; it is the moment of the messages."""
    with clock.at(NOW):
        yield placed(Quantity.AMMONIA)


def placed(quantity: Quantity, code: str = "nh3") -> Datastream:
    sensor = actions.register(
        Described("冷库一号", lon=LON, lat=LAT), source="plant", external_id=code, by=None
    )
    return actions.measure(sensor, "v", quantity, by=None)


def says(value: float, minutes: float = 0, stream: str = "nh3") -> bool:
    at = NOW + timedelta(minutes=minutes)
    reading = Reading(stream, "v", at, value)
    with clock.at(max(at, NOW)):
        return hearing.hear(reading, source="plant", received_at=max(at, NOW))


def values() -> int:
    return db.session.scalar(select(func.count()).select_from(Observation)) or 0


def test_a_leak_is_one_alarm_at_the_place_of_its_sensor_until_the_air_is_clean(
    room: Datastream,
) -> None:
    for minute, value in enumerate((20, 151, 149, 180)):
        assert says(value, minute)
    (alarm,) = alarms()
    assert (alarm.kind, alarm.severity, alarm.device_name) == ("gas.nh3", "critical", "冷库一号")
    assert alarm.grid_id == room.sensor.grid_id is not None
    says(90, 5)
    assert alarms()[0].state == State.OVER
    says(200, 6)
    assert [each.active for each in alarms()] == [False, True]


def test_the_same_value_counts_once_and_an_old_one_raises_nothing(room: Datastream) -> None:
    says(20, 5)
    says(20, 5)
    assert says(500, 1)
    assert (values(), alarms()) == (2, [])
    assert (room.last_value, room.last_at) == (20, NOW + timedelta(minutes=5))


def test_a_series_nobody_knows_is_not_kept(room: Datastream) -> None:
    assert not hearing.hear(Reading("nh3", "x", NOW, 1), source="plant", received_at=NOW)
    assert not hearing.hear(Reading("nh3", "v", NOW, 1), source="other", received_at=NOW)
    assert values() == 0


def test_a_river_that_rises_fast_is_an_alarm_below_every_level(
    session: Session, world: World
) -> None:
    with clock.at(NOW):
        placed(Quantity.WATER_LEVEL, "gauge")
    for minute in range(0, 120, 10):
        says(1.0 + max(0, minute - 60) / 60, minute, "gauge")
    (alarm,) = alarms()
    assert alarm.kind == "flood.level"
    assert "m/h" in (alarm.words or "")


def test_silence_is_an_alarm_until_it_speaks_again(room: Datastream) -> None:
    says(20)
    with clock.at(NOW + timedelta(minutes=14)):
        actions.note_silence()
    assert alarms() == []
    with clock.at(NOW + timedelta(minutes=16)):
        actions.note_silence()
        actions.note_silence()
    (alarm,) = alarms()
    assert (alarm.kind, alarm.device) == ("device.offline", "nh3")
    says(20, 17)
    assert alarms()[0].state == State.OVER
    assert room.sensor.silent_since is None


def test_a_threshold_that_is_changed_ends_what_it_raised_and_stays_in_the_history(
    room: Datastream, world: World
) -> None:
    officer = someone("safety", "safety_officer")
    says(160)
    (old,) = room.thresholds
    made = actions.set_threshold(room, Limit(200, 150), instead_of=old, by=officer)
    assert alarms()[0].state == State.OVER
    assert [each.id for each in queries.history(room.sensor_id)] == [old.id]
    assert [each.id for each in room.thresholds] == [made.id]
    with pytest.raises(Unacceptable):
        actions.set_threshold(room, Limit(10, 20), instead_of=None, by=officer)


def test_two_levels_are_two_alarms(room: Datastream) -> None:
    actions.set_threshold(room, Limit(300, 250), instead_of=None, by=None)
    says(160)
    says(310, 1)
    says(200, 2)
    assert [each.active for each in alarms()] == [True, False]


def test_values_come_by_the_intake(room: Datastream) -> None:
    source = keeping.set_up("plant", Connected("厂", tuple(Format)), by=None)
    ours: Any = b'{"sensor": "nh3", "ts": "2026-11-26T04:00:00Z", "values": {"v": 151}}'
    taken = inbox.take(source, Format.GENERIC, Sent(ours))
    assert (taken.status, taken.id, len(alarms())) == (Status.OK, None, 1)
    stranger = str(observation()).replace("'", '"').encode()
    assert inbox.take(source, Format.SENSORTHINGS, Sent(stranger)).status == Status.IGNORED


def test_a_contact_of_a_door_says_so_in_words_and_rings_once_it_stands_open(
    room: Datastream,
) -> None:
    placed(Quantity.DOOR, "door-1")
    source = keeping.set_up("plant", Connected("厂", tuple(Format)), by=None)
    for minute, state in enumerate(
        ("open", "closed", "open", "ON", True, 1, "open", "open", "open")
    ):
        body = {
            "sensor": "door-1",
            "ts": f"2026-11-26T04:{minute:02d}:00Z",
            "values": {"v": state},
        }
        with clock.at(NOW + timedelta(minutes=minute)):
            sent = Sent(json.dumps(body).encode())
            assert inbox.take(source, Format.GENERIC, sent).status == Status.OK
    (alarm,) = alarms()
    assert (alarm.kind, alarm.severity, alarm.words) == ("threshold", "minor", "冷库一号 开着")


def test_a_file_fills_the_chart_and_rings_nobody(room: Datastream, world: World) -> None:
    rows = [(NOW - timedelta(hours=each), 200.0) for each in range(48)]
    officer = someone("safety", "safety_officer")
    assert actions.take_file(room, [*rows, rows[0]], by=officer) == 48
    assert actions.take_file(room, rows, by=officer) == 0
    assert alarms() == []
    drawn = queries.chart(room.id, NOW - timedelta(days=1), NOW + timedelta(minutes=1))
    assert len(drawn) == 25
    assert {each[3] for each in drawn} == {200.0}


def test_the_months_ahead_have_their_tables_and_old_ones_are_gone(room: Datastream) -> None:
    months.make()
    months.make()
    names = VALUES.parts()
    assert {"observation_p2026_10", "observation_p2026_11", "observation_p2027_01"} <= set(names)
    says(20)
    placed_in = select(func.pg_typeof(Observation.value)).limit(1)
    assert db.session.scalar(placed_in) is not None
    with clock.at(NOW + timedelta(days=900)):
        months.make()
    assert "observation_p2026_11" not in VALUES.parts()


def test_a_month_whose_values_came_too_early_is_left_alone(room: Datastream) -> None:
    says(20)
    months.make()
    assert "observation_p2026_11" not in VALUES.parts()
    assert values() == 1


def test_a_reading_by_a_rate_needs_one_before(room: Datastream) -> None:
    actions.set_threshold(
        room, Limit(5, 1, measure=Measure.RATE), instead_of=room.thresholds[0], by=None
    )
    says(100)
    says(100, 5)
    assert alarms() == []
    says(110, 30)
    assert len(alarms()) == 1
