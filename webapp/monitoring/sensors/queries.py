"""Questions about sensors: which there are, what they measured, which fell silent."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text, tuple_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

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

_SPOKE = text("""
    WITH said AS (
        SELECT * FROM jsonb_to_recordset(cast(:rows AS jsonb))
            AS v (stream bigint, value float8, at timestamptz, heard timestamptz)
    ), newest AS (
        UPDATE datastream d SET last_value = said.value, last_at = said.at
        FROM said WHERE d.id = said.stream
        RETURNING d.sensor_id, said.heard
    )
    UPDATE sensor s SET heard_at = h.heard
    FROM (SELECT sensor_id, max(heard) AS heard FROM newest GROUP BY sensor_id) h
    WHERE s.id = h.sensor_id
""")
# Of each value the one before it that is nearest to an hour ago.
_BEFORE = text("""
    SELECT v.place, o.value, o.at
    FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS v (place int, stream bigint, at timestamptz)
    CROSS JOIN LATERAL (
        SELECT value, at FROM observation
        WHERE datastream_id = v.stream AND at <= v.at - :least AND at >= v.at - :most
        ORDER BY abs(extract(epoch FROM at - (v.at - interval '1 hour'))) LIMIT 1
    ) o
""")
# Once for all: a statement that is built anew for each value costs more than its answer.
_HELD = (
    select(Datastream)
    .join(Datastream.sensor)
    .options(contains_eager(Datastream.sensor), selectinload(Datastream.thresholds))
    .where(Sensor.closed_at.is_(None))
    .order_by(Datastream.id)
    .with_for_update(of=(Datastream, Sensor))
    .execution_options(populate_existing=True)
)


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


def held(source: str, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], Datastream]:
    """By (device, series) the series that a source calls so, held with their sensors until the
    transaction ends, with their thresholds. They are taken in the order of their numbers."""
    found = _HELD.where(
        Sensor.source == source, tuple_(Sensor.external_id, Datastream.code).in_(sorted(wanted))
    )
    streams = db.session.scalars(found).all()
    return {(each.sensor.external_id, each.code): each for each in streams}


def spoke(streams: Collection[Datastream]) -> None:
    """Of these series the newest value, and of their sensors when they spoke, are in the database."""
    rows = [
        {
            "stream": each.id,
            "value": each.last_value,
            "at": each.last_at and each.last_at.isoformat(),
            "heard": each.sensor.heard_at and each.sensor.heard_at.isoformat(),
        }
        for each in streams
    ]
    db.session.execute(_SPOKE, {"rows": json.dumps(rows)})


def rates(
    asked: Collection[tuple[int, datetime, float]],
) -> dict[tuple[int, datetime], float]:
    """How much each of these series rises in an hour, up to a value at a moment, by series and moment;
    without those of which nothing near enough is known."""
    rows = [
        {"place": place, "stream": stream, "at": at.isoformat()}
        for place, (stream, at, _value) in enumerate(asked)
    ]
    values = {"rows": json.dumps(rows), "least": RATE_LEAST, "most": RATE_MOST}
    said = list(asked)
    found = {}
    for place, value, before in db.session.execute(_BEFORE, values):
        stream, at, now = said[place]
        hours: float = (at - before).total_seconds() / 3600
        found[stream, at] = float(now - value) / hours
    return found


def threshold(threshold_id: int) -> Threshold | None:
    """A threshold by its key."""
    return db.session.get(Threshold, threshold_id)


def narrowed(who: Actor, *, words: str = "") -> Select[Any]:
    """SQL: sensors that `who` may see, by their numbers."""
    found = select(Sensor).where(visible(Sensor, who, "sensors.see"), Sensor.closed_at.is_(None))
    if words:
        pattern = containing(words)
        found = found.where(or_(Sensor.name.ilike(pattern), Sensor.external_id.ilike(pattern)))
    return found.order_by(Sensor.id)


def listed(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Sensor]:
    """The sensors somebody may see, by their numbers, with their series."""
    found = narrowed(who, **narrowing).options(
        joinedload(Sensor.grid),
        selectinload(Sensor.series).selectinload(Datastream.thresholds),
    )
    if after is not None:
        found = found.where(Sensor.id > after)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


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
