"""Proposals: whatever the town, the answer is a whole, keeps communities and loads, and is never worse."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.maps.balance.towns import SIDE, Town, code, crowded, grown, paved, square
from webapp.maps.balance import proposing
from webapp.maps.balance.proposing import Proposal, spread
from webapp.maps.balance.rules import Load, Number, Why, Wish

EVEN = {load.value: 25 for load in Load}
ONLY_CASES = {Load.CASES.value: 1}


def proposed(town: Town, wish: Wish) -> Proposal:
    return proposing.propose(town.known(), wish, progress=lambda *_: None, tick=lambda: None)


def ground_of(shapes: dict[str, shapely.Polygon], community: str) -> shapely.Geometry:
    return shapely.union_all([area for code, area in shapes.items() if code[0] == community])


def is_whole(town: Town, found: Proposal) -> None:
    """A partition of the same ground: no gap, no overlap, each grid one area, communities as before."""
    before = {area.code: area.shape for area in town.areas()}
    after = dict(found.shapes)
    assert not found.findings
    assert shapely.coverage_is_valid(list(after.values()))
    for area in after.values():
        assert area.geom_type == "Polygon"
        assert area.is_valid
        assert not area.interiors
    for community in "12":
        was, now = ground_of(before, community), ground_of(after, community)
        assert shapely.symmetric_difference(was, now).area < 1e-6


def keeps_loads(town: Town, found: Proposal) -> None:
    """What was counted before is counted after, in the borders that are drawn."""
    for load in (Load.CASES, Load.VISITS, Load.HOUSEHOLDS):
        for outcome in found.outcomes:
            before, after = (
                sum(
                    getattr(burden, load.value)
                    for fate in outcome.fates
                    if (burden := getattr(fate, when)) is not None
                )
                for when in ("before", "after")
            )
            assert before == after
        counted = [
            getattr(fate.after, load.value)
            for o in found.outcomes
            for fate in o.fates
            if fate.after
        ]
        assert sum(counted) == len(town.points[load])


def is_not_worse(found: Proposal) -> None:
    """By its own measure, in each group and over the scope."""
    for outcome in found.outcomes:
        before = [fate.before for fate in outcome.fates if fate.before]
        after = [fate.after for fate in outcome.fates if fate.after]
        assert spread(after) <= spread(before) + 1e-9
        if outcome.why is None:
            assert spread(after) < spread(before)
    before, after = (
        float(np.std(found.loads(when)) / np.mean(found.loads(when)))
        if sum(found.loads(when))
        else 0.0
        for when in ("before", "after")
    )
    assert after <= before + 1e-9


@settings(max_examples=examples.of(40))
@given(
    seed=st.integers(0, 10_000),
    size=st.tuples(st.integers(4, 10), st.integers(3, 7)),
    grids=st.tuples(st.integers(1, 4), st.integers(1, 3)),
    many=st.integers(0, 25),
    weights=st.fixed_dictionaries({load.value: st.integers(0, 100) for load in Load}),
)
def test_every_proposal_is_a_whole_that_is_never_worse(
    seed: int,
    size: tuple[int, int],
    grids: tuple[int, int],
    many: int,
    weights: dict[str, int],
) -> None:
    die = Random(seed)
    town = paved(crowded(grown(die, columns=size[0], rows=size[1], grids=grids), die, many))
    town.parcels = _some_parcels(town, die)
    found = proposed(town, Wish(weights=weights, most_households=None, seed=seed))
    is_whole(town, found)
    keeps_loads(town, found)
    is_not_worse(found)
    _cuts_no_parcel(town, found)


def _some_parcels(town: Town, die: Random) -> list[shapely.Polygon]:
    """Parcels that are no squares, none on another."""
    found = []
    for column in range(0, town.columns - 1, 2):
        for row in range(0, town.rows - 1, 2):
            if die.random() < 0.4:
                x, y = column * SIDE, row * SIDE
                found.append(
                    shapely.box(x + die.random() * 50, y + die.random() * 50, x + 150, y + 120)
                )
    return found


def _cuts_no_parcel(town: Town, found: Proposal) -> None:
    """A parcel that lay in one grid lies in one grid."""
    before = [area.shape for area in town.areas()]
    for parcel in town.parcels:
        if any(area.contains(parcel) for area in before):
            assert any(
                area.intersection(parcel).area > parcel.area - 1e-3
                for area in found.shapes.values()
            )


@settings(max_examples=examples.of(12))
@given(
    seed=st.integers(0, 10_000),
    grids=st.integers(2, 4),
    number=st.sampled_from((Number.MORE, Number.FEWER)),
)
def test_one_more_and_one_fewer_are_wholes_too(seed: int, grids: int, number: Number) -> None:
    die = Random(seed)
    town = crowded(grown(die, columns=10, rows=5, grids=(grids, 2)), die, 15)
    wish = Wish(scope="1:community", weights=EVEN, number=number, most_households=None, seed=seed)
    found = proposed(town, wish)
    is_whole(town, found)
    steps = {Number.MORE: 1, Number.FEWER: -1}[number]
    assert len(found.shapes) == grids + 2 + (steps if found.found else 0)
    if found.found:
        assert len(found.new) == (number is Number.MORE)
        assert len(found.gone) == (number is Number.FEWER)


def row_of(*homes: int) -> Town:
    """A town of one row of squares, each in the grid of this number."""
    return Town(len(homes), 1, {(c, 0): code(1, home) for c, home in enumerate(homes)})


def with_cases(town: Town, *squares: tuple[int, int]) -> Town:
    """So many cases in the middle of a square, for each (square, cases)."""
    for column, many in squares:
        town.points[Load.CASES] += [((column + 0.5) * SIDE, SIDE / 2)] * many
    return town


def cases_of(found: Proposal) -> dict[str, float]:
    return {
        fate.code[-1]: fate.after.cases
        for outcome in found.outcomes
        for fate in outcome.fates
        if fate.after
    }


def test_the_best_cut_of_a_row_is_found() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 2, 2), (0, 2), (1, 2), (2, 2), (3, 2), (5, 4))
    found = proposed(town, Wish(weights=ONLY_CASES))
    assert cases_of(found) == {"1": 6, "2": 6}


def test_equal_questions_have_equal_answers_and_another_seed_may_differ() -> None:
    die = Random(5)
    town = crowded(grown(die, columns=10, rows=6, grids=(3, 3)), die, 20)
    first, again = (proposed(town, Wish(weights=EVEN, seed=7)) for _ in range(2))
    assert first.shapes.keys() == again.shapes.keys()
    assert all(first.shapes[each].equals_exact(again.shapes[each], 0) for each in first.shapes)


@pytest.mark.parametrize(
    ("town", "why"),
    [
        (with_cases(row_of(1, 1), (0, 3)), Why.ALONE),
        (row_of(1, 1, 2, 2), Why.NO_LOAD),
        (with_cases(row_of(1, 1, 2, 2), (0, 5), (3, 5)), Why.EQUAL),
        (with_cases(row_of(1, 1, 2, 2), (0, 4), (1, 4), (3, 1)), Why.LITTLE),
        (with_cases(row_of(1, 2, 2, 2), (0, 9), (3, 1)), Why.BEST),
    ],
)
def test_a_group_that_stays_says_why(town: Town, why: Why) -> None:
    found = proposed(town, Wish(weights=ONLY_CASES))
    assert [each.why for each in found.outcomes] == [why]
    assert not found.found
    assert not found.hands


def test_grids_that_do_not_touch_exchange_nothing() -> None:
    town = with_cases(row_of(1, 1, 1, 9, 2, 2), (0, 3), (1, 3), (2, 3), (5, 1))
    town.homes = {at: code(2, 1) if home[-1] == "9" else home for at, home in town.homes.items()}
    found = proposed(town, Wish(weights=ONLY_CASES))
    assert {each.why for each in found.outcomes} == {Why.APART, Why.NO_LOAD} or {
        each.why for each in found.outcomes
    } == {Why.APART, Why.ALONE}


def test_a_building_is_not_cut() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 2, 2), (0, 2), (1, 2), (2, 2), (3, 2), (5, 4))
    town.buildings = [shapely.box(270, 20, 330, 60)]
    found = proposed(town, Wish(weights=ONLY_CASES))
    assert any(area.contains(town.buildings[0]) for area in found.shapes.values())
    assert cases_of(found) != {"1": 6, "2": 6}


def test_no_grid_gets_more_households_than_the_limit() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 2, 2), (0, 2), (1, 2), (2, 2), (3, 2), (5, 4))
    town.points[Load.HOUSEHOLDS] = [(x * SIDE + 50, 50.0) for x in range(6) for _ in range(10)]
    free = proposed(town, Wish(weights=ONLY_CASES, most_households=None))
    held = proposed(town, Wish(weights=ONLY_CASES, most_households=25))
    assert cases_of(free) == {"1": 6, "2": 6}
    assert cases_of(held) == {"1": 8, "2": 4}


def test_no_grid_gets_smaller_than_the_limit() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 2, 2), (0, 2), (1, 2), (2, 2), (3, 2), (5, 4))
    held = proposed(town, Wish(weights=ONLY_CASES, least_m2=35_000))
    assert cases_of(held) == {"1": 8, "2": 4}


def test_no_more_households_change_than_the_limit() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 2, 2), (0, 2), (1, 2), (2, 2), (3, 2), (5, 4))
    town.points[Load.HOUSEHOLDS] = [(x * SIDE + 50, 50.0) for x in range(6) for _ in range(10)]
    wish = Wish(weights=ONLY_CASES, most_households=None, change=10)
    assert cases_of(proposed(town, wish)) == {"1": 8, "2": 4}
    assert cases_of(proposed(town, replace(wish, change=20))) == {"1": 6, "2": 6}


def test_walking_counts_where_the_way_is_long() -> None:
    town = row_of(*[1] * 8, *[2] * 4)
    town = paved(with_cases(town, *((column, 2) for column in range(0, 12, 2))))
    found = proposed(town, Wish(weights={Load.WALKING.value: 1}))
    assert found.shares[Load.WALKING] == 1
    assert cases_of(found) == {"1": 6, "2": 6}
    hours = [fate.after.walking for each in found.outcomes for fate in each.fates if fate.after]
    assert hours[0] == pytest.approx(hours[1], rel=0.1)


def test_a_load_of_which_nothing_was_counted_has_no_weight() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 2, 2), (0, 2), (1, 2), (2, 2), (3, 2), (5, 4))
    found = proposed(town, Wish(weights={Load.CASES.value: 10, Load.VISITS.value: 90}))
    assert found.shares == {
        Load.CASES: 1.0,
        Load.VISITS: 0.0,
        Load.HOUSEHOLDS: 0.0,
        Load.WALKING: 0.0,
    }


def test_of_cuts_that_are_as_equal_one_along_a_road_is_taken() -> None:
    town = with_cases(row_of(1, 1, 1, 1, 1, 2), (0, 6), (4, 6))
    bare = proposed(town, Wish(weights=ONLY_CASES))
    town.roads = [shapely.LineString([(300, -10), (300, 110)])]
    paved_ = proposed(town, Wish(weights=ONLY_CASES))
    assert cases_of(bare) == cases_of(paved_) == {"1": 6, "2": 6}
    first = code(1, 1)
    assert bare.shapes[first].bounds[2] == 4 * SIDE
    assert paved_.shapes[first].bounds[2] == 3 * SIDE


def test_a_stop_ends_the_work_at_once() -> None:
    class Enough(Exception):
        pass

    def tick() -> None:
        raise Enough

    die = Random(1)
    town = crowded(grown(die, columns=8, rows=5, grids=(3, 2)), die, 10)
    with pytest.raises(Enough):
        proposing.propose(town.known(), Wish(), progress=lambda *_: None, tick=tick)


def test_the_square_of_a_test_is_a_square() -> None:
    assert square(1, 2).area == SIDE * SIDE
