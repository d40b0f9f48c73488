"""A series drawn: its values in a frame of so many units, with the levels that raise and clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.monitoring.sensors.rules import Limit, Measure

WIDTH, HEIGHT = 800, 220


@dataclass(frozen=True)
class Line:
    """A level across the chart: how high it is drawn, and its value."""

    y: float
    value: float
    raises: bool


@dataclass(frozen=True)
class Tick:
    """A moment below the chart, and where."""

    x: float
    at: datetime


@dataclass(frozen=True)
class Drawing:
    """What is drawn: the mean as points of a line, least to most as an outline, levels and moments."""

    mean: str
    band: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    least: float
    most: float


def draw(
    rows: Sequence[tuple[float, float, float, float]],
    limits: Sequence[Limit],
    since: datetime,
    until: datetime,
) -> Drawing | None:
    """The drawing of (seconds, least, most, mean); None where there is nothing to draw."""
    if not rows:
        return None
    levels = [each for each in limits if each.measure is Measure.VALUE]
    marks = {(level.raise_at, True) for level in levels} | {
        (level.clear_at, False) for level in levels
    }
    values = [*(row[1] for row in rows), *(row[2] for row in rows), *(mark[0] for mark in marks)]
    least, most = min(values), max(values)
    room = (most - least) * 0.06 or abs(most) * 0.1 or 1.0
    low, high = least - room, most + room
    begin, span = since.timestamp(), (until - since).total_seconds()

    def x(at: float) -> float:
        return round((at - begin) / span * WIDTH, 1)

    def y(value: float) -> float:
        return round(HEIGHT - (value - low) / (high - low) * HEIGHT, 1)

    upper = [f"{x(at)},{y(top)}" for at, _low, top, _mean in rows]
    lower = [f"{x(at)},{y(bottom)}" for at, bottom, _top, _mean in reversed(rows)]
    return Drawing(
        mean=" ".join(f"{x(at)},{y(mean)}" for at, _low, _top, mean in rows),
        band=" ".join(upper + lower),
        lines=tuple(Line(y(value), value, raises) for value, raises in sorted(marks)),
        ticks=tuple(
            Tick(x(begin + span * part / 4), datetime.fromtimestamp(begin + span * part / 4, UTC))
            for part in range(5)
        ),
        least=least,
        most=most,
    )
