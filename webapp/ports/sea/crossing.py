"""Whether a vessel left its port: a gate line is crossed for good, or only wavered at."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

# A crossing counts once the vessel was so far from the line (metres) in so many fixes one after another:
# a moored boat 25 m from the line with a jitter of 12 m "crosses" it 82 times a day otherwise.
CLEAR_M = 50.0
FIXES = 3

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Fix:
    """Where a vessel was, in metres."""

    at: datetime
    x: float
    y: float


@dataclass(frozen=True)
class Watch:
    """What is remembered of a vessel at one gate line: its last fix and what it has crossed since settled.

    `out` and `since` are those of the first of these crossings; `odd`: it stands on the other side now.
    """

    last: Fix | None = None
    odd: bool = False
    out: bool = False
    since: datetime | None = None
    clear: int = 0


@dataclass(frozen=True)
class Crossed:
    """The vessel went over the line, out of the port or into it, and stayed beyond."""

    at: datetime
    out: bool


def follow(watch: Watch, fix: Fix, line: Points) -> tuple[Watch, Crossed | None]:
    """What is remembered after this fix, and the crossing that it settled.

    The port lies to the left of the line. A fix that is not newer than the last changes nothing.
    """
    if watch.last is None:
        return replace(watch, last=fix), None
    if fix.at <= watch.last.at:
        return watch, None
    odd, out, since = watch.odd, watch.out, watch.since
    for leaves in _over(watch.last, fix, line):
        if not odd:
            out, since = leaves, fix.at
        odd = not odd
    clear = 0
    if _away(fix, line) >= CLEAR_M:
        clear = watch.clear + 1 if odd == watch.odd else 1
    if clear < FIXES:
        return Watch(fix, odd, out, since, clear), None
    settled = Watch(fix, clear=FIXES)
    if odd and since is not None:
        return settled, Crossed(since, out)
    return settled, None


def _over(a: Fix, b: Fix, line: Points) -> list[bool]:
    """For each time the way from a to b goes over the line: whether it leaves the port."""
    found = []
    for (px, py), (qx, qy) in itertools.pairwise(line):
        before = (qx - px) * (a.y - py) - (qy - py) * (a.x - px)
        after = (qx - px) * (b.y - py) - (qy - py) * (b.x - px)
        start = (b.x - a.x) * (py - a.y) - (b.y - a.y) * (px - a.x)
        end = (b.x - a.x) * (qy - a.y) - (b.y - a.y) * (qx - a.x)
        # Whoever stands on the line counts as left of it, so that no way over a corner counts twice.
        if (before >= 0) != (after >= 0) and (start >= 0) != (end >= 0):
            found.append(before >= 0)
    return found


def _away(fix: Fix, line: Points) -> float:
    return min(_to_segment(fix, *p, *q) for p, q in itertools.pairwise(line))


def _to_segment(fix: Fix, px: float, py: float, qx: float, qy: float) -> float:
    dx, dy = qx - px, qy - py
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else ((fix.x - px) * dx + (fix.y - py) * dy) / length
    along = min(1.0, max(0.0, along))
    return float(((fix.x - px - along * dx) ** 2 + (fix.y - py - along * dy) ** 2) ** 0.5)
