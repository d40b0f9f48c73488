"""A gate line: jitter never crosses it, every trip crosses it out and in."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st

from tests import examples
from webapp.ports.sea.crossing import Crossed, Fix, Watch, follow

# From west to east: the port lies to its left, in the north.
LINE = [(-200.0, 0.0), (0.0, 20.0), (200.0, 0.0)]
START = datetime(2026, 7, 1, tzinfo=UTC)


def crossed(track: list[tuple[float, float]], *, every_s: int = 60) -> list[Crossed]:
    watch, found = Watch(), []
    for number, (x, y) in enumerate(track):
        watch, crossing = follow(
            watch, Fix(START + timedelta(seconds=number * every_s), x, y), LINE
        )
        if crossing is not None:
            found.append(crossing)
    return found


def noisy(track: list[tuple[float, float]], seed: int, sigma: float) -> list[tuple[float, float]]:
    dice = random.Random(seed)
    return [(x + dice.gauss(0, sigma), y + dice.gauss(0, sigma)) for x, y in track]


def way(*stops: tuple[float, float], step_m: float) -> list[tuple[float, float]]:
    found = []
    for (ax, ay), (bx, by) in itertools.pairwise(stops):
        steps = max(1, int(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 / step_m))
        found += [(ax + (bx - ax) * n / steps, ay + (by - ay) * n / steps) for n in range(steps)]
    return [*found, stops[-1]]


@settings(max_examples=examples.of(20))
@given(seed=st.integers(0, 10**6), away=st.floats(-60, 60))
def test_a_day_of_jitter_at_its_mooring_is_no_crossing(seed: int, away: float) -> None:
    moored = noisy([(0.0, 20 + away)] * 1440, seed, 12)
    assert crossed(moored) == []


@settings(max_examples=examples.of(60))
@given(
    seed=st.integers(0, 10**6),
    home=st.floats(80, 400),
    side=st.floats(-120, 120),
    far=st.floats(300, 5000),
    step=st.floats(10, 150),
    trips=st.integers(1, 4),
)
def test_every_trip_is_exactly_out_and_in(
    seed: int, home: float, side: float, far: float, step: float, trips: int
) -> None:
    berth, sea = (side, 20 + home), (side / 2, -far)
    one = [berth] * 5 + way(berth, sea, step_m=step) + [sea] * 5 + way(sea, berth, step_m=step)
    found = crossed(noisy((one + [berth] * 5) * trips, seed, 12))
    assert [each.out for each in found] == [True, False] * trips


def test_around_the_end_of_the_line_nothing_is_crossed() -> None:
    assert crossed(way((0, 300), (900, 300), (900, -300), (0, -300), step_m=40)) == []


def test_fixes_that_come_late_or_twice_change_nothing() -> None:
    watch, _ = follow(Watch(), Fix(START, 0, 300), LINE)
    assert follow(watch, Fix(START, 0, -300), LINE) == (watch, None)
    assert follow(watch, Fix(START - timedelta(hours=1), 0, -300), LINE) == (watch, None)
