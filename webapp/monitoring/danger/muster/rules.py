"""How many a muster point holds, who goes to which, and who keeps them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from webapp.base.access import Anywhere
from webapp.grids.rules import STAFF
from webapp.travel.network import Floats

MOST_PEOPLE = 100_000

MAY = {
    "muster.see": Anywhere(*STAFF),
    "muster.keep": Anywhere("safety_officer", "shift_leader", "dispatcher", "admin"),
}


def shared_out(seconds: Floats, people: Sequence[int], room: Sequence[int]) -> list[int | None]:
    """For each start the point to which its people go: the nearest that still has room for all of them.

    `seconds` has a row for each point and a column for each start. The shortest ways are given out
    first; nobody is parted. None: no point is left that holds them.
    """
    points, starts = seconds.shape
    left = list(room)
    chosen: list[int | None] = [None] * starts
    order = np.argsort(seconds, axis=None, kind="stable")
    for point, start in zip(*np.unravel_index(order, (points, starts)), strict=True):
        if chosen[start] is None and people[start] <= left[point]:
            chosen[start] = int(point)
            left[point] -= people[start]
    return chosen
