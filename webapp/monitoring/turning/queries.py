"""Questions about cameras that turn: how one is reached, its presets, which look at an alarm."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Float, func, select
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.turning.models import Preset, Steering
from webapp.monitoring.turning.rules import MOST_PRESETS, MOST_TURNED

# An alarm whose place is no better known than so (metres) turns nothing.
VAGUE_M = 300.0


def steering(camera_id: int) -> Steering | None:
    """How a camera is told to turn."""
    found = select(Steering).options(joinedload(Steering.turned_by))
    return db.session.scalar(found.where(Steering.camera_id == camera_id))


def presets(camera_id: int) -> list[Preset]:
    """The presets of a camera, by their names."""
    found = select(Preset).where(Preset.camera_id == camera_id)
    return list(db.session.scalars(found.order_by(Preset.name, Preset.id).limit(MOST_PRESETS)))


def preset(camera_id: int, preset_id: int) -> Preset | None:
    """A preset of a camera by its key."""
    found = select(Preset).where(Preset.id == preset_id, Preset.camera_id == camera_id)
    return db.session.scalar(found)


def any_by_alarm() -> bool:
    """True where some camera turns to alarms at all."""
    return db.session.scalar(select(Steering.id).where(Steering.by_alarm).limit(1)) is not None


def alarms(keys: Collection[int]) -> list[Alarm]:
    """These alarms, the first one first."""
    return list(db.session.scalars(select(Alarm).where(Alarm.id.in_(keys)).order_by(Alarm.id)))


def able_to_see(alarm: Alarm) -> Sequence[Any]:
    """The cameras that turn to alarms and reach the place of this one, the nearest first: rows of the
    steering and of the direction (degrees from north) in which the place lies. Not the camera that raised it."""
    if alarm.geom is None or (alarm.accuracy_m or 0) > VAGUE_M:
        return []
    away = func.ST_Distance(Camera.geom, alarm.geom)
    towards = func.degrees(func.ST_Azimuth(Camera.geom, alarm.geom), type_=Float)
    found = (
        select(Steering, towards)
        .join(Steering.camera)
        .options(joinedload(Steering.camera))
        .where(
            Steering.by_alarm,
            Camera.closed_at.is_(None),
            Camera.id != (alarm.camera_id or 0),
            func.ST_DWithin(Camera.geom, alarm.geom, Camera.range_m),
            away > 0,
        )
        .order_by(away, Camera.id)
        .limit(MOST_TURNED)
    )
    return db.session.execute(found).all()
