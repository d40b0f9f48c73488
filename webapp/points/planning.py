"""How many windows or lanes an hour wants, for planning only: a steady crowd, served as it comes (M/M/c).

Whoever stands in a queue is told by `waiting`: a formula of steady crowds errs by minutes there, and has
no answer while more come than are served.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp

# So many of those who come wait at most so long (seconds).
SHARE = 0.9
WITHIN_S = 300.0
# Days of the past that are looked at.
DAYS = 28


@dataclass(frozen=True)
class Hour:
    """An hour of the day: how many came on the average day and on the busiest, the windows these want."""

    hour: int
    usual: int
    busiest: int
    for_usual: int
    for_busiest: int


def within(per_hour: float, mean_s: float, windows: int, seconds: float = WITHIN_S) -> float:
    """The share of those who come that waits at most so long (0 to 1), 0 where the queue only grows."""
    load = per_hour * mean_s / 3600
    if windows <= load:
        return 0.0
    blocked = 1.0
    for number in range(1, windows + 1):
        blocked = load * blocked / (number + load * blocked)
    waits = blocked / (1 - load / windows * (1 - blocked))
    return 1 - waits * exp(-(windows - load) * seconds / mean_s)


def wanted(per_hour: float, mean_s: float) -> int:
    """The fewest windows at which `SHARE` of those who come waits at most `WITHIN_S`; 0 for nobody."""
    if per_hour <= 0:
        return 0
    windows = int(per_hour * mean_s / 3600) + 1
    while within(per_hour, mean_s, windows) < SHARE:
        windows += 1
    return windows


def plan(came: Iterable[tuple[int, float, int]], mean_s: float) -> list[Hour]:
    """Each hour (hour, on the average day, on the busiest) with what it wants."""
    return [
        Hour(hour, round(usual), busiest, wanted(usual, mean_s), wanted(busiest, mean_s))
        for hour, usual, busiest in came
    ]
