"""The day of the clean land follows from what was seen, with a range, and no promise kept ever makes it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings, strategies as st

from webapp.relocation import forecast
from webapp.relocation.forecast import STAGES, Sample, Waiting
from webapp.relocation.rules import RelocationState

ROUNDS = 40

days = st.floats(0, 200, allow_nan=False)
samples = st.fixed_dictionaries(
    {stage: st.lists(st.builds(Sample, days, st.booleans()), max_size=6) for stage in STAGES}
)
holds = st.dictionaries(st.integers(1, 9), st.floats(0, 90), max_size=3)
waitings = st.lists(st.tuples(st.sampled_from(STAGES), days, holds), min_size=1, max_size=5).map(
    lambda rows: [Waiting(key, *row) for key, row in enumerate(rows, start=1)]
)


@dataclass
class Row:
    """A move as the log has it."""

    thing_id: int
    after: str
    at: datetime


START = datetime(2026, 5, 6, tzinfo=UTC)


def moved(*states: tuple[str, float], key: int = 1) -> list[Row]:
    """Moves so many days after the start."""
    return [Row(key, state, START + timedelta(days=at)) for state, at in states]


@given(waitings, samples, st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_the_range_is_in_order_and_the_same_for_the_same_seed(
    waiting: list[Waiting], known: dict[RelocationState, list[Sample]], seed: int
) -> None:
    found = forecast.foresee(waiting, known, seed=seed, rounds=ROUNDS)
    assert found is not None
    assert 0 <= found.early <= found.middle <= found.late < float("inf")
    assert found == forecast.foresee(waiting, known, seed=seed, rounds=ROUNDS)


@given(waitings, samples)
@settings(max_examples=60, deadline=None)
def test_a_promise_that_is_kept_never_makes_it_later(
    waiting: list[Waiting], known: dict[RelocationState, list[Sample]]
) -> None:
    found = forecast.foresee(waiting, known, seed=1, rounds=ROUNDS)
    assert found is not None
    assert all(gain.project_days >= 0 and gain.household_days >= 0 for gain in found.gains)
    assert len(found.gains) == sum(len(each.held) for each in waiting)


@given(waitings, samples)
@settings(max_examples=60, deadline=None)
def test_one_household_more_never_makes_it_sooner(
    waiting: list[Waiting], known: dict[RelocationState, list[Sample]]
) -> None:
    whole = forecast.foresee(waiting, known, seed=1, rounds=ROUNDS)
    fewer = forecast.foresee(waiting[1:], known, seed=1, rounds=ROUNDS)
    assert whole is not None
    assert fewer is None or fewer.middle <= whole.middle


@given(st.lists(st.floats(0.5, 50), min_size=len(STAGES), max_size=len(STAGES)))
@settings(max_examples=30, deadline=None)
def test_steps_that_always_took_as_long_take_as_long_again(lengths: list[float]) -> None:
    known = {
        stage: [Sample(length, ended=True)] * 3
        for stage, length in zip(STAGES, lengths, strict=True)
    }
    found = forecast.foresee([Waiting(1, STAGES[0], 0.0, {})], known, seed=1, rounds=ROUNDS)
    assert found is not None
    assert abs(found.early - sum(lengths)) < 1e-6
    assert abs(found.late - sum(lengths)) < 1e-6


@given(st.lists(days, min_size=1, max_size=12), st.floats(0.01, 1))
@settings(deadline=None)
def test_without_anybody_under_way_only_what_was_seen_is_drawn(
    lengths: list[float], chance: float
) -> None:
    known = [Sample(each, ended=True) for each in lengths]
    curve = forecast.Curve(*forecast._arrays(known), 5.0)
    drawn = curve.remaining(np.array([chance]), np.zeros(1))
    longest = max(lengths)
    assert any(abs(drawn[0] - each) < 1e-9 for each in lengths) or longest == 0


def test_who_still_stands_there_makes_a_step_longer_than_those_who_went_on_alone() -> None:
    gone = [Sample(10, ended=True)] * 4
    stuck = [Sample(60, ended=False)] * 4
    waiting = [Waiting(1, STAGES[4], 0.0, {})]
    rest = {stage: [Sample(1, ended=True)] for stage in STAGES}
    alone = forecast.foresee(waiting, rest | {STAGES[4]: gone}, seed=1)
    both = forecast.foresee(waiting, rest | {STAGES[4]: gone + stuck}, seed=1)
    assert alone is not None
    assert both is not None
    assert both.late > alone.late + 20


def test_a_dispute_counts_to_the_stage_in_which_it_came() -> None:
    rows = moved(
        ("listed", 0),
        ("surveyed", 3),
        ("valued", 5),
        ("posted", 6),
        ("negotiating", 14),
        ("disputed", 20),
        ("mediating", 21),
        ("signed", 40),
    )
    found = forecast.observed(rows, START + timedelta(days=50))
    assert found[RelocationState.NEGOTIATING] == [Sample(26.0, ended=True)]
    assert found[RelocationState.SIGNED] == [Sample(10.0, ended=False)]
    at = forecast.standing(rows, START + timedelta(days=50))
    assert at == {1: (RelocationState.SIGNED, 10.0)}


def test_what_was_skipped_says_nothing_and_clean_land_waits_for_nothing() -> None:
    rows = moved(("listed", 0), ("negotiating", 10), ("relocated", 90), ("cleared", 95))
    rows += moved(("verified", 96), ("closed", 99))
    found = forecast.observed(rows, START + timedelta(days=120))
    assert found[RelocationState.NEGOTIATING] == []
    assert found[RelocationState.RELOCATED] == [Sample(5.0, ended=True)]
    assert forecast.standing(rows, START + timedelta(days=120)) == {}
    assert forecast.foresee([], found, seed=1) is None


def test_the_promise_that_holds_the_last_household_unblocks_the_most() -> None:
    known = {stage: [Sample(2, ended=True)] * 3 for stage in STAGES}
    waiting = [
        Waiting(1, STAGES[0], 0.0, {11: 3.0}),
        Waiting(2, STAGES[2], 0.0, {12: 60.0}),
        Waiting(3, STAGES[4], 0.0, {}),
    ]
    found = forecast.foresee(waiting, known, seed=1)
    assert found is not None
    assert found.gains[0].promise == 12
    assert found.gains[0].project_days == 72 - 19
    assert found.gains[1].project_days == 0
