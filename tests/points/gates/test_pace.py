"""The pace of a lane and the verdict: 360 an hour, whoever comes when."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tests.points.conftest import MORNING
from tests.points.gates.conftest import Booth
from webapp.base import clock
from webapp.points.gates.rules import (
    DEPTH,
    Bucket,
    Code,
    Decision,
    Mode,
    PassRules,
    Reason,
    verdict,
)

USUAL = PassRules(True, Mode.RULES, False, 37.3, 360, None)
FULL = Bucket(1.0, MORNING)


def passed(gaps: list[float], per_hour: int) -> list[float]:
    """The seconds at which somebody passes, where somebody tries after each of these gaps."""
    bucket, at, through = Bucket(), 0.0, []
    for gap in gaps:
        at += gap
        bucket = bucket.filled(MORNING + timedelta(seconds=at), per_hour)
        if not bucket.wait_s(per_hour):
            bucket = bucket.taken()
            through.append(at)
    return through


@given(
    st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=60),
    st.sampled_from([60, 359, 360, 720]),
)
def test_never_more_than_the_pace_in_any_hour(gaps: list[float], per_hour: int) -> None:
    through = passed(gaps * 12, per_hour)
    for first, since in enumerate(through):
        in_the_hour = sum(1 for at in through[first:] if at < since + 3600 - 1e-3)
        assert in_the_hour <= per_hour + DEPTH - 1
    assert all(later - sooner >= 3600 / per_hour - 1e-2 for sooner, later in pairwise(through))


@given(st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=200))
def test_whoever_waits_as_long_as_they_are_told_passes(gaps: list[float]) -> None:
    bucket, at = Bucket(), MORNING
    for gap in gaps:
        at += timedelta(seconds=gap)
        bucket = bucket.filled(at, 360)
        if waits := bucket.wait_s(360):
            assert 0 < waits <= 10
            at += timedelta(seconds=waits)
            bucket = bucket.filled(at, 360)
        assert bucket.wait_s(360) == 0
        bucket = bucket.taken()


def test_a_clock_that_goes_back_neither_stops_a_lane_nor_opens_it() -> None:
    spent = Bucket(0.0, MORNING).filled(MORNING - timedelta(hours=1), 360)
    assert spent.wait_s(360) == pytest.approx(10)
    assert spent.filled(MORNING - timedelta(hours=1, seconds=-10), 360).wait_s(360) == 0


@pytest.mark.thorough
def test_of_a_crowd_360_pass_in_an_hour_and_the_next_one_waits(booth: Booth) -> None:
    admitted = 0
    for tenth in range(360):
        with clock.at(MORNING + timedelta(seconds=10 * tenth)):
            admitted += booth.asks()["decision"] == Decision.ADMITTED
            if tenth % 60 == 0:
                told = booth.asks()
                assert (told["decision"], told["reason"]) == (Decision.WAIT, Reason.PACE)
    assert admitted == 360
    with clock.at(MORNING + timedelta(seconds=3599)):
        told = booth.asks()
        assert (told["decision"], told["wait_s"]) == (Decision.WAIT, 1.0)
        assert booth.asks(lane=2)["decision"] == Decision.ADMITTED
    with clock.at(MORNING + timedelta(seconds=3600)):
        assert booth.asks()["decision"] == Decision.ADMITTED


@pytest.mark.parametrize(
    ("rules", "code", "temp_c", "bucket", "decision", "reason"),
    [
        (USUAL, Code.NONE, 36.5, FULL, Decision.ADMITTED, Reason.OK),
        (USUAL, Code.GOOD, 36.5, FULL, Decision.ADMITTED, Reason.OK),
        (USUAL, Code.NONE, 37.3, FULL, Decision.DIVERTED, Reason.FEVER),
        (USUAL, Code.NONE, None, FULL, Decision.DIVERTED, Reason.NO_TEMPERATURE),
        (USUAL, Code.UNKNOWN, 36.5, FULL, Decision.DIVERTED, Reason.UNKNOWN_CODE),
        (USUAL, Code.USED, 38.9, FULL, Decision.REFUSED, Reason.USED_CODE),
        (USUAL, Code.NOT_NOW, 36.5, FULL, Decision.REFUSED, Reason.NOT_NOW),
        (USUAL, Code.NONE, 36.5, Bucket(0.5, MORNING), Decision.WAIT, Reason.PACE),
        (USUAL, Code.NONE, 38.0, Bucket(0.5, MORNING), Decision.DIVERTED, Reason.FEVER),
    ],
)
def test_the_verdict(
    rules: PassRules,
    code: Code,
    temp_c: float | None,
    bucket: Bucket,
    decision: Decision,
    reason: Reason,
) -> None:
    made = verdict(rules, code=code, temp_c=temp_c, inside=0, bucket=bucket)
    assert (made.decision, made.reason) == (decision, reason)


def test_rules_that_ask_for_more_or_for_nothing() -> None:
    def of(rules: PassRules, code: Code = Code.NONE, inside: int = 0) -> Reason:
        return verdict(rules, code=code, temp_c=36.5, inside=inside, bucket=FULL).reason

    wanted = PassRules(True, Mode.RULES, True, None, 360, 5)
    assert of(wanted) is Reason.NO_CODE
    assert of(wanted, Code.GOOD, 4) is Reason.OK
    assert of(wanted, Code.GOOD, 5) is Reason.FULL
    assert of(PassRules(True, Mode.FREE, True, None, 360, 5), Code.NONE, 9) is Reason.FREE
    assert of(PassRules(True, Mode.SHUT, False, None, 360, None)) is Reason.CLOSED
    assert of(PassRules(False, Mode.FREE, False, None, 360, None)) is Reason.CLOSED
