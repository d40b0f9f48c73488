"""What alarms are told of sensors: a level that was passed, a silence, and the end of both."""

from __future__ import annotations

from datetime import datetime

from webapp.monitoring.sensors.models import Datastream, Sensor, Threshold
from webapp.monitoring.sensors.rules import QUANTITIES, Measure, Quantity
from webapp.monitoring.signals import Change, Kind, Signal

RULE = "threshold/1"


def silence(sensor: Sensor, change: Change, at: datetime) -> Signal:
    """The sensor has fallen silent, or speaks again."""
    over = change is Change.CLEARED
    return Signal(
        kind=Kind.OFFLINE,
        change=change,
        at=at,
        device=sensor.external_id,
        ended_at=at if over else None,
        words=sensor.name,
        rule="silence/1",
    )


def passed(
    stream: Datastream, threshold: Threshold, change: Change, value: float, at: datetime
) -> Signal:
    """The series is beyond a threshold, or back. Each time beyond it is an alarm of its own."""
    raised = threshold.raised_at or at
    rules = QUANTITIES[Quantity(stream.quantity)]
    said = rules.shown(value) if threshold.measure == Measure.VALUE else f"{value:g} {rules.unit}/h"
    sensor = stream.sensor
    return Signal(
        kind=rules.kind,
        change=change,
        at=at,
        own_id=f"threshold {threshold.id} {raised.timestamp():.3f}",
        device=sensor.external_id,
        severity=threshold.limit.severity,
        ended_at=at if change is Change.CLEARED else None,
        words=f"{sensor.name} {said}",
        rule=RULE,
    )
