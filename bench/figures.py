"""What a benchmark tells: a figure, the named baseline it stands beside, and what is wanted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    `rows` is how much was measured: points, rows of a table, requests. `met` is None where only a
    figure was asked for. `plan` is how the database found it, a line for each step.
    """

    what: str
    rows: int
    measured: str
    baseline: str = ""
    beside: str = ""
    ratio: float | None = None
    wanted: str = ""
    met: bool | None = None
    plan: tuple[str, ...] = ()


def best(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """The shortest time of one run (seconds), after one that does not count.

    What else the machine does can only make a run longer.
    """
    work()
    return min(_timed(work) for _ in range(rounds))


def in_turns(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int = ROUNDS
) -> tuple[float, float]:
    """The shortest times of two works that take turns, so that a busy machine hits both alike."""
    first(), second()
    times = [(_timed(first), _timed(second)) for _ in range(rounds)]
    one, other = zip(*times, strict=True)
    return min(one), min(other)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


HEAD = (
    "measured",
    "rows",
    "figure",
    "baseline in the same run",
    "its figure",
    "ratio",
    "wanted",
    "",
)
RIGHT = (1, 5)


def table(figures: list[Figure]) -> str:
    """The figures as a table in Markdown, its columns aligned for whoever reads it as it is."""
    rows = [HEAD] + [
        (
            each.what,
            f"{each.rows:,}",
            each.measured,
            each.baseline,
            each.beside,
            "" if each.ratio is None else f"{each.ratio:.3g}",
            each.wanted,
            {True: "met", False: "MISSED", None: ""}[each.met],
        )
        for each in figures
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    rule = ["-" * (width - 1) + (":" if at in RIGHT else "-") for at, width in enumerate(widths)]
    return "\n".join(_line(row, widths) for row in [rows[0], tuple(rule), *rows[1:]])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [
        text.rjust(width) if at in RIGHT else text.ljust(width)
        for at, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |"
