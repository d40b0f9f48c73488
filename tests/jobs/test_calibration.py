"""What became of recommendations, and who is seen."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, strategies as st

from webapp.jobs import calibration
from webapp.jobs.calibration import Outcome, Step, bands, calibrated, gini, never_shown


def history(count: int, *, seed: int = 1) -> list[Outcome]:
    """Recommendations of which the better ones come to work more often."""
    chance = Random(seed)
    found = []
    for _ in range(count):
        degree = chance.uniform(60, 100)
        hired = chance.random() < (degree - 50) / 80
        found.append(Outcome(degree, Step.HIRED if hired else chance.choice(list(Step)[:4])))
    return found


def test_every_step_counts_for_those_before_it() -> None:
    table = bands(
        [Outcome(91.2, Step.STAYED_30), Outcome(94.9, Step.VIEWED), Outcome(100.0, Step.PUSHED)]
    )
    assert [(band.low, band.high, band.count) for band in table] == [(95, 100, 1), (90, 95, 2)]
    assert table[1].reached == (2, 2, 1, 1, 1, 1, 0)
    assert table[1].rate(Step.HIRED) == 0.5


def test_no_rate_is_told_before_two_hundred_outcomes() -> None:
    assert calibrated(history(calibration.ENOUGH - 1)) is None
    assert calibrated(history(calibration.ENOUGH)) is not None


@given(st.integers(1, 1000))
def test_rates_never_fall_where_the_degree_rises(seed: int) -> None:
    found = calibrated(history(220, seed=seed))
    assert found is not None
    rates = [found.rate(degree) for degree in range(0, 101, 5)]
    assert rates == sorted(rates)
    assert all(0 <= rate <= 1 for rate in rates)


def test_what_is_foretold_is_compared_with_what_was_seen() -> None:
    found = calibrated(history(2000))
    assert found is not None
    assert found.brier < found.base
    assert [row.band.low for row in found.reliability] == [95, 90, 85, 80, 75, 70, 65, 60]
    assert all(abs(row.foretold - row.seen) < 0.06 for row in found.reliability)
    assert (found.of_ten(62), found.of_ten(97)) == (1, 6)


def test_a_degree_that_tells_nothing_is_not_below_the_mean_rate() -> None:
    chance = Random(4)
    blind = [
        Outcome(chance.uniform(60, 100), Step.HIRED if chance.random() < 0.3 else Step.PUSHED)
        for _ in range(1000)
    ]
    found = calibrated(blind)
    assert found is not None
    assert found.brier == pytest.approx(found.base, rel=0.03)


def test_who_is_never_shown_and_how_unevenly_the_rest() -> None:
    assert never_shown([[1, 2], [2]], [1, 2, 3, 4]) == 0.5
    assert gini([[1, 2, 3, 4], [1, 2, 3, 4]], [1, 2, 3, 4]) == 0
    assert gini([[1], [1], [1]], [1, 2, 3, 4]) == 0.75
    assert (never_shown([], []), gini([], [1])) == (0, 0)
