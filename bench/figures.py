"""What a benchmark tells: a figure, the baseline it stands beside, and what was hoped for."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """One line of the table. `met` is None where only a figure was asked for."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    wanted: str = ""
    met: bool | None = None


def seconds(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """The median time of one run, after one that does not count."""
    work()
    return statistics.median(_timed(work) for _ in range(rounds))


def in_turns(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int = ROUNDS
) -> tuple[float, float]:
    """The median times of two works that take turns, so that a busy machine hits both alike."""
    first(), second()
    times = [(_timed(first), _timed(second)) for _ in range(rounds)]
    one, other = zip(*times, strict=True)
    return statistics.median(one), statistics.median(other)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(figures: list[Figure]) -> str:
    """The figures as aligned lines."""
    head = ("what", "measured", "beside", "ratio", "wanted", "")
    rows = [head] + [
        (
            each.what,
            each.measured,
            each.beside,
            each.ratio,
            each.wanted,
            {True: "met", False: "MISSED", None: ""}[each.met],
        )
        for each in figures
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
