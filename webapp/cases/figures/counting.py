"""What a figure comes to: the numbers that were counted, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from webapp.cases.figures.kpis import KPIS, Kind


@dataclass(frozen=True)
class Count:
    """What was counted: cases that fit, cases among which, seconds in all."""

    counted: int = 0
    among: int = 0
    seconds: float = 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.counted + other.counted, self.among + other.among, self.seconds + other.seconds
        )

    def value(self, kpi: str) -> float | None:
        """The figure: a number, a share of 100, or minutes; None where there is nothing to divide by."""
        kind = KPIS[kpi].kind
        if kind is Kind.COUNT:
            return self.counted
        if kind is Kind.SUM:
            return self.seconds / 60
        if not self.among:
            return None
        return (
            self.seconds / 60 / self.among if kind is Kind.MEAN else 100 * self.counted / self.among
        )


@dataclass(frozen=True)
class Figure:
    """A figure of one object: as it counts, and as it would without the appeals that were granted."""

    kpi: str
    now: Count = Count()
    unappealed: Count = Count()

    def __add__(self, other: Figure) -> Figure:
        return Figure(self.kpi, self.now + other.now, self.unappealed + other.unappealed)

    @property
    def value(self) -> float | None:
        """As it counts."""
        return self.now.value(self.kpi)

    @property
    def unappealed_value(self) -> float | None:
        """As it would be, if no appeal had been granted."""
        return self.unappealed.value(self.kpi)

    @property
    def appealed(self) -> bool:
        """True when an appeal changed what is counted."""
        return self.now != self.unappealed


def total(kpi: str, figures: Iterable[Figure]) -> Figure:
    """All objects together; each case counts for one of them at most."""
    return sum(figures, Figure(kpi))


# What the older formula gives for the number of filed cases: the more work, the fewer points.
_FILED = ((50, 10.0), (100, 9.0), (200, 7.5), (500, 6.0), (1000, 4.0))


@dataclass(frozen=True)
class Legacy:
    """The composite of older systems, as it is and as they round it."""

    exact: Decimal
    rounded: int


def legacy(figures: Mapping[str, Figure]) -> Legacy | None:
    """f(filed) + 0.3 · closed + 0.3 · in time + 0.3 · (100 - rework / to be closed); None without cases.

    Rounded as they do: each share to a whole number first, then the sum.
    """
    need = figures["need_archive"].now.counted
    if not need:
        return None
    shares = [
        _percent(figures["archive_rate"].now.counted, need),
        _percent(figures["in_time_dispose_rate"].now.counted, need),
        100 - _percent(figures["rework_rate"].now.counted, need),
    ]
    filed = figures["register"].now.counted
    points = Decimal(str(next((points for most, points in _FILED if filed <= most), 0.0)))
    part = Decimal("0.3")
    exact = points + part * sum(shares)
    return Legacy(exact, _whole(points + part * sum(_whole(share) for share in shares)))


def _percent(part: int, whole: int) -> Decimal:
    return Decimal(100) * part / whole


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
