"""What is done with sensors: registered, measured with, changed, taken away; who falls silent is an alarm."""

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
from webapp.monitoring.sensors import queries, telling
from webapp.monitoring.sensors.models import Datastream, Observation, Sensor, Threshold
from webapp.monitoring.sensors.rules import (
    QUANTITIES,
    SILENT_S,
    Limit,
    Quantity,
)
from webapp.monitoring.signals import Change
from webapp.people.refusing import refusing

KIND = "sensor"
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
    stream = db.session.get_one(Datastream, threshold.datastream_id)
    # As whoever hears a value of it: the series first.
    lock(stream)
    lock(threshold)
    if threshold.until is not None:
        raise NotOpen(_l("This threshold holds no more."))
    if threshold.raised_at is not None:
        now = clock.now()
        value = stream.last_value or 0.0
        over = telling.passed(stream, threshold, Change.CLEARED, value, now)
        alarms.hear(over, source=stream.sensor.source, received_at=now)
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


def _silence(sensor: Sensor, change: Change, at: datetime) -> None:
    told = telling.silence(sensor, change, at)
    alarms.hear(told, source=sensor.source, received_at=clock.now())


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
