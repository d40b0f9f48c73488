"""Values are heard: each is kept once, asked of its thresholds, and may become an alarm or end one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import set_committed_value

from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.alarms import actions as alarms
from webapp.monitoring.sensors import queries, telling
from webapp.monitoring.sensors.models import Datastream, Observation, Sensor
from webapp.monitoring.sensors.rules import Measure, step
from webapp.monitoring.signals import Change, Reading, Signal

Moment = tuple[int, datetime]


def hear(reading: Reading, *, source: str, received_at: datetime) -> bool:
    """The value is kept once, and its thresholds have been asked; False when nobody knows the series.

    A value older than the last one is kept for the chart and raises nothing.
    """
    (known,) = hear_all([reading], source=source, received_at=received_at)
    return known


def hear_all(readings: Sequence[Reading], *, source: str, received_at: datetime) -> list[bool]:
    """The same for several values of one source, one after the other; what the database is asked does
    not grow with their number."""
    if not readings:
        return []
    streams = queries.held(source, {(each.device, each.series) for each in readings})
    found = [(streams.get((each.device, each.series)), each) for each in readings]
    ours = [(stream, each) for stream, each in found if stream is not None]
    new = _keep(ours, received_at)
    if new:
        said = _weigh_all(new, _rates(new))
        db.session.flush()
        queries.spoke({stream for stream, _each in new})
        alarms.hear_all(said, source=source, received_at=received_at)
    return [stream is not None for stream, _each in found]


def _keep(
    ours: Sequence[tuple[Datastream, Reading]], received_at: datetime
) -> list[tuple[Datastream, Reading]]:
    """The values are kept; answers those that were new, each moment of a series once."""
    first: dict[Moment, tuple[Datastream, Reading]] = {}
    for stream, each in ours:
        first.setdefault((stream.id, each.at), (stream, each))
    rows = [
        {"datastream_id": key, "at": at, "value": each.value, "received_at": received_at}
        for (key, at), (_stream, each) in sorted(first.items(), key=lambda item: item[0])
    ]
    if not rows:
        return []
    kept = insert(Observation).on_conflict_do_nothing()
    made = db.session.execute(kept.returning(Observation.datastream_id, Observation.at), rows)
    new = {(key, at) for key, at in made}
    return [said for moment, said in first.items() if moment in new]


def _rates(new: Sequence[tuple[Datastream, Reading]]) -> Mapping[Moment, float]:
    """How fast those series rose up to these values that have a threshold for it."""
    asked = [
        (stream.id, each.at, each.value)
        for stream, each in new
        if any(limit.measure == Measure.RATE for limit in stream.thresholds)
    ]
    return queries.rates(asked) if asked else {}


def _weigh_all(
    new: Sequence[tuple[Datastream, Reading]], rates: Mapping[Moment, float]
) -> list[Signal]:
    """Series, sensors and thresholds are as these values make them; answers what alarms are told."""
    said: list[Signal] = []
    for stream, each in new:
        said += _lives(stream.sensor, each.at)
        if stream.last_at is not None and each.at <= stream.last_at:
            continue
        _as_kept(stream, last_value=each.value, last_at=each.at)
        said += _weigh(stream, each, rates.get((stream.id, each.at)))
    return said


def _lives(sensor: Sensor, at: datetime) -> list[Signal]:
    at = min(at, clock.now())
    if sensor.heard_at is not None and at <= sensor.heard_at:
        return []
    _as_kept(sensor, heard_at=at)
    if sensor.silent_since is None or at <= sensor.silent_since:
        return []
    sensor.silent_since = None
    return [telling.silence(sensor, Change.CLEARED, at)]


def _weigh(stream: Datastream, reading: Reading, rate: float | None) -> list[Signal]:
    said: list[Signal] = []
    for threshold in stream.thresholds:
        limit, value = threshold.limit, reading.value
        if limit.measure is Measure.RATE:
            if rate is None:
                continue
            value = rate
        before = threshold.raised_at
        stand, change = step(limit, threshold.stand, value, reading.at)
        if change is Change.CLEARED:
            # Told by the moment at which it was raised, which is forgotten then.
            said.append(telling.passed(stream, threshold, change, value, reading.at))
        threshold.beyond_since, threshold.raised_at = stand.beyond_since, stand.raised_at
        if change is Change.RAISED and before is None:
            said.append(telling.passed(stream, threshold, change, value, reading.at))
    return said


def _as_kept(thing: Datastream | Sensor, **values: Any) -> None:
    """The thing holds these as if they had been read; `spoke` writes those of all of them at once."""
    for name, value in values.items():
        set_committed_value(thing, name, value)
