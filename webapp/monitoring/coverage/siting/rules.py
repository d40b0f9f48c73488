"""Where a new camera would help most: greedy maximum coverage over places where one could stand.

A camera that looks one way sees a window of directions: of each place the best window over what lies in
range is found by sorting what lies there by its direction. Greedy coverage reaches at least 63 % of what
the best choice of as many cameras would (Nemhauser, Wolsey and Fisher 1978). What a camera could add only
shrinks as others are chosen, so a place is counted again only when it comes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import degrees, pi, radians

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Aim:
    """A camera at a place: the number of the place, whither it looks (degrees from grid north)."""

    place: int
    bearing: float


def chosen(
    places: Floats,
    wanted: Floats,
    worth: Floats,
    *,
    range_m: float,
    fov: float,
    count: int,
    seen: Callable[[Aim], Marks] | None = None,
) -> Iterator[tuple[Aim, Marks]]:
    """Up to `count` cameras, each the one that adds the most, and what it adds.

    `places` and `wanted` are (n, 2) in metres, `worth` what each of the wanted is worth. `seen` says what of
    them an aim truly sees where something stands between; without it that is all in its window.
    """
    left = np.ones(len(wanted), dtype=bool)
    if not len(places) or not len(wanted):
        return
    near = [
        np.array(each, dtype=np.int64) for each in cKDTree(wanted).query_ball_point(places, range_m)
    ]
    # Nothing adds more than all that lies around it: the first guess, put right when its turn comes.
    waiting = [
        (-float(worth[found].sum()), place) for place, found in enumerate(near) if len(found)
    ]
    heapq.heapify(waiting)
    made = 0
    while waiting and made < count:
        _guess, place = heapq.heappop(waiting)
        around = near[place][left[near[place]]]
        gain, bearing = window(wanted[around] - places[place], worth[around], fov)
        if gain <= 0:
            continue
        if waiting and gain < -waiting[0][0]:
            heapq.heappush(waiting, (-gain, place))
            continue
        aim = Aim(place, bearing)
        adds = left & (
            seen(aim) if seen else _within(wanted - places[place], range_m, bearing, fov)
        )
        if not worth[adds].sum() > 0:
            continue
        left &= ~adds
        made += 1
        yield aim, adds
        # One pole may carry two cameras.
        heapq.heappush(waiting, (-gain, place))


def window(away: Floats, worth: Floats, fov: float) -> tuple[float, float]:
    """The most that a window of `fov` degrees holds of points that lie so far away (metres), and its middle
    in degrees from grid north."""
    if fov >= 360 or not len(away):
        return float(worth.sum()), 0.0
    at = np.mod(np.arctan2(away[:, 0], away[:, 1]), 2 * pi)
    order = np.argsort(at, kind="stable")
    at, worth = at[order], worth[order]
    twice = np.concatenate([at, at + 2 * pi])
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate([worth, worth]))])
    first = np.arange(len(at))
    last = np.searchsorted(twice, at + radians(fov), side="right")
    held = sums[last] - sums[first]
    best = int(np.argmax(held))
    middle = (twice[best] + twice[last[best] - 1]) / 2
    return float(held[best]), float(degrees(middle) % 360)


def _within(away: Floats, range_m: float, bearing: float, fov: float) -> Marks:
    near = np.hypot(away[:, 0], away[:, 1]) <= range_m
    turned = np.degrees(np.arctan2(away[:, 0], away[:, 1])) - bearing
    aside = np.abs((turned + 180) % 360 - 180)
    return np.asarray(near & (aside <= fov / 2 + 1e-9))
