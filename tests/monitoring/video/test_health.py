"""Who falls silent is known within 90 seconds, as one alarm for a recorder, and back as soon as it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ACTIVE, Quiet
from webapp.monitoring.cameras import actions, beats
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.video import health

LON, LAT = 121.06, 37.66
# The clock looks this often (seconds).
TICK = 15


@pytest.fixture
def recorder(session: Session) -> list[Camera]:
    """Three cameras of one recorder that beat."""
    told = Described(name="c", kind=CameraKind.FIXED, lon=LON, lat=LAT)
    made = [actions.register(told, source="nvr-1", external_id=f"N{n}", by=None) for n in range(3)]
    for camera in made:
        beats.heard(camera, at=clock.now(), ok=True)
    return made


def passing(seconds: int, *alive: Camera, since: datetime) -> Iterator[datetime]:
    """The clock looks again and again; those who are alive say so."""
    for second in range(0, seconds + 1, TICK):
        with clock.at(since + timedelta(seconds=second)):
            for camera in alive:
                beats.heard(camera, at=clock.now(), ok=True)
            health.look()
            yield clock.now()


def standing() -> list[tuple[str | None, str | None]]:
    found = select(Alarm).where(Alarm.state.in_(ACTIVE)).order_by(Alarm.id)
    return [(alarm.device, alarm.device_name) for alarm in db.session.scalars(found)]


@pytest.mark.fault
def test_one_silent_camera_is_offline_within_90_seconds_and_back_at_once(
    recorder: list[Camera],
) -> None:
    silent, *alive = recorder
    began = clock.now()
    known = next(at for at in passing(120, *alive, since=began) if silent.status == "offline")
    assert known - began <= timedelta(seconds=90)
    for _at in passing(45, *alive, since=known):
        pass
    assert standing() == [(f"camera-{silent.id}", "c")]
    for _at in passing(15, *recorder, since=known + timedelta(seconds=60)):
        pass
    assert (silent.status, standing()) == ("online", [])


@pytest.mark.fault
def test_a_recorder_that_is_away_is_one_alarm(recorder: list[Camera]) -> None:
    began = clock.now()
    for _at in passing(150, since=began):
        pass
    assert standing() == [("recorder nvr-1", "nvr-1")]
    assert {each.status for each in recorder} == {"offline"}
    for _at in passing(60, recorder[0], since=began + timedelta(seconds=165)):
        pass
    assert sorted(standing()) == sorted((f"camera-{each.id}", "c") for each in recorder[1:])


def test_whoever_was_never_heard_of_is_not_missed(session: Session) -> None:
    told = Described(name="c", kind=CameraKind.FIXED, lon=LON, lat=LAT)
    camera = actions.register(told, source="list", external_id="L1", by=None)
    for _at in passing(150, since=clock.now()):
        pass
    assert (camera.status, standing()) == ("unknown", [])


def test_a_keeper_may_say_that_a_camera_is_away_and_late_words_change_nothing(
    recorder: list[Camera],
) -> None:
    camera, now = recorder[0], clock.now()
    beats.heard(camera, at=now, ok=False)
    assert camera.status == "offline"
    beats.heard(camera, at=now - timedelta(minutes=5), ok=True)
    assert camera.status == "offline"
    beats.heard(camera, at=now + timedelta(seconds=1), ok=True)
    assert camera.status == "online"


@pytest.mark.fault
def test_a_camera_that_comes_and_goes_is_one_alarm_that_chatters(recorder: list[Camera]) -> None:
    """F10."""
    camera, began = recorder[0], clock.now()
    for turn in range(7):
        gone = began + turn * (health.GRACE + timedelta(seconds=30))
        for at, ok in (
            (gone, False),
            (gone + health.GRACE, False),
            (gone + 2 * health.GRACE, True),
        ):
            with clock.at(at):
                beats.heard(camera, at=at, ok=ok)
                for other in recorder[1:]:
                    beats.heard(other, at=at, ok=True)
                health.look()
    (alarm,) = db.session.scalars(select(Alarm)).all()
    assert (alarm.device, alarm.active, alarm.quiet) == (
        f"camera-{camera.id}",
        False,
        Quiet.CHATTERING,
    )
