"""The wind of a zone: what the form is filled with, by whose word it was drawn, and whether it has turned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp.monitoring.danger.models import DangerShape
from webapp.monitoring.danger.said import Said
from webapp.monitoring.weather import queries as weather
from webapp.monitoring.weather.rules import WindNow, Word

# By whose word a zone was drawn stands under this name among what was said.
BEHIND = "wind_by"


def filled(wind: WindNow) -> dict[str, float]:
    """What the form says of the wind before anybody looked; nothing of what is too old."""
    sent: dict[str, float] = {}
    if wind.speed is not None and wind.speed.fresh:
        sent["wind_ms"] = round(wind.speed.value, 1)
    if wind.whence is not None and wind.whence.fresh and not wind.calm:
        sent["wind_from"] = round(wind.whence.value) % 360
    return sent


def word_behind(said: Said) -> dict[str, Any]:
    """By whose word the wind of a zone is what it is; empty where whoever draws says it."""
    if said.wind_ms is None:
        return {}
    wind = weather.wind_at(_spot(said))
    known = filled(wind)
    if known.get("wind_ms") != said.wind_ms or known.get("wind_from") != said.wind_from:
        return {}
    behind = wind.whence if said.wind_from is not None else wind.speed
    return {BEHIND: behind.kept()} if behind is not None else {}


def read_behind(shape: DangerShape) -> Word | None:
    """By whose word a shape was drawn, as it was kept."""
    kept = shape.inputs.get(BEHIND)
    if not kept:
        return None
    value = shape.inputs.get("wind_from", shape.inputs["wind_ms"])
    at = datetime.fromisoformat(kept["at"])
    return Word(value, at, kept["who"], measured=kept["measured"], fresh=True)


def of(shape: DangerShape) -> WindNow:
    """What is known of the wind now where a shape begins."""
    return weather.wind_at(_spot(Said.of(shape.inputs)))


def has_left(shape: DangerShape, now: WindNow) -> bool:
    """True where the wind that is known now carries elsewhere than the one a shape was drawn by."""
    said = shape.inputs
    return not shape.by_hand and now.has_left(said.get("wind_from"), said.get("wind_ms"))


def _spot(said: Said) -> tuple[float, float] | None:
    return (said.lon, said.lat) if said.lon is not None and said.lat is not None else None
