"""When the land is clean: from how long steps took, finished ones and those still under way, with a range.

The rule, as docs/relocation.md says it. A stage lasts from the state on the straight way to the next one, disputes
in between included. Its curve is Kaplan and Meier's: whoever still stands there counts until today. Beyond
the longest observation the curve falls as steps have been finished so far: finished steps by days waited. In
each round the observations are drawn anew (bootstrap), and every household goes its way through the stages
that are left, the first of them given how long it stands there already. A promise on which the next
step waits holds a household until its day; one that is late, for as long again as it is late already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.relocation.rules import CLEAN, WAY, RelocationState

Days = NDArray[np.float64]

# The stages before the land is clean, in order.
STAGES = WAY[: WAY.index(CLEAN[0])]

# Days of a stage of which nobody has seen the end yet. Assumed, and said so on the page.
ASSUMED = dict(zip(STAGES, (7, 10, 5, 9, 20, 10, 10, 7, 5), strict=True))

ROUNDS = 300
LOW, HIGH = 10, 90


@dataclass(frozen=True)
class Sample:
    """How many days a household stood at a stage; `ended`: it went on, else it stands there still."""

    days: float
    ended: bool


@dataclass(frozen=True)
class Waiting:
    """A household on its way: at which stage, for how many days, held by which promises until which day from now."""

    key: int
    stage: RelocationState
    elapsed: float
    held: Mapping[int, float]


@dataclass(frozen=True)
class Seen:
    """What is known of a stage: observations, and the days in which half of them went on (None: more than seen)."""

    stage: RelocationState
    ended: int
    running: int
    median: float | None


@dataclass(frozen=True)
class Gain:
    """What it brings to keep one promise now: days for the project, and for its own household."""

    promise: int
    project_days: float
    household_days: float


@dataclass(frozen=True)
class Forecast:
    """Days from now until all land is clean (early, middle and late), and until each household's is."""

    early: float
    middle: float
    late: float
    households: dict[int, float]
    gains: list[Gain]


class Curve:
    """The share of households that still stand at a stage after so many days."""

    def __init__(self, days: Days, ended: NDArray[np.bool_], assumed: float) -> None:
        order = np.lexsort((~ended, days))
        days, ended = days[order], ended[order]
        at_risk = np.arange(len(days), 0, -1)
        left = np.cumprod(1 - ended / at_risk) if len(days) else np.ones(0)
        self.days, self.left = days[ended], left[ended]
        waited, gone = float(days.sum()), int(ended.sum())
        self.rate = gone / max(waited, 0.5) if gone else 1 / assumed
        self.end = float(days[-1]) if len(days) else 0.0
        self.last = float(left[-1]) if len(days) else 1.0

    def remaining(self, chance: Days, elapsed: Days) -> Days:
        """Days still to stand there, for chances between 0 and 1 and days stood there already."""
        now = self._still(elapsed)
        beyond = -np.log(chance) / self.rate
        if not len(self.days):
            return beyond
        target = chance * now
        place = np.searchsorted(-self.left, -target)
        seen = place < len(self.days)
        within = self.days[np.minimum(place, len(self.days) - 1)] - elapsed
        with np.errstate(divide="ignore", invalid="ignore"):
            tail = self.end + np.log(self.last / target) / self.rate - elapsed
        found = np.where(seen, within, tail)
        # Longer than anybody before: from here on as steps are finished on the whole.
        found = np.where((now <= 0) | (elapsed >= self.end), beyond, found)
        return np.asarray(np.maximum(found, 0.0), dtype=np.float64)

    def median(self) -> float | None:
        """The days after which half have gone on; None where that was not seen."""
        past = np.flatnonzero(self.left <= 0.5)
        return float(self.days[past[0]]) if len(past) else None

    def _still(self, days: Days) -> Days:
        place = np.searchsorted(self.days, days, side="right")
        known = np.concatenate(([1.0], self.left))
        return np.asarray(known[place], dtype=np.float64)


def observed(moves: Iterable[Any], now: datetime) -> dict[RelocationState, list[Sample]]:
    """For each stage how long households stood there, from their moves in order (`thing_id`, `after`, `at`).

    A stage that somebody skipped, or left by a decision of a court, says nothing.
    """
    found: dict[RelocationState, list[Sample]] = {stage: [] for stage in STAGES}
    standing: dict[int, tuple[RelocationState, datetime]] = {}
    for row in moves:
        after = RelocationState(row.after)
        if after not in WAY:
            continue
        before = standing.get(row.thing_id)
        if before is not None and before[0] in found:
            stage, since = before
            if WAY.index(after) == WAY.index(stage) + 1:
                found[stage].append(Sample(_days(since, row.at), ended=True))
        standing[row.thing_id] = after, row.at
    for stage, since in standing.values():
        if stage in found:
            found[stage].append(Sample(_days(since, now), ended=False))
    return found


def standing(moves: Iterable[Any], now: datetime) -> dict[int, tuple[RelocationState, float]]:
    """At which stage of the straight way each household stands, and for how many days."""
    at = {
        row.thing_id: (RelocationState(row.after), _days(row.at, now))
        for row in moves
        if row.after in WAY
    }
    return {key: found for key, found in at.items() if found[0] in STAGES}


def seen(samples: Mapping[RelocationState, Sequence[Sample]]) -> list[Seen]:
    """What is known of each stage."""
    rows = []
    for stage in STAGES:
        ended = sum(each.ended for each in samples[stage])
        curve = Curve(*_arrays(samples[stage]), ASSUMED[stage])
        rows.append(Seen(stage, ended, len(samples[stage]) - ended, curve.median()))
    return rows


def foresee(
    waiting: Sequence[Waiting],
    samples: Mapping[RelocationState, Sequence[Sample]],
    *,
    seed: int,
    rounds: int = ROUNDS,
) -> Forecast | None:
    """When the land is clean, the same for the same seed; None where it is clean already.

    The chances of a household hang on the seed and its key alone, so that one more never changes the others'.
    """
    if not waiting:
        return None
    first, rest = _ways(waiting, samples, seed, rounds)
    held = [max(each.held.values(), default=0.0) for each in waiting]
    ends = np.maximum(first, np.asarray(held)) + rest
    whole = ends.max(axis=1)
    middle = float(np.median(whole))
    gains = []
    for place, each in enumerate(waiting):
        for promise in each.held:
            others = [day for key, day in each.held.items() if key != promise]
            sooner = ends.copy()
            sooner[:, place] = (
                np.maximum(first[:, place], max(others, default=0.0)) + rest[:, place]
            )
            gains.append(
                Gain(
                    promise,
                    middle - float(np.median(sooner.max(axis=1))),
                    float(np.median(ends[:, place]) - np.median(sooner[:, place])),
                )
            )
    return Forecast(
        early=float(np.percentile(whole, LOW)),
        middle=middle,
        late=float(np.percentile(whole, HIGH)),
        households={
            each.key: float(days)
            for each, days in zip(waiting, np.median(ends, axis=0), strict=True)
        },
        gains=sorted(
            gains, key=lambda gain: (-gain.project_days, -gain.household_days, gain.promise)
        ),
    )


def _ways(
    waiting: Sequence[Waiting],
    samples: Mapping[RelocationState, Sequence[Sample]],
    seed: int,
    rounds: int,
) -> tuple[Days, Days]:
    """For each round and household the days left of its stage, and those of all stages after it."""
    chances = np.stack(
        [
            1 - np.random.default_rng([seed, each.key]).random((rounds, len(STAGES)))
            for each in waiting
        ],
        axis=1,
    )
    stands = np.array([STAGES.index(each.stage) for each in waiting])
    elapsed = np.array([each.elapsed for each in waiting])
    first, rest = np.zeros((rounds, len(waiting))), np.zeros((rounds, len(waiting)))
    for place, stage in enumerate(STAGES):
        days, ended = _arrays(samples[stage])
        drawn = np.random.default_rng([seed, 0, place])
        here, later = stands == place, stands < place
        for turn in range(rounds):
            picked = drawn.integers(0, len(days), len(days)) if len(days) else np.zeros(0, int)
            curve = Curve(days[picked], ended[picked], ASSUMED[stage])
            chance = chances[turn, :, place]
            first[turn, here] = curve.remaining(chance[here], elapsed[here])
            rest[turn, later] += curve.remaining(chance[later], np.zeros(int(later.sum())))
    return first, rest


def _arrays(samples: Sequence[Sample]) -> tuple[Days, NDArray[np.bool_]]:
    days = np.array([each.days for each in samples], dtype=np.float64)
    return days, np.array([each.ended for each in samples], dtype=np.bool_)


def _days(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 86_400)
