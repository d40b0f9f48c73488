"""Questions about the wind: how it is now, which stations measure it, what people said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import point
from webapp.monitoring.sensors.models import Datastream, Sensor
from webapp.monitoring.sensors.rules import Quantity
from webapp.monitoring.weather.models import WindSaid
from webapp.monitoring.weather.rules import FRESH, WindNow, Word, better

QUANTITIES = (Quantity.WIND, Quantity.WIND_FROM)
# What a clock of a station may be ahead of ours.
AHEAD = timedelta(minutes=5)


def wind_at(lonlat: tuple[float, float] | None) -> WindNow:
    """What is known of the wind at a place now: by the nearest station that speaks, else by whoever said
    it last. What is older than an hour is there as a word that is not fresh."""
    now = clock.now()
    latest = _last_said()
    who = latest.said_by.name if latest else ""
    said = {
        Quantity.WIND: latest.speed_ms if latest else None,
        Quantity.WIND_FROM: latest.whence if latest else None,
    }
    words = {}
    for quantity, value in said.items():
        by_hand = None
        if latest is not None and value is not None:
            by_hand = Word(value, latest.at, who, measured=False, fresh=latest.at >= now - FRESH)
        words[quantity] = better(_measured(quantity, lonlat, now), by_hand)
    return WindNow(whence=words[Quantity.WIND_FROM], speed=words[Quantity.WIND])


def stations() -> Sequence[Any]:
    """The series that measure the wind: rows of `sensor_id`, `name`, `quantity`, `value`, `at`."""
    found = (
        select(
            Sensor.id.label("sensor_id"),
            Sensor.name,
            Datastream.quantity,
            Datastream.last_value.label("value"),
            Datastream.last_at.label("at"),
        )
        .join(Datastream.sensor)
        .where(Datastream.quantity.in_(QUANTITIES), Sensor.closed_at.is_(None))
        .order_by(Sensor.name, Sensor.id, Datastream.quantity)
        .limit(100)
    )
    return db.session.execute(found).all()


def said_of_late(limit: int = 20) -> list[WindSaid]:
    """What people said of the wind, the last word first."""
    found = select(WindSaid).options(joinedload(WindSaid.said_by))
    return list(
        db.session.scalars(found.order_by(WindSaid.at.desc(), WindSaid.id.desc()).limit(limit))
    )


def _last_said() -> WindSaid | None:
    return next(iter(said_of_late(1)), None)


def _measured(quantity: Quantity, lonlat: tuple[float, float] | None, now: datetime) -> Word | None:
    """What the nearest station says that speaks, else the one that fell silent last."""
    fresh = Datastream.last_at >= now - FRESH
    found = (
        select(Sensor.name, Datastream.last_value, Datastream.last_at, fresh)
        .join(Datastream.sensor)
        .where(
            Datastream.quantity == quantity,
            Datastream.last_at.is_not(None),
            Datastream.last_at <= now + AHEAD,
            Sensor.closed_at.is_(None),
        )
        .order_by(fresh.desc())
    )
    if lonlat is not None:
        away = func.ST_Distance(Sensor.geom, point(*lonlat))
        found = found.order_by(case((fresh, away)).nulls_last())
    found = found.order_by(Datastream.last_at.desc(), Datastream.id)
    row: Any = db.session.execute(found.limit(1)).first()
    return Word(row[1], row[2], row[0], measured=True, fresh=row[3]) if row else None
