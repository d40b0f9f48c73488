"""Whether a moored vessel drifts: it lay at a place, is far from it now, and no engine took it there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.ports.sea.crossing import Fix

# So many fixes within half of what counts as moved make a mooring; their mean is its place.
SETTLES = 5
# So many fixes one after another decide: that it moved, that it is back, that it goes by its engine.
DECIDE = 3
# From this speed (knots) on a vessel is under way. A vessel adrift is slower.
UNDER_WAY = 2.5
# Where a vessel adrift has lain for so long it is moored again.
AGAIN = timedelta(minutes=30)


@dataclass(frozen=True)
class Mooring:
    """Where a vessel lies. `count` fixes make its place; `turn` of late speak for a change of how it is.

    `lies_at` is where it has come to lie while adrift, since `lies_since`.
    """

    at: datetime
    x: float
    y: float
    count: int = 1
    turn: int = 0
    fast: int = 0
    adrift_since: datetime | None = None
    lies_at: tuple[float, float] | None = None
    lies_since: datetime | None = None

    @property
    def settled(self) -> bool:
        """True once it is known where it lies."""
        return self.count >= SETTLES


def follow(
    moored: Mooring | None, fix: Fix, sog: float | None, *, moved_m: float
) -> Mooring | None:
    """How the vessel lies after this fix; None: it goes by its engine.

    A fix that is not newer than the last changes nothing.
    """
    if moored is not None and fix.at <= moored.at:
        return moored
    fast = sog is not None and sog >= UNDER_WAY
    if moored is None:
        return None if fast else Mooring(fix.at, fix.x, fix.y)
    if fast:
        quick = moored.fast + 1
        return None if quick >= DECIDE else replace(moored, at=fix.at, fast=quick)
    moored = replace(moored, at=fix.at, fast=0)
    away = math.dist((moored.x, moored.y), (fix.x, fix.y))
    if not moored.settled:
        return _settle(moored, fix) if away <= moved_m / 2 else Mooring(fix.at, fix.x, fix.y)
    if moored.adrift_since is None:
        return _stay(moored, fix, away=away, moved_m=moved_m)
    return _drift(moored, fix, away=away, moved_m=moved_m)


def _settle(moored: Mooring, fix: Fix) -> Mooring:
    count = moored.count + 1
    x = moored.x + (fix.x - moored.x) / count
    y = moored.y + (fix.y - moored.y) / count
    return replace(moored, x=x, y=y, count=count)


def _stay(moored: Mooring, fix: Fix, *, away: float, moved_m: float) -> Mooring:
    turn = moored.turn + 1 if away > moved_m else 0
    if turn < DECIDE:
        return replace(moored, turn=turn)
    return replace(moored, turn=0, adrift_since=fix.at, lies_at=(fix.x, fix.y), lies_since=fix.at)


def _drift(moored: Mooring, fix: Fix, *, away: float, moved_m: float) -> Mooring:
    near = moved_m / 2
    turn = moored.turn + 1 if away <= near else 0
    if turn >= DECIDE:
        return replace(moored, turn=0, adrift_since=None, lies_at=None, lies_since=None)
    moored = replace(moored, turn=turn)
    there, since = moored.lies_at, moored.lies_since
    if there is None or since is None or math.dist(there, (fix.x, fix.y)) > near:
        return replace(moored, lies_at=(fix.x, fix.y), lies_since=fix.at)
    if fix.at - since >= AGAIN:
        return Mooring(fix.at, *there, count=SETTLES)
    return moored
