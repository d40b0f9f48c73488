"""What became of recommendations: by bands of the degree, as a rate after enough of them, and who is seen.

The degree is a score by rules; how often it ends in work is counted beside it and never changes an
order: the fitted rates rise with the degree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

WIDTH = 5
# Before so many outcomes a rate would be a guess.
ENOUGH = 200
FOLDS = 5


class Step(IntEnum):
    """How far a recommendation came; every step has those before it behind it."""

    PUSHED = 0
    VIEWED = 1
    CONSENTED = 2
    INTERVIEWED = 3
    HIRED = 4
    STAYED_30 = 5
    STAYED_90 = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recommendation: its degree when it was made, and how far it came."""

    degree: float
    step: Step


@dataclass(frozen=True, slots=True)
class Band:
    """Recommendations from a degree up to the next band: how many came to each step."""

    low: int
    reached: tuple[int, ...]

    @property
    def high(self) -> int:
        """Where the next band begins; the last one holds 100, too."""
        return self.low + WIDTH

    @property
    def count(self) -> int:
        """How many there are."""
        return self.reached[Step.PUSHED]

    def rate(self, step: Step) -> float:
        """The share that came to a step."""
        return self.reached[step] / self.count if self.count else 0.0


@dataclass(frozen=True)
class Reliability:
    """What was foretold for a band, and what came of it."""

    band: Band
    foretold: float
    seen: float


@dataclass(frozen=True)
class Calibration:
    """How often a degree ends at a step or beyond, fitted to what was seen.

    `brier` is the mean square error for recommendations that a rate was not fitted to, `base` that
    of foretelling the mean rate to everybody: below it, the degree tells something.
    """

    step: Step
    count: int
    rates: Mapping[int, float]
    brier: float
    base: float
    reliability: tuple[Reliability, ...]

    def rate(self, degree: float) -> float:
        """How often recommendations of this band came so far; the nearest band below has seen some."""
        low = _low(degree)
        below = [each for each in self.rates if each <= low]
        return self.rates[max(below)] if below else min(self.rates.values())

    def of_ten(self, degree: float) -> int:
        """The same as so many of ten."""
        return round(10 * self.rate(degree))


def bands(outcomes: Iterable[Outcome]) -> list[Band]:
    """The bands that have recommendations, the highest first."""
    found: dict[int, list[int]] = {}
    for each in outcomes:
        reached = found.setdefault(_low(each.degree), [0] * len(Step))
        for step in range(each.step + 1):
            reached[step] += 1
    return [Band(low, tuple(found[low])) for low in sorted(found, reverse=True)]


def calibrated(outcomes: Sequence[Outcome], step: Step = Step.HIRED) -> Calibration | None:
    """The rates by band, rising with the degree; None before there are enough outcomes."""
    if len(outcomes) < ENOUGH:
        return None
    rates = _fitted(outcomes, step)
    met = [float(each.step >= step) for each in outcomes]
    mean = sum(met) / len(met)
    errors = []
    for fold in range(FOLDS):
        # Whom a rate is tried on had no part in it.
        others = [each for at, each in enumerate(outcomes) if at % FOLDS != fold]
        learned = Calibration(step, len(others), _fitted(others, step), 0.0, 0.0, ())
        errors += [
            (learned.rate(each.degree) - reached) ** 2
            for at, (each, reached) in enumerate(zip(outcomes, met, strict=True))
            if at % FOLDS == fold
        ]
    return Calibration(
        step=step,
        count=len(outcomes),
        rates=rates,
        brier=math.fsum(errors) / len(errors),
        base=math.fsum((each - mean) ** 2 for each in met) / len(met),
        reliability=tuple(
            Reliability(band, rates[band.low], band.rate(step)) for band in bands(outcomes)
        ),
    )


def never_shown(lists: Iterable[Iterable[int]], everything: Iterable[int]) -> float:
    """The share of all postings that are in nobody's list."""
    everything = set(everything)
    shown = {each for one in lists for each in one}
    return len(everything - shown) / len(everything) if everything else 0.0


def gini(lists: Iterable[Iterable[int]], everything: Iterable[int]) -> float:
    """How unevenly postings are shown: 0 when each is in as many lists, near 1 when one is in all."""
    counts = dict.fromkeys(everything, 0)
    for one in lists:
        for each in one:
            counts[each] = counts.get(each, 0) + 1
    ordered = np.sort(np.array(list(counts.values()), dtype=np.float64))
    whole = ordered.sum()
    if not whole:
        return 0.0
    size = len(ordered)
    places = np.arange(1, size + 1)
    return float((2 * places - size - 1) @ ordered / (size * whole))


def _low(degree: float) -> int:
    return min(int(degree // WIDTH) * WIDTH, 100 - WIDTH)


def _fitted(outcomes: Sequence[Outcome], step: Step) -> dict[int, float]:
    from scipy.optimize import isotonic_regression  # heavy, and only for the table of outcomes

    rising = bands(outcomes)[::-1]
    fit = isotonic_regression(
        [band.rate(step) for band in rising], weights=[band.count for band in rising]
    )
    return {band.low: float(rate) for band, rate in zip(rising, fit.x, strict=True)}
