"""A job fair in advance: who would come to whom, if everybody went by the degree. A preview, no decision.

Both sides rank by one shared number, so taking the best pair that is left, again and again, ends in
the only plan from which no two would rather run away together. Filling the most openings costs that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Offer:
    """A seeker and a posting (keys) who could come together, and how well they fit."""

    seeker: int
    posting: int
    degree: float

    @property
    def rank(self) -> tuple[float, int, int]:
        """The better first; between equal ones the keys decide, for both sides alike."""
        return -self.degree, self.seeker, self.posting


@dataclass(frozen=True)
class Plan:
    """Who comes to whom: each seeker once, each posting at most as often as it has openings."""

    offers: tuple[Offer, ...]

    @property
    def count(self) -> int:
        """How many are placed."""
        return len(self.offers)

    @property
    def mean(self) -> float:
        """Their degree on average; 0 for nobody."""
        return sum(each.degree for each in self.offers) / self.count if self.offers else 0.0

    def from_(self, degree: float) -> int:
        """How many of them fit at least so well."""
        return sum(each.degree >= degree for each in self.offers)


@dataclass(frozen=True)
class Price:
    """What one plan gains and costs beside another."""

    placed_more: int
    mean_less: float
    blocking: int
    worse_off: int


def stable(offers: Iterable[Offer], openings: Mapping[int, int]) -> Plan:
    """The plan in which nobody has reason to leave: the best pair first, then the best of the rest."""
    left = dict(openings)
    placed: set[int] = set()
    taken = []
    for each in sorted(offers, key=lambda offer: offer.rank):
        if each.seeker not in placed and left.get(each.posting, 0) > 0:
            placed.add(each.seeker)
            left[each.posting] -= 1
            taken.append(each)
    return Plan(tuple(taken))


def most(offers: Iterable[Offer], openings: Mapping[int, int]) -> Plan:
    """The plan that places the most, and among those one with the highest degrees in all."""
    from scipy.optimize import linear_sum_assignment  # heavy, and only for a full plan

    offers = sorted(offers, key=lambda offer: offer.rank)
    wanted = Counter(each.posting for each in offers)
    seekers = sorted({each.seeker for each in offers})
    # A column for every opening; a posting has no more than somebody asks for.
    slots = [
        posting
        for posting in sorted(wanted)
        for _ in range(min(openings.get(posting, 0), wanted[posting]))
    ]
    if not slots:
        return Plan(())
    row = {seeker: at for at, seeker in enumerate(seekers)}
    columns: dict[int, list[int]] = {}
    for at, posting in enumerate(slots):
        columns.setdefault(posting, []).append(at)
    # One placement more outweighs all degrees together.
    placed = 101.0 * len(seekers)
    gain = np.zeros((len(seekers), len(slots)))
    for each in offers:
        gain[row[each.seeker], columns.get(each.posting, [])] = placed + each.degree
    rows, chosen = linear_sum_assignment(gain, maximize=True)
    pairs = {
        (seekers[at], slots[slot])
        for at, slot in zip(rows, chosen, strict=True)
        if gain[at, slot] > 0
    }
    return Plan(tuple(each for each in offers if (each.seeker, each.posting) in pairs))


def blocking(plan: Plan, offers: Iterable[Offer], openings: Mapping[int, int]) -> list[Offer]:
    """Pairs who both would rather have each other than what the plan gives them, the best first."""
    has = {each.seeker: each for each in plan.offers}
    taken = Counter(each.posting for each in plan.offers)
    last: dict[int, Offer] = {}
    for each in sorted(plan.offers, key=lambda offer: offer.rank):
        last[each.posting] = each
    found = []
    for each in offers:
        mine = has.get(each.seeker)
        if mine is not None and mine.rank <= each.rank:
            continue
        free = taken[each.posting] < openings.get(each.posting, 0)
        if free or (each.posting in last and each.rank < last[each.posting].rank):
            found.append(each)
    return sorted(found, key=lambda offer: offer.rank)


def price(plan: Plan, beside: Plan, offers: Iterable[Offer], openings: Mapping[int, int]) -> Price:
    """What a plan gains and costs beside another: for staff to weigh, nothing follows by itself."""
    before = {each.seeker: each.degree for each in beside.offers}
    after = {each.seeker: each.degree for each in plan.offers}
    return Price(
        placed_more=plan.count - beside.count,
        mean_less=beside.mean - plan.mean,
        blocking=len(blocking(plan, offers, openings)),
        worse_off=sum(after.get(seeker, 0.0) < degree for seeker, degree in before.items()),
    )
