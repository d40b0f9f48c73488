"""The order of a walk: what cannot wait first, then a short way round, by straight distances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import hypot
from typing import Any

# Streets are so much longer than the straight way; a worker on foot makes so many metres a minute.
DETOUR = 1.3
PACE_M = 75.0

# What is due within this time goes first, wherever it is.
SOON = timedelta(hours=1)

Spot = tuple[float, float]


@dataclass(frozen=True)
class Stop:
    """One thing to do today: what, where in metres (None: not known), by when."""

    kind: str
    title: str
    title_en: str | None
    where: str
    url: str
    select: str
    spot: Spot | None = None
    due_at: datetime | None = None
    hasty: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    def cannot_wait(self, now: datetime) -> bool:
        """True when it is late, due very soon, or urgent."""
        return self.hasty or (self.due_at is not None and self.due_at < now + SOON)


@dataclass(frozen=True)
class Walk:
    """Stops in the order of the walk, and minutes on foot from the start to the last one."""

    stops: list[Stop]
    minutes: int | None
    away: dict[str, float]


def walked(stops: Sequence[Stop], *, start: Spot | None, now: datetime) -> Walk:
    """The stops in walking order: those that cannot wait by their hour, the others on a short way.

    Distances are straight ones, made longer by `DETOUR`. Stops without a place stand at the end.
    """
    never = datetime.max.replace(tzinfo=now.tzinfo)
    by_hour = sorted(stops, key=lambda stop: stop.due_at or never)
    first = [stop for stop in by_hour if stop.cannot_wait(now)]
    rest = [stop for stop in by_hour if not stop.cannot_wait(now)]
    placed = [(stop, stop.spot) for stop in rest if stop.spot is not None]
    lost = [stop for stop in rest if stop.spot is None]
    begin = next((stop.spot for stop in reversed(first) if stop.spot is not None), start)
    order = short_way([spot for _stop, spot in placed], start=begin)
    ordered = first + [placed[index][0] for index in order] + lost
    way = [stop.spot for stop in ordered if stop.spot is not None]
    if start is not None:
        way.insert(0, start)
    minutes = round(length(way) * DETOUR / PACE_M) if start is not None and len(way) > 1 else None
    away = {stop.select: _metres(start, stop.spot) for stop in ordered if start and stop.spot}
    return Walk(ordered, minutes, away)


def short_way(spots: Sequence[Spot], *, start: Spot | None) -> list[int]:
    """An order of the spots that begins near `start`: always to the nearest, then crossings undone."""
    if not spots:
        return []
    left = set(range(len(spots)))
    order: list[int] = []
    here = start
    while left:
        index = min(left, key=lambda each: (_metres(here, spots[each]) if here else 0.0, each))
        left.remove(index)
        order.append(index)
        here = spots[index]
    return _uncrossed(order, spots, start)


def length(way: Sequence[Spot]) -> float:
    """Metres along straight lines from spot to spot."""
    return sum(_metres(one, other) for one, other in pairwise(way))


def _uncrossed(order: list[int], spots: Sequence[Spot], start: Spot | None) -> list[int]:
    """Two legs that are shorter the other way round are turned, until none is left (2-opt)."""
    better = True
    while better:
        better = False
        for one in range(len(order) - 1):
            before = spots[order[one - 1]] if one else start
            for other in range(one + 1, len(order)):
                after = spots[order[other + 1]] if other + 1 < len(order) else None
                a, b = spots[order[one]], spots[order[other]]
                now = _leg(before, a) + _leg(b, after)
                turned = _leg(before, b) + _leg(a, after)
                if turned < now - 1e-6:
                    order[one : other + 1] = reversed(order[one : other + 1])
                    better = True
    return order


def _leg(one: Spot | None, other: Spot | None) -> float:
    return _metres(one, other) if one is not None and other is not None else 0.0


def _metres(one: Spot, other: Spot) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
