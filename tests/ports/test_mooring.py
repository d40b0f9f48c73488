"""A moored vessel that drifts is found; one that jitters, leaves, or was moved is not, or not for long."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings, strategies as st

from tests import examples
from webapp.ports.sea.crossing import Fix
from webapp.ports.sea.mooring import Mooring, follow

START = datetime(2026, 7, 1, tzinfo=UTC)
Spot = tuple[float, float, float]


def lying(spots: Iterable[Spot], *, every_s: int = 60) -> list[Mooring | None]:
    """How it lies after each of these (x, y, knots)."""
    moored, found = None, []
    for number, (x, y, sog) in enumerate(spots):
        at = START + timedelta(seconds=number * every_s)
        moored = follow(moored, Fix(at, x, y), sog, moved_m=50)
        found.append(moored)
    return found


def adrift(spots: Iterable[Spot]) -> list[bool]:
    return [each is not None and each.adrift_since is not None for each in lying(spots)]


def still(n: int, x: float = 0, *, dice: random.Random | None = None) -> list[Spot]:
    jitter = (lambda: dice.gauss(0, 12)) if dice else (lambda: 0.0)
    return [(x + jitter(), jitter(), 0.1) for _ in range(n)]


@settings(max_examples=examples.of(20))
@given(st.integers(0, 10**6))
def test_jitter_at_its_mooring_is_no_drift(seed: int) -> None:
    assert not any(adrift(still(1440, dice=random.Random(seed))))


@settings(max_examples=examples.of(30))
@given(seed=st.integers(0, 10**6), speed=st.floats(0.3, 2.0))
def test_whoever_drifts_slowly_is_found_before_it_is_far(seed: int, speed: float) -> None:
    dice, step = random.Random(seed), speed * 0.514 * 60
    away = [(step * n, 0.0, speed) for n in range(1, int(300 / step) + 5)]
    begin = still(30, dice=dice)
    moored = lying(begin)[-1]
    # Whoever never lay quietly for a few positions has no place from which it could be seen to drift.
    assume(moored is not None and moored.settled)
    found = adrift(begin + away)
    assert not any(found[:30])
    first = found.index(True)
    assert away[first - 30][0] <= 50 + 25 + 4 * step


def test_who_leaves_by_its_engine_does_not_drift() -> None:
    out = [(150.0 * n, 0.0, 5.0) for n in range(1, 30)]
    assert not any(adrift(still(10) + out))
    assert lying(still(10) + out)[-1] is None


def test_between_two_levels_it_stays_as_it_is() -> None:
    near = [(40.0, 0.0, 0.2)] * 9
    assert not any(adrift(still(10) + near))
    found = adrift(still(10) + still(4, x=60) + near)
    assert found[-1]


def test_who_is_back_or_goes_by_its_engine_drifts_no_more() -> None:
    far = still(10) + still(4, x=80)
    assert adrift(far)[-1]
    assert not adrift(far + still(3))[-1]
    assert adrift(far + still(2))[-1]
    assert not adrift(far + [(90.0, 0.0, 4.0)] * 3)[-1]


def test_where_it_has_lain_long_enough_it_is_moored_again() -> None:
    found = adrift(still(10) + still(40, x=80))
    assert any(found)
    assert not found[-1]
    assert adrift(still(10) + still(40, x=80) + still(5, x=160))[-1]


def test_two_wild_fixes_are_no_drift_and_a_late_one_changes_nothing() -> None:
    assert not any(adrift(still(10) + still(2, x=500) + still(5)))
    moored = lying(still(10))[-1]
    assert moored is not None
    assert follow(moored, Fix(START, 900, 0), 0, moved_m=50) is moored
