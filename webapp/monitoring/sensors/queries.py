"""Questions about sensors: which there are, what they measured, which fell silent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.monitoring.alarms import standing
from webapp.monitoring.alarms.standing import Standing
from webapp.monitoring.sensors.models import Datastream, Observation, Sensor, Threshold
from webapp.monitoring.sensors.rules import RATE_LEAST, RATE_MOST

PAGE = 50
# Points of a chart: more could not be told apart.
POINTS = 400

_CUT = text("""
    SELECT extract(epoch FROM b.at) AS at, b.least, b.most, b.middle FROM (
        SELECT date_bin(cast(:step AS interval), at, :since) AS at,
            min(value) AS least, max(value) AS most, avg(value) AS middle
        FROM observation
        WHERE datastream_id = :stream AND at >= :since AND at < :until
        GROUP BY 1
    ) b ORDER BY b.at
""")


def one(sensor_id: int) -> Sensor | None:
    """A sensor with its series and their thresholds."""
    found = select(Sensor).options(
        joinedload(Sensor.grid),
        selectinload(Sensor.series).selectinload(Datastream.thresholds),
    )
    return db.session.scalar(found.where(Sensor.id == sensor_id))


def of_source(source: str, external_id: str) -> Sensor | None:
    """The sensor that a source calls so."""
    return db.session.scalar(
        select(Sensor).where(
            Sensor.source == source,
            Sensor.external_id == external_id,
            Sensor.closed_at.is_(None),
        )
    )


def stream(sensor_id: int, code: str) -> Datastream | None:
    """A series of a sensor, held until the transaction ends, with its thresholds."""
    found = (
        select(Datastream)
        .options(selectinload(Datastream.thresholds), joinedload(Datastream.sensor))
        .where(Datastream.sensor_id == sensor_id, Datastream.code == code)
        .with_for_update(of=Datastream)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(found)


def threshold(threshold_id: int) -> Threshold | None:
    """A threshold by its key."""
    return db.session.get(Threshold, threshold_id)


def listed(
    who: Actor, *, words: str = "", after: int | None = None, limit: int = PAGE
) -> Page[Sensor]:
    """The sensors somebody may see, by their numbers, with their series."""
    found = (
        select(Sensor)
        .options(
            joinedload(Sensor.grid),
            selectinload(Sensor.series).selectinload(Datastream.thresholds),
        )
        .where(visible(Sensor, who, "sensors.see"), Sensor.closed_at.is_(None))
    )
    if words:
        pattern = containing(words)
        found = found.where(or_(Sensor.name.ilike(pattern), Sensor.external_id.ilike(pattern)))
    if after is not None:
        found = found.where(Sensor.id > after)
    rows = list(db.session.scalars(found.order_by(Sensor.id).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def rate(stream_id: int, value: float, at: datetime) -> float | None:
    """How much a series rises in an hour, up to a value; None where nothing near enough is known."""
    before = db.session.execute(
        select(Observation.value, Observation.at)
        .where(
            Observation.datastream_id == stream_id,
            Observation.at <= at - RATE_LEAST,
            Observation.at >= at - RATE_MOST,
        )
        .order_by(func.abs(func.extract("epoch", Observation.at - (at - timedelta(hours=1)))))
        .limit(1)
    ).first()
    if before is None:
        return None
    hours: float = (at - before.at).total_seconds() / 3600
    return float(value - before.value) / hours


def chart(
    stream_id: int, since: datetime, until: datetime
) -> list[tuple[float, float, float, float]]:
    """(seconds since 1970, least, most, mean) of a series in pieces of a time, so many as can be drawn."""
    step = max(1, round((until - since).total_seconds() / POINTS))
    values = {"stream": stream_id, "since": since, "until": until, "step": f"{step} seconds"}
    rows = db.session.execute(_CUT, values)
    return [(float(row.at), row.least, row.most, row.middle) for row in rows]


def latest(stream_id: int, limit: int = 20) -> list[Observation]:
    """The newest values of a series."""
    found = select(Observation).where(Observation.datastream_id == stream_id)
    return list(db.session.scalars(found.order_by(Observation.at.desc()).limit(limit)))


def history(sensor_id: int, limit: int = 20) -> list[Threshold]:
    """Thresholds of a sensor that hold no more, the last ones first."""
    found = (
        select(Threshold)
        .join(Datastream, Datastream.id == Threshold.datastream_id)
        .options(joinedload(Threshold.made_by))
        .where(Datastream.sensor_id == sensor_id, Threshold.until.is_not(None))
        .order_by(Threshold.until.desc(), Threshold.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(found))


def fallen_silent(now: datetime, limit: int = 500) -> list[Sensor]:
    """Sensors that spoke once and have said nothing for longer than they may."""
    quiet: ColumnElement[bool] = Sensor.heard_at < now - func.make_interval(
        0, 0, 0, 0, 0, 0, Sensor.silent_s
    )
    found = select(Sensor).where(Sensor.closed_at.is_(None), Sensor.silent_since.is_(None), quiet)
    return list(
        db.session.scalars(found.order_by(Sensor.id).limit(limit).with_for_update(skip_locked=True))
    )


def sensor_standings(source: str, devices: Collection[str]) -> dict[str, Standing]:
    """Where sensors of a source stand, for alarms of them."""
    found = select(Sensor.external_id, Sensor.name, Sensor.geom, Sensor.accuracy_m).where(
        Sensor.source == source, Sensor.external_id.in_(devices), Sensor.closed_at.is_(None)
    )
    return {code: Standing(*where) for code, *where in db.session.execute(found)}


standing.found_by("sensors", sensor_standings)
