"""What the roads in memory answer is what anybody would count by hand."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import numpy as np
import pytest
import shapely
from hypothesis import given, settings, strategies as st

from tests import examples
from webapp.travel.network import Edges, Network
from webapp.travel.rules import DETOUR, FAR_FROM_ROADS, PACES, Basis, Mode

WALK_MS = 4.8 / 3.6


def network(*roads: tuple[int, int, list[tuple[float, float]], str, int]) -> Network:
    """Roads as (node, node, line, class, one-way), 40 km/h."""
    lines = [shapely.LineString(line) for _a, _b, line, _class, _oneway in roads]
    return Network(
        Edges(
            source=np.array([a for a, *_ in roads], dtype=np.int64),
            target=np.array([b for _a, b, *_ in roads], dtype=np.int64),
            road_class=np.array([kind for *_, kind, _oneway in roads], dtype=object),
            length_m=np.array([line.length for line in lines]),
            speed_kmh=np.full(len(roads), 40.0),
            oneway=np.array([oneway for *_, oneway in roads], dtype=np.int64),
            line=np.array(lines, dtype=object),
        )
    )


@pytest.fixture
def square() -> Network:
    """Four streets of 1,000 m round a block, the eastern one for wheels only northward; an island far away."""
    return network(
        (1, 2, [(0, 0), (1000, 0)], "residential", 0),
        (2, 3, [(1000, 0), (1000, 1000)], "residential", 1),
        (3, 4, [(1000, 1000), (0, 1000)], "residential", 0),
        (4, 1, [(0, 1000), (0, 0)], "residential", 0),
        (8, 9, [(5000, 5000), (5100, 5000)], "residential", 0),
    )


def test_from_the_middle_of_a_street_the_nearer_end_is_taken(square: Network) -> None:
    found = square.reach(200, 0, Mode.WALK).to([0, 1000], [1000, 1000])
    assert found.metres == pytest.approx([1200, 1800])
    assert found.seconds == pytest.approx([1200 / WALK_MS, 1800 / WALK_MS])
    assert found.basis == [Basis.ROADS, Basis.ROADS]


def test_along_one_street_nobody_goes_to_its_end_first(square: Network) -> None:
    found = square.reach(200, 0, Mode.WALK).to([700, 100], [0, 0])
    assert found.metres == pytest.approx([500, 100])


def test_wheels_go_round_where_a_street_is_one_way_and_feet_do_not(square: Network) -> None:
    north, south = (1000, 600), (1000, 400)
    against = square.reach(*north, Mode.CAR).to([south[0]], [south[1]])
    along = square.reach(*south, Mode.CAR).to([north[0]], [north[1]])
    walking = square.reach(*north, Mode.WALK).to([south[0]], [south[1]])
    assert along.metres == pytest.approx([200])
    assert against.metres == pytest.approx([3800])
    assert walking.metres == pytest.approx([200])


def test_a_search_of_the_ways_that_end_here_is_the_other_way_round(square: Network) -> None:
    north, south = (1000, 600), (1000, 400)
    back = square.reach(*north, Mode.CAR, inbound=True).to([south[0]], [south[1]])
    assert back.metres == pytest.approx([200])
    there = square.reach(*south, Mode.CAR, inbound=True).to([north[0]], [north[1]])
    assert there.metres == pytest.approx([3800])


def test_the_way_to_the_road_is_walked_and_counted(square: Network) -> None:
    found = square.reach(500, -100, Mode.CAR).to([500, 600], [-400, 0])
    off = 100 * DETOUR
    car = PACES[Mode.CAR].share * 40 / 3.6
    assert found.metres[1] == pytest.approx(100 + off)
    assert found.seconds[1] == pytest.approx(100 / car + off / WALK_MS)
    assert found.off_road_m == pytest.approx([400, 0])


def test_what_no_road_reaches_is_estimated_and_says_why(square: Network) -> None:
    far = FAR_FROM_ROADS + 200
    found = square.reach(0, 0, Mode.EBIKE).to([5050, 0, -far], [5000, 0, 0])
    assert found.basis == [Basis.APART, Basis.ROADS, Basis.FAR]
    assert found.metres[0] == pytest.approx(math.hypot(5050, 5000) * DETOUR)
    assert square.reach(-far, 0, Mode.EBIKE).to([0], [0]).basis == [Basis.FAR]


def test_neighbours_in_a_field_walk_across_it(square: Network) -> None:
    found = square.reach(500, 400, Mode.WALK).to([550], [400])
    assert found.basis == [Basis.NEAR]
    assert found.metres == pytest.approx([50 * DETOUR])


def test_without_any_road_there_is_still_an_answer() -> None:
    found = network().reach(0, 0, Mode.WALK).to([300], [400])
    assert found.basis == [Basis.NO_ROADS]
    assert found.seconds == pytest.approx([500 * DETOUR / WALK_MS])
    assert network().reach(0, 0, Mode.WALK).area(600).is_empty


def test_a_closed_class_is_not_used() -> None:
    steps = network(
        (1, 2, [(0, 0), (100, 0)], "steps", 0),
        (1, 3, [(0, 0), (0, 300)], "residential", 0),
        (3, 2, [(0, 300), (100, 0)], "residential", 0),
    )
    walking = steps.reach(0, 0, Mode.WALK).to([100], [0])
    driving = steps.reach(0, 0, Mode.CAR).to([100], [0])
    assert walking.seconds == pytest.approx([100 / (2.4 / 3.6)])
    assert driving.metres == pytest.approx([300 + math.hypot(100, 300)])


def test_of_two_streets_between_the_same_crossings_the_quicker_is_taken() -> None:
    pair = network(
        (1, 2, [(0, 0), (0, 900), (1000, 900), (1000, 0)], "residential", 0),
        (1, 2, [(0, 0), (1000, 0)], "residential", 0),
        (2, 3, [(1000, 0), (1200, 0)], "residential", 0),
    )
    reach = pair.reach(0, 0, Mode.WALK)
    assert reach.to([1200], [0]).metres == pytest.approx([1200])
    assert reach.line_to(1200, 0).length == pytest.approx(1200)


def test_a_lane_that_ends_where_it_began_is_left_by_its_shorter_side() -> None:
    loop = network(
        (1, 1, [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], "residential", 0),
        (1, 2, [(0, 0), (-100, 0)], "residential", 0),
    )
    reach = loop.reach(0, 60, Mode.WALK)
    assert reach.to([-100], [0]).metres == pytest.approx([160])
    assert reach.line_to(-100, 0).length == pytest.approx(160)


SIZE = 4


@st.composite
def towns(draw: st.DrawFn) -> Network:
    """Streets between the crossings of a small square, some missing, some one-way."""
    roads = []
    for row in range(SIZE):
        for column in range(SIZE):
            here = row * SIZE + column
            for other, to in ((here + 1, (column + 1, row)), (here + SIZE, (column, row + 1))):
                if max(to) < SIZE and draw(st.integers(0, 4)):
                    bend = draw(st.floats(0, 40))
                    line = [
                        (column * 100.0, row * 100.0),
                        ((column + to[0]) * 50.0 + bend, (row + to[1]) * 50.0 + bend),
                        (to[0] * 100.0, to[1] * 100.0),
                    ]
                    oneway = draw(st.sampled_from([0, 0, 0, 1, -1]))
                    roads.append((here, other, line, "residential", oneway))
    if not roads:
        roads = [(0, 1, [(0.0, 0.0), (100.0, 0.0)], "residential", 0)]
    return network(*roads)


def by_hand(town: Network, mode: Mode, start: int) -> dict[int, float]:
    """Seconds from a crossing to the others, relaxed until nothing gets shorter."""
    roads = town.roads(mode)
    found = {start: 0.0}
    for _round in range(SIZE * SIZE):
        for edge in range(len(roads.lines)):
            a, b = (int(town.keys[each[edge]]) for each in (roads.begin, roads.end))
            for one, other, cost in ((a, b, roads.there[edge]), (b, a, roads.back[edge])):
                if one in found and found[one] + cost < found.get(other, math.inf):
                    found[other] = found[one] + cost
    return found


@settings(max_examples=examples.of(60))
@given(towns(), st.sampled_from(list(Mode)), st.integers(0, SIZE * SIZE - 1))
def test_the_times_are_those_of_the_shortest_ways(town: Network, mode: Mode, at: int) -> None:
    start = int(town.keys[at % town.nodes])
    expected = by_hand(town, mode, start)
    spots = {int(key): ((key % SIZE) * 100.0, (key // SIZE) * 100.0) for key in town.keys}
    reach = town.reach(*spots[start], mode)
    found = reach.to([spots[key][0] for key in spots], [spots[key][1] for key in spots])
    for place, key in enumerate(spots):
        if key == start:
            continue
        led = found.basis[place] is Basis.ROADS
        assert led == (key in expected), key
        if led:
            assert found.seconds[place] == pytest.approx(expected[key], abs=1e-3)


@settings(max_examples=examples.of(60))
@given(
    towns(),
    st.sampled_from(list(Mode)),
    st.tuples(*(st.floats(-20, 320) for _each in range(4))),
)
def test_the_line_is_as_long_as_said_and_the_area_holds_what_is_in_time(
    town: Network, mode: Mode, spots: tuple[float, float, float, float]
) -> None:
    x, y, to_x, to_y = spots
    reach = town.reach(x, y, mode)
    found = reach.to([to_x], [to_y])
    if found.basis[0] is not Basis.ROADS:
        return
    line = reach.line_to(to_x, to_y)
    ends = list(line.coords)
    assert ends[0] == pytest.approx((x, y))
    assert ends[-1] == pytest.approx((to_x, to_y))
    off = math.dist(ends[0], ends[1]) if len(ends) > 1 else 0.0
    longest_step = max(math.dist(one, other) for one, other in pairwise(ends))
    assert longest_step < 400
    straight_off = sum(_off(town, mode, *spot) for spot in ((x, y), (to_x, to_y)))
    assert line.length + straight_off * (DETOUR - 1) == pytest.approx(found.metres[0], abs=0.01), (
        off
    )
    if found.off_road_m[0] < 30:
        assert reach.area(float(found.seconds[0]) + 1).distance(shapely.Point(to_x, to_y)) < 30
    assert reach.area(0).is_empty or _off(town, mode, x, y) == 0


def _off(town: Network, mode: Mode, x: float, y: float) -> float:
    return float(town.roads(mode).snap(x, y).off_m[0])


@settings(max_examples=examples.of(40))
@given(
    towns(),
    st.sampled_from(list(Mode)),
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=2, max_size=5),
)
def test_outward_from_one_equals_inward_to_the_other(
    town: Network, mode: Mode, spots: list[tuple[float, float]]
) -> None:
    (x, y), *others = spots
    inward = town.reach(x, y, mode, inbound=True).to(*zip(*others, strict=True))
    for place, (ox, oy) in enumerate(others):
        outward = town.reach(ox, oy, mode).to([x], [y])
        if outward.basis[0] is Basis.ROADS and inward.basis[place] is Basis.ROADS:
            assert outward.seconds[0] == pytest.approx(inward.seconds[place], abs=1e-3)
            assert outward.metres[0] == pytest.approx(inward.metres[place], abs=20)


def test_threads_that_ask_first_together_all_get_the_answer(square: Network) -> None:
    for _round in range(20):
        fresh = Network(square.edges)
        start = Barrier(8)

        def ask(_place: int, fresh: Network = fresh, start: Barrier = start) -> float:
            start.wait()
            return float(fresh.reach(200, 0, Mode.CAR).to([1000], [1000]).metres[0])

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == pytest.approx([1800] * 8)


def test_whoever_goes_round_an_area_touches_no_road_of_it(square: Network) -> None:
    area = shapely.box(400, -50, 600, 50)
    there = square.around(area).reach(0, 0, Mode.WALK)
    assert there.to([1000], [0]).metres == pytest.approx([3000])
    assert not there.line_to(1000, 0).intersects(area)
    assert square.reach(0, 0, Mode.WALK).to([1000], [0]).metres == pytest.approx([1000])


def test_a_road_that_is_shunned_is_taken_only_where_the_others_are_longer(square: Network) -> None:
    area = shapely.box(400, -50, 600, 50)
    dear = square.shunning(area, 5.0).reach(0, 0, Mode.WALK).to([1000], [0])
    assert dear.metres == pytest.approx([3000])
    cheap = square.shunning(area, 2.0).reach(0, 0, Mode.WALK).to([1000], [0])
    assert cheap.metres == pytest.approx([1000])
    assert cheap.seconds == pytest.approx([2000 / WALK_MS])
