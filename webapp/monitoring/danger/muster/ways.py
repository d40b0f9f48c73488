"""The ways out of an area to muster points, and the way of whoever helps to its upwind edge.

Pure: roads, shapes and points in metres. Whoever has to leave may walk through the area, but every
piece of road in it counts `DEARER` times, so that they are out of it soon and never go in again.
Whoever helps goes round it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from webapp.monitoring.danger.drawing import Spot
from webapp.monitoring.danger.muster.rules import shared_out
from webapp.travel.network import Network
from webapp.travel.rules import PACES, Basis, Mode

DEARER = 5.0
# The roads are asked for nearer points only where so many points are nearest as the crow flies.
NEAREST = 12


@dataclass(frozen=True)
class Way:
    """A way on foot: to which of the points, how far, what that rests on, along which line."""

    to: int
    metres: float
    basis: Basis
    line: BaseGeometry | None = None

    @property
    def minutes(self) -> float:
        """How long it is walked."""
        return self.metres / (PACES[Mode.WALK].top_kmh / 3.6) / 60


def out(
    network: Network,
    area: BaseGeometry,
    starts: Sequence[Spot],
    people: Sequence[int],
    points: Sequence[Spot],
    room: Sequence[int],
    *,
    lines: bool,
) -> list[Way | None]:
    """For each start the way to the nearest muster point that has room for its people; None: there is none."""
    if not starts or not points:
        return [None] * len(starts)
    x, y = (np.array([each[axis] for each in starts]) for axis in (0, 1))
    near = _nearest(x, y, points)
    roads = network.shunning(area, DEARER)
    searches = [roads.reach(*points[each], Mode.WALK, inbound=True) for each in near]
    times = [search.to(x, y) for search in searches]
    seconds = np.stack([each.seconds for each in times])
    chosen = shared_out(seconds, people, [room[each] for each in near])
    found: list[Way | None] = []
    for start, place in enumerate(chosen):
        if place is None:
            found.append(None)
            continue
        line = searches[place].line_to(*starts[start]) if lines else None
        told = times[place]
        found.append(Way(near[place], float(told.metres[start]), told.basis[start], line))
    return found


def round_it(network: Network, area: BaseGeometry, start: Spot, end: Spot) -> Way:
    """The way by car from a place to another that touches no road in the area, where there is one."""
    search = network.around(area).reach(*start, Mode.CAR)
    told = search.to([end[0]], [end[1]])
    return Way(0, float(told.metres[0]), told.basis[0], search.line_to(*end))


def _nearest(x: np.ndarray, y: np.ndarray, points: Sequence[Spot]) -> list[int]:
    """The points that are asked for: those nearest to the middle of all starts as the crow flies."""
    away = [np.hypot(at[0] - x.mean(), at[1] - y.mean()) for at in points]
    return [int(each) for each in np.argsort(away, kind="stable")[:NEAREST]]
