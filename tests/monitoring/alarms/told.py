"""Alarms for tests: signals as a box sends them, and steps of ladders done at a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.world import World
from webapp.base import clock
from webapp.monitoring.alarms import climbing
from webapp.monitoring.alarms.actions import hear
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.signals import Change, Kind, Signal

SECOND = timedelta(seconds=1)


def raised(world: World, kind: Kind = Kind.INTRUSION, **more: Any) -> Alarm:
    """An alarm of a box in the home grid, now."""
    at = clock.now()
    values: dict[str, Any] = {
        "kind": kind,
        "change": Change.RAISED,
        "at": at,
        "device": "C1",
        "lonlat": world.spot(world.home),
    }
    return hear(Signal(**{**values, **more}), source="box", received_at=at).alarm


def incident_of(alarm: Alarm) -> Incident:
    """The incident of an alarm that has one."""
    assert alarm.incident is not None
    return alarm.incident


def climb_after(incident: Incident, seconds: float) -> None:
    """What is due so long after the incident began is done."""
    with clock.at(incident.opened_at + timedelta(seconds=seconds)):
        climbing.climb()
