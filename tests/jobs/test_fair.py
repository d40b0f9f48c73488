"""The fair in advance: a stable plan, a full plan, and what the full one costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random

from hypothesis import given, settings, strategies as st

from tests import examples
from webapp.jobs import fair
from webapp.jobs.fair import Offer, Plan


@st.composite
def fairs(draw: st.DrawFn) -> tuple[list[Offer], dict[int, int]]:
    """Some seekers, some postings with openings, and degrees of which many are equal."""
    seekers = draw(st.integers(1, 7))
    openings = {
        posting: draw(st.integers(0, 3)) for posting in range(100, 100 + draw(st.integers(1, 5)))
    }
    degrees = st.sampled_from((0.0, 60.0, 75.0, 80.0, 80.0, 92.5))
    offers = [
        Offer(seeker, posting, degree)
        for seeker in range(1, seekers + 1)
        for posting in openings
        if (degree := draw(degrees)) > 0
    ]
    return offers, openings


def fits(plan: Plan, offers: Sequence[Offer], openings: Mapping[int, int]) -> bool:
    """Each seeker once, no posting too often, nobody who made no offer."""
    seekers = Counter(each.seeker for each in plan.offers)
    postings = Counter(each.posting for each in plan.offers)
    return (
        set(plan.offers) <= set(offers)
        and max(seekers.values(), default=0) <= 1
        and all(count <= openings[posting] for posting, count in postings.items())
    )


def deferred(offers: Sequence[Offer], openings: Mapping[int, int]) -> set[Offer]:
    """Seekers ask in their order, postings keep the best so far (Gale and Shapley 1962)."""
    asks = {
        seeker: sorted((each for each in offers if each.seeker == seeker), key=lambda o: o.rank)
        for seeker in {each.seeker for each in offers}
    }
    held: dict[int, list[Offer]] = {posting: [] for posting in openings}
    free = list(asks)
    while free:
        seeker = free.pop()
        if not asks[seeker]:
            continue
        offer = asks[seeker].pop(0)
        kept = sorted([*held[offer.posting], offer], key=lambda o: o.rank)
        held[offer.posting] = kept[: openings[offer.posting]]
        free += [each.seeker for each in kept[openings[offer.posting] :]]
    return {each for kept in held.values() for each in kept}


@given(fairs())
@settings(max_examples=examples.of(150))
def test_the_stable_plan_leaves_no_two_who_would_run_away(
    made: tuple[list[Offer], dict[int, int]],
) -> None:
    offers, openings = made
    plan = fair.stable(offers, openings)
    assert fits(plan, offers, openings)
    assert fair.blocking(plan, offers, openings) == []
    assert set(plan.offers) == deferred(offers, openings)


@given(fairs())
@settings(max_examples=examples.of(100))
def test_the_full_plan_places_the_most_and_then_the_best(
    made: tuple[list[Offer], dict[int, int]],
) -> None:
    offers, openings = made
    plan, stable = fair.most(offers, openings), fair.stable(offers, openings)
    assert fits(plan, offers, openings)
    assert plan.count >= stable.count
    few = offers[:9]
    full = fair.most(few, openings)
    every = [
        Plan(chosen)
        for size in range(len(few) + 1)
        for chosen in combinations(few, size)
        if fits(Plan(chosen), few, openings)
    ]
    best = max((each.count, sum(offer.degree for offer in each.offers)) for each in every)
    assert (full.count, sum(offer.degree for offer in full.offers)) == best


@given(fairs(), st.randoms(use_true_random=False))
@settings(max_examples=examples.of(50))
def test_the_order_in_which_people_come_changes_nothing(
    made: tuple[list[Offer], dict[int, int]], chance: Random
) -> None:
    offers, openings = made
    mixed = chance.sample(offers, len(offers))
    assert fair.stable(mixed, openings) == fair.stable(offers, openings)
    assert fair.most(mixed, openings) == fair.most(offers, openings)


def test_one_place_more_has_its_price() -> None:
    # The first is best at both; the second could only go to the first one's choice.
    offers = [Offer(1, 10, 95.0), Offer(1, 11, 70.0), Offer(2, 10, 90.0)]
    openings = {10: 1, 11: 1}
    stable, most = fair.stable(offers, openings), fair.most(offers, openings)
    assert [(each.seeker, each.posting) for each in stable.offers] == [(1, 10)]
    assert [(each.seeker, each.posting) for each in most.offers] == [(2, 10), (1, 11)]
    cost = fair.price(most, stable, offers, openings)
    assert (cost.placed_more, cost.mean_less, cost.blocking, cost.worse_off) == (1, 15.0, 1, 1)
    assert (stable.from_(90), most.from_(90), most.mean) == (1, 1, 80.0)


def test_a_fair_without_anybody_is_no_trouble() -> None:
    assert fair.stable([], {}) == fair.most([], {}) == Plan(())
    assert fair.most([Offer(1, 10, 80.0)], {10: 0}) == Plan(())
    assert Plan(()).mean == 0
