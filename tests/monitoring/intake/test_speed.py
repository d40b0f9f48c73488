"""How often a message asks the database, alone and among fifty: what must not grow unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.counted import counted
from tests.monitoring.intake import messages
from tests.monitoring.intake.conftest import Box, alarms
from tests.monitoring.intake.messages import LAT, LON, NOW
from tests.monitoring.test_cameras import stood
from webapp.base import intake as lines
from webapp.base.db import db
from webapp.base.flow import Changed
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.intake import inbox, keeping, several, speaking
from webapp.monitoring.intake.models import Message
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.sensors import actions as sensors
from webapp.monitoring.sensors.actions import Described
from webapp.monitoring.sensors.models import Datastream, Observation
from webapp.monitoring.sensors.rules import Limit, Measure, Quantity

AT_CAMERA = {"camera": "gate-1", "lon": None, "lat": None}


def intrusion(number: int, **more: Any) -> dict[str, Any]:
    """Somebody is where nobody may be, and a camera saw it."""
    return messages.generic(id=f"i-{number}", kind="intrusion", **AT_CAMERA) | more


def value(number: int, sensor: str = "nh3", ppm: float = 1.0) -> dict[str, Any]:
    """What a sensor measured, a second later each."""
    at = NOW - timedelta(minutes=30) + timedelta(seconds=number)
    return {"sensor": sensor, "ts": at.isoformat(), "values": {"v": ppm}}


@pytest.fixture
def known(box: Box) -> Iterator[Box]:
    """A camera and two sensors of the box, of which each has said something already."""
    for number in range(50):
        stood(f"gate-{number}").source = "box"
    for code in ("nh3", "nh3-2"):
        sensor = sensors.register(
            Described(code, lon=LON, lat=LAT), source="box", external_id=code, by=None
        )
        series = sensors.measure(sensor, "v", Quantity.AMMONIA, by=None)
        rising = Limit(raise_at=9000, clear_at=8000, measure=Measure.RATE)
        sensors.set_threshold(series, rising, instead_of=None, by=None)
    for each in (intrusion(0), {"camera": "gate-1", "alive": True}, value(0)):
        over_mqtt(box, each)
    yield box
    speaking.forget()


def over_mqtt(box: Box, said: dict[str, Any]) -> None:
    """The box speaks at the broker."""
    del box
    lines._handled(lines.Said("intake/box/generic", json.dumps(said).encode()))


def over_http(box: Box, said: dict[str, Any]) -> None:
    """The box speaks to the web server."""
    assert box.says("generic", said).status_code == 202


# What is asked for a message whose source spoke a moment ago.
ALONE = {
    # Two of them ask whether any camera turns to alarms, and whether any gives a film of them.
    "a new alarm": (intrusion(1), 12),
    "of an alarm that goes on": (intrusion(0, words="again"), 4),
    "the same again": (intrusion(0), 3),
    "a sign of life": ({"camera": "gate-1", "alive": True}, 2),
    "a value": (value(1), 5),
}


@pytest.mark.parametrize("what", ALONE)
@pytest.mark.parametrize("way", [over_mqtt, over_http])
def test_a_message_alone_asks_no_more_than_it_must(
    known: Box, what: str, way: Callable[[Box, dict[str, Any]], None]
) -> None:
    way(known, {"camera": "gate-1", "alive": True})
    said, most = ALONE[what]
    with counted() as asked:
        way(known, said)
    # Over HTTP the key is looked up each time, with whoever holds it, by one question.
    assert len(asked) <= most + (way is over_http), "\n".join(asked)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(lambda n: value(n, sensor=("nh3", "nh3-2")[n % 2]), id="values"),
        pytest.param(lambda n: {"camera": f"gate-{n % 50}", "alive": True}, id="signs of life"),
    ],
)
def test_fifty_that_only_pass_ask_as_often_as_two(
    known: Box, said: Callable[[int], dict[str, Any]]
) -> None:
    def asked_for(numbers: range) -> int:
        sent = [inbox.Sent(json.dumps(said(each)).encode(), "application/json") for each in numbers]
        with counted() as asked:
            taken = several.take_all(known.source, Format.GENERIC, sent)
        assert {each.status for each in taken} == {"ok"}
        return len(asked)

    asked_for(range(2, 52))  # whoever was not known to answer is online with the first of them
    assert asked_for(range(102, 152)) <= asked_for(range(152, 154)) <= 6


def test_values_of_a_batch_are_what_they_are_one_by_one(known: Box) -> None:
    levels = [1, 151, 160, 90, 151, 151]
    bodies = [value(10 + at, ppm=each) for at, each in enumerate(levels)]
    sent = [inbox.Sent(json.dumps(each).encode(), "application/json") for each in bodies]
    several.take_all(known.source, Format.GENERIC, [*sent, sent[0], sent[2]])
    found = [each.count for each in alarms() if each.kind == "gas.nh3"]
    for each in bodies:
        over_mqtt(known, each | {"sensor": "nh3-2"})
    alone = [each.count for each in alarms() if each.kind == "gas.nh3"][len(found) :]
    assert found == alone
    assert len(found) == 2
    series = {each.sensor.external_id: each for each in db.session.scalars(select(Datastream))}
    first, second = series["nh3"], series["nh3-2"]
    assert (first.last_value, first.last_at) == (second.last_value, second.last_at)
    assert first.sensor.heard_at == second.sensor.heard_at == first.last_at
    db.session.expire_all()
    assert (first.last_value, first.last_at) == (second.last_value, second.last_at) != (None, None)
    kept = select(func.count()).where(Observation.datastream_id == first.id)
    assert db.session.scalar(kept) == len(levels) + 1


def test_of_signs_of_life_that_come_at_once_the_last_counts(known: Box) -> None:
    at = [(NOW - timedelta(seconds=each)).isoformat() for each in (30, 20, 10)]
    bodies = [
        {"camera": "gate-2", "alive": True, "ts": at[1]},
        {"camera": "gate-2", "alive": False, "ts": at[2]},
        {"camera": "gate-2", "alive": True, "ts": at[0]},
        {"camera": "gate-3", "alive": True, "ts": at[2]},
    ]
    sent = [inbox.Sent(json.dumps(each).encode(), "application/json") for each in bodies]
    several.take_all(known.source, Format.GENERIC, sent)
    db.session.expire_all()
    cameras = {
        each.external_id: each
        for each in db.session.scalars(
            select(Camera).where(Camera.external_id.in_(["gate-2", "gate-3"]))
        )
    }
    assert cameras["gate-2"].beats
    assert cameras["gate-3"].seen_at == NOW - timedelta(seconds=10)
    assert cameras["gate-3"].status == CameraStatus.ONLINE


def test_a_source_that_changes_is_another_for_its_next_word(known: Box) -> None:
    said = keeping.Described("箱子", (Format.CAP,))
    keeping.change(known.source, said, base_version=None, by=known.safety)
    over_mqtt(known, intrusion(7))
    newest = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert newest is not None
    assert (newest.status, newest.why) == ("dead", "format")
    keeping.close(known.source, reason="abgebaut", by=known.safety)
    over_mqtt(known, intrusion(8))
    assert db.session.scalar(select(func.max(Message.id))) == newest.id
    with pytest.raises(Changed):
        keeping.close(known.source, reason="abgebaut", by=known.safety)


def test_who_spoke_is_known_for_a_second_and_no_longer(
    known: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking.forget()
    passed = [100.0]
    monkeypatch.setattr(speaking.time, "monotonic", lambda: passed[0])
    counts = []
    for later in (0, 0.9, 0.2):
        passed[0] += later
        with counted() as asked:
            assert speaking.named("box") is not None
        counts.append(len(asked))
    assert counts[0] == counts[2] > counts[1] == 0
