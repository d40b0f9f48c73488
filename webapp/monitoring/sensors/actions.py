"""What is done with sensors: registered, changed, heard of; a value beyond its level becomes an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock, tasks
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.alarms import actions as alarms
from webapp.monitoring.sensors import queries
from webapp.monitoring.sensors.models import Datastream, Observation, Sensor, Threshold
from webapp.monitoring.sensors.rules import (
    QUANTITIES,
    SILENT_S,
    Limit,
    Measure,
    Quantity,
    Stand,
    step,
)
from webapp.monitoring.signals import Change, Kind, Reading, Signal
from webapp.people.refusing import refusing

KIND = "sensor"
RULE = "threshold/1"
# What may lie between two values in a file that somebody hands over.
MOST_ROWS = 50_000


@dataclass(frozen=True)
class Described:
    """What is said about a sensor. Without `lon` and `lat` its place stays."""

    name: str
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    calibrated_until: date | None = None
    silent_s: int = SILENT_S


def register(said: Described, *, source: str, external_id: str, by: Actor | None) -> Sensor:
    """The sensor is known and in its grid, without any series yet."""
    words = _l("This source has a sensor of this number already.")
    taken = Unacceptable(words, fields={"code": words})
    sensor = Sensor(source=source, external_id=external_id, version=0)
    with refusing(uq_sensor_source_external_id=taken):
        _describe(sensor, said)
        db.session.add(sensor)
    _record(sensor, "create", by)
    return sensor


def measure(sensor: Sensor, code: str, quantity: Quantity, *, by: Actor | None) -> Datastream:
    """The sensor has a series of this quantity, with its usual thresholds."""
    words = _l("The sensor has a series of this name already.")
    taken = Unacceptable(words, fields={"series": words})
    stream = Datastream(sensor_id=sensor.id, code=code, quantity=quantity)
    with refusing(uq_datastream_sensor_id_code=taken):
        db.session.add(stream)
    for limit in QUANTITIES[quantity].limits:
        _write(stream, limit, by)
    _record(sensor, "measure", by, series=code, quantity=quantity)
    db.session.expire(sensor, ["series"])
    return stream


def change(sensor: Sensor, said: Described, *, base_version: int | None, by: Actor) -> None:
    """The sensor is described like this. Raises `Changed` if somebody was faster."""
    hold(sensor, base_version)
    _describe(sensor, said)
    _record(sensor, "change", by)
    db.session.refresh(sensor)


def set_threshold(
    stream: Datastream, limit: Limit, *, instead_of: Threshold | None, by: Actor | None
) -> Threshold:
    """The series goes by this threshold from now on; the one it takes the place of is kept as ended."""
    if (limit.clear_at > limit.raise_at) if limit.above else (limit.clear_at < limit.raise_at):
        words = _l("It must be over on the harmless side of the level that raises it.")
        raise Unacceptable(words, fields={"clear_at": words})
    if instead_of is not None:
        end_threshold(instead_of, by=by)
    made = _write(stream, limit, by)
    said = {name: str(value) for name, value in asdict(limit).items()}
    _record(stream.sensor, "threshold", by, series=stream.code, limit=said)
    db.session.expire(stream, ["thresholds"])
    return made


def end_threshold(threshold: Threshold, *, by: Actor | None) -> None:
    """The threshold holds no more, and what it had raised is over."""
    lock(threshold)
    if threshold.until is not None:
        raise NotOpen(_l("This threshold holds no more."))
    stream = db.session.get_one(Datastream, threshold.datastream_id)
    if threshold.raised_at is not None:
        now = clock.now()
        _tell(stream, threshold, Change.CLEARED, stream.last_value or 0.0, now, now)
    threshold.until, threshold.raised_at = clock.now(), None
    _record(stream.sensor, "end_threshold", by, series=stream.code)
    db.session.expire(stream, ["thresholds"])


def close(sensor: Sensor, *, reason: str, by: Actor) -> None:
    """The sensor is gone from lists, and its values are not taken any more."""
    lock(sensor)
    if sensor.closed_at is not None:
        raise NotOpen(_l("This sensor was taken away already."))
    for stream in sensor.series:
        for threshold in stream.thresholds:
            end_threshold(threshold, by=by)
    if sensor.silent_since is not None:
        _silence(sensor, Change.CLEARED, clock.now())
    sensor.closed_at = clock.now()
    _record(sensor, "close", by, reason=reason)


def hear(reading: Reading, *, source: str, received_at: datetime) -> bool:
    """The value is kept once, and its thresholds have been asked; False when nobody knows the series.

    A value older than the last one is kept for the chart and raises nothing.
    """
    sensor = queries.of_source(source, reading.device)
    stream = queries.stream(sensor.id, reading.series) if sensor is not None else None
    if sensor is None or stream is None:
        return False
    kept = insert(Observation).values(
        datastream_id=stream.id, at=reading.at, value=reading.value, received_at=received_at
    )
    new = db.session.execute(kept.on_conflict_do_nothing().returning(Observation.at)).first()
    if new is None:
        return True
    _lives(sensor, reading.at)
    if stream.last_at is not None and reading.at <= stream.last_at:
        return True
    stream.last_value, stream.last_at = reading.value, reading.at
    db.session.flush()
    for threshold in stream.thresholds:
        _weigh(stream, threshold, reading, received_at)
    return True


def take_file(
    stream: Datastream, rows: Sequence[tuple[datetime, float]], *, by: Actor | None
) -> int:
    """The values of a file are kept; answers how many were new. Nobody is rung for what is past."""
    now = clock.now()
    values = [
        {"datastream_id": stream.id, "at": at, "value": value, "received_at": now}
        for at, value in dict(rows).items()
    ]
    kept = insert(Observation).on_conflict_do_nothing().returning(Observation.at)
    new = len(db.session.execute(kept, values).all()) if values else 0
    _record(stream.sensor, "import", by, series=stream.code, values=new)
    return new


@tasks.task("sensors.silence", cron="* * * * *")
def note_silence() -> None:
    """Sensors that should have spoken and did not are an alarm, until they speak again."""
    now = clock.now()
    for sensor in queries.fallen_silent(now):
        sensor.silent_since = now
        _silence(sensor, Change.RAISED, now)


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Sensors stand in the grids of the borders in force; answers how many moved."""
    return len(relocation.relocate_in_log(Sensor, Sensor.closed_at.is_(None), kind=KIND, by=by))


def _lives(sensor: Sensor, at: datetime) -> None:
    at = min(at, clock.now())
    if sensor.heard_at is None or at > sensor.heard_at:
        sensor.heard_at = at
        if sensor.silent_since is not None and at > sensor.silent_since:
            sensor.silent_since = None
            _silence(sensor, Change.CLEARED, at)


def _silence(sensor: Sensor, change: Change, at: datetime) -> None:
    over = change is Change.CLEARED
    told = Signal(
        kind=Kind.OFFLINE,
        change=change,
        at=at,
        device=sensor.external_id,
        ended_at=at if over else None,
        words=sensor.name,
        rule="silence/1",
    )
    alarms.hear(told, source=sensor.source, received_at=clock.now())


def _weigh(stream: Datastream, threshold: Threshold, reading: Reading, received: datetime) -> None:
    limit, value = threshold.limit, reading.value
    if limit.measure is Measure.RATE:
        found = queries.rate(stream.id, reading.value, reading.at)
        if found is None:
            return
        value = found
    before = threshold.raised_at
    stand, change = step(limit, threshold.stand, value, reading.at)
    if change is Change.CLEARED:
        _tell(stream, threshold, change, value, reading.at, received)
    _keep(threshold, stand)
    if change is Change.RAISED and before is None:
        _tell(stream, threshold, change, value, reading.at, received)


def _keep(threshold: Threshold, stand: Stand) -> None:
    threshold.beyond_since, threshold.raised_at = stand.beyond_since, stand.raised_at
    db.session.flush()


def _tell(
    stream: Datastream,
    threshold: Threshold,
    change: Change,
    value: float,
    at: datetime,
    received_at: datetime,
) -> None:
    """Each time it is beyond a threshold is an alarm of its own."""
    raised = threshold.raised_at or at
    rules = QUANTITIES[Quantity(stream.quantity)]
    unit = rules.unit if threshold.measure == Measure.VALUE else f"{rules.unit}/h"
    sensor = stream.sensor
    told = Signal(
        kind=rules.kind,
        change=change,
        at=at,
        own_id=f"threshold {threshold.id} {raised.timestamp():.3f}",
        device=sensor.external_id,
        severity=threshold.limit.severity,
        ended_at=at if change is Change.CLEARED else None,
        words=f"{sensor.name} {value:g} {unit}".strip(),
        rule=RULE,
    )
    alarms.hear(told, source=sensor.source, received_at=received_at)


def _write(stream: Datastream, limit: Limit, by: Actor | None) -> Threshold:
    made = Threshold(
        datastream_id=stream.id,
        measure=limit.measure,
        above=limit.above,
        raise_at=limit.raise_at,
        clear_at=limit.clear_at,
        hold_s=int(limit.hold.total_seconds()),
        severity=limit.severity,
        since=clock.now(),
        made_by_id=by.id if by else None,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _describe(sensor: Sensor, said: Described) -> None:
    sensor.name, sensor.calibrated_until = said.name, said.calibrated_until
    sensor.silent_s = said.silent_s
    if said.lon is None and said.lat is None:
        return
    if said.lon is None or said.lat is None:
        words = _l("A place needs both its longitude and its latitude.")
        raise Unacceptable(words, fields={"lat" if said.lat is None else "lon": words})
    sensor.place_at(said.lon, said.lat, datum=said.datum)


def _record(sensor: Sensor, move: str, by: Actor | None, **data: Any) -> None:
    sensor.version = (sensor.version or 0) + 1
    db.session.flush()
    audit.record(kind=KIND, thing_id=sensor.id, move=move, by=by, data=data)
