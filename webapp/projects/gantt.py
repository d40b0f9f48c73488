"""Stages of a project as bars: what the approved plan says above what really happened.

Pure: days in, places in a drawing out. Drawn once narrow for a phone and once wide for a desk, so that words
keep their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.projects.rules import StageKind

# Widths of the drawing for a phone and for a desk, and of its column of words; 0: words stand above the bars.
NARROW = (340, 0)
WIDE = (760, 150)
ROW, ROW_NARROW, HEAD = 34, 50, 24
# Two dates of the axis stand at least so far apart.
APART = 66
BAR = 10


@dataclass(frozen=True)
class Planned:
    """The days of a stage: as planned, as they were (no end: it goes on), and the day that is `today`."""

    kind: StageKind
    plan: tuple[date, date] | None
    fact: tuple[date, date | None] | None

    def late_days(self, today: date) -> int:
        """So many days after its planned end the stage ended, or has not ended today."""
        if self.plan is None:
            return 0
        ended = self.fact[1] if self.fact and self.fact[1] else today
        return max(0, (ended - self.plan[1]).days)


@dataclass(frozen=True)
class Bar:
    """From where to where a bar goes (pixels)."""

    x: float
    width: float


@dataclass(frozen=True)
class Line:
    """A row of the drawing: where its words stand, its bars, by how many days it is late."""

    kind: StageKind
    words_y: float
    plan_y: float
    fact_y: float
    plan: Bar | None
    fact: Bar | None
    runs: bool
    late_days: int


@dataclass(frozen=True)
class Drawing:
    """The whole drawing (pixels): rows, dates of the axis as (place, day), where today is."""

    width: int
    height: int
    left: int
    rows: Sequence[Line]
    ticks: Sequence[tuple[float, date]]
    today_x: float


def stages_of(
    plan: Mapping[str, tuple[date, date]], fact: Mapping[str, tuple[date, date | None]]
) -> list[Planned]:
    """The stages that are planned or have begun, in the order in which they come."""
    return [
        Planned(kind, plan.get(kind), fact.get(kind))
        for kind in StageKind
        if kind in plan or kind in fact
    ]


def draw(stages: Sequence[Planned], *, today: date, size: tuple[int, int]) -> Drawing | None:
    """The stages as bars; None where there are none."""
    if not stages:
        return None
    width, left = size
    known = [today]
    for each in stages:
        known += [day for day in (*(each.plan or ()), *(each.fact or ())) if day is not None]
    begin, end = min(known), max(known) + timedelta(days=1)
    per_day = (width - left) / (end - begin).days

    def at(day: date) -> float:
        return round(left + (day - begin).days * per_day, 1)

    def bar(since: date, until: date) -> Bar:
        x = at(since)
        return Bar(x, round(max(at(until + timedelta(days=1)) - x, 2.0), 1))

    height, rows = ROW if left else ROW_NARROW, []
    for number, each in enumerate(stages):
        top = HEAD + number * height
        bars = top + (6 if left else 22)
        fact = each.fact
        rows.append(
            Line(
                each.kind,
                words_y=top + (20 if left else 15),
                plan_y=bars,
                fact_y=bars + BAR + 2,
                plan=bar(*each.plan) if each.plan else None,
                fact=bar(fact[0], max(fact[1] or today, fact[0])) if fact else None,
                runs=bool(fact and fact[1] is None),
                late_days=each.late_days(today),
            )
        )
    ticks = [(at(day), day) for day in _months(begin, end, per_day)]
    return Drawing(width, HEAD + len(stages) * height, left, rows, ticks, at(today))


def _months(begin: date, end: date, per_day: float) -> list[date]:
    """First days of months within, as many as have room beside each other."""
    step = next((n for n in (1, 2, 3, 6, 12, 24) if n * 30 * per_day >= APART), 60)
    month = begin.year * 12 + begin.month - 1
    month += -month % step
    found = []
    while (day := date(month // 12, month % 12 + 1, 1)) < end:
        if day >= begin and (end - day).days * per_day >= APART * 0.8:
            found.append(day)
        month += step
    return found
