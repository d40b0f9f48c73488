"""How long a case may take: limits by condition, clocks that stand still, and more time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.cases.stages import brought_to, reported
from tests.world import World
from webapp.base import clock
from webapp.base.clock import Calendar, Limit, Unit
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.cases import by_the_clock, moves, queries, timing
from webapp.cases.models import Case
from webapp.cases.rules import Grade, State

# A Monday morning, 09:00 in Yantai.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICE = Calendar()


def test_the_condition_that_fits_the_class_best_sets_limit_and_grade(world: World) -> None:
    leak = reported(world, class_code="21004")
    assert (leak.grade, leak.limit_amount, leak.limit_unit) == (Grade.EMERGENCY, 10, Unit.MINUTE)
    hidden = reported(world, class_code="21007")
    assert (hidden.grade, hidden.limit_amount) == (Grade.URGENT, 60)
    assert [each.place for each in queries.conditions("06001")] == [1, 2, 3]


def test_the_limit_counts_from_the_filing_by_the_condition_chosen(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world, class_code="06001")
    with clock.at(MONDAY + timedelta(hours=1)):
        penalty = queries.conditions("06001")[1]
        moves.file_case(case, by=world.dispatcher, condition=penalty)
    assert case.due_at == OFFICE.due(MONDAY + timedelta(hours=1), Limit(7, Unit.WORK_DAY))
    assert case.soon_at == OFFICE.due(MONDAY + timedelta(hours=1), Limit(5.6, Unit.WORK_DAY))


def test_an_open_manhole_is_guarded_before_it_is_mended(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world, class_code="01003")
    assert case.guard_due_at == MONDAY + timedelta(hours=1)
    assert case.due_at is not None
    assert case.due_at > case.guard_due_at


def test_each_step_has_a_limit_of_its_own(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world)
        assert case.stage_due_at == OFFICE.due(MONDAY, Limit(0.5, Unit.WORK_HOUR))
        moves.accept(case, by=world.dispatcher)
        moves.file_case(case, by=world.dispatcher)
        moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
        assert case.stage_due_at == OFFICE.due(MONDAY, Limit(0.5, Unit.WORK_DAY))
        moves.sign(case, by=world.worker)
    assert case.stage_due_at is None


@settings(max_examples=examples.of(25))
@given(
    used_h=st.floats(0.1, 20),
    rest_h=st.floats(0.1, 200),
    unit=st.sampled_from([Unit.WORK_DAY, Unit.MINUTE]),
)
def test_a_clock_that_stood_still_has_as_much_left_as_before(
    used_h: float, rest_h: float, unit: Unit
) -> None:
    limit = Limit(3, Unit.WORK_DAY) if unit == Unit.WORK_DAY else Limit(2400, Unit.MINUTE)
    case = Case(state=State.PROCESSING, grade=Grade.NORMAL)
    case.limit_amount, case.limit_unit = limit.amount, limit.unit
    case.due_at, case.soon_at = OFFICE.due(MONDAY, limit), OFFICE.due(MONDAY, limit)
    stop, go = MONDAY + timedelta(hours=used_h), MONDAY + timedelta(hours=used_h + rest_h)
    before = _left(case, stop)
    with clock.at(stop):
        case.state = State.ON_HOLD
        timing.follow(case, State.HOLD_REQUESTED)
    assert case.paused_at == stop
    with clock.at(go):
        case.state = State.PROCESSING
        timing.follow(case, State.ON_HOLD)
    assert case.paused_at is None
    assert case.left_s is None
    assert abs(_left(case, go) - before) < timedelta(seconds=1)


def _left(case: Case, now: datetime) -> timedelta:
    due = case.due_at
    assert due is not None
    if case.limit_unit == Unit.MINUTE:
        return due - now
    return OFFICE.worked(now, due) if due >= now else -OFFICE.worked(due, now)


def test_a_hold_ends_by_itself_on_the_day_of_its_review(world: World) -> None:
    case = brought_to(State.ON_HOLD, world)
    by_the_clock.resume()
    assert case.state == State.ON_HOLD
    with clock.at(clock.now() + timedelta(days=4)):
        by_the_clock.resume()
    assert case.state == State.PROCESSING
    assert case.review_on is None


def test_a_question_without_an_answer_lapses_after_five_working_days(world: World) -> None:
    with clock.at(MONDAY):
        case = brought_to(State.WAITING, world)
    with clock.at(MONDAY + timedelta(days=6)):
        by_the_clock.lapse()
        assert case.state == State.WAITING
    with clock.at(MONDAY + timedelta(days=8)):
        by_the_clock.lapse()
    assert case.state == State.PROCESSING


def test_a_closed_case_goes_to_the_archive_after_a_month(world: World) -> None:
    case = brought_to(State.CLOSED, world)
    by_the_clock.archive()
    assert case.state == State.CLOSED
    with clock.at(clock.now() + timedelta(days=31)):
        by_the_clock.archive()
    assert case.state == State.ARCHIVED


def test_more_time_is_asked_for_once_before_the_end_and_within_reason(world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    with pytest.raises(Unacceptable):
        moves.request_extension(case, by=world.worker, note="rain", days=11)
    before = case.due_at
    assert before is not None
    moves.request_extension(case, by=world.worker, note="rain", days=1)
    moves.grant_extension(case, by=world.dispatcher)
    assert case.due_at == OFFICE.due(before, Limit(1, Unit.WORK_DAY))
    with pytest.raises(Refusal, match="延期过一次"):
        moves.request_extension(case, by=world.worker, note="more rain", days=1)


def test_no_more_time_is_asked_for_when_it_is_over(world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    case.due_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    with pytest.raises(Refusal, match="时限已过"):
        moves.request_extension(case, by=world.worker, note="rain", days=1)


def test_a_closed_case_comes_back_once_and_within_ten_days(world: World) -> None:
    case = brought_to(State.CLOSED, world)
    with clock.at(clock.now() + timedelta(days=11)), pytest.raises(Refusal, match="10 天"):
        moves.reopen(case, by=world.shift_leader, note="it is back")
    moves.reopen(case, by=world.worker, note="it is back")
    assert (case.state, case.handler_id, case.closed_at) == (
        State.PROCESSING,
        world.worker.id,
        None,
    )
    assert queries.open_assignment(case.id, "handle") is not None
    moves.void(case, by=world.shift_leader, note="never was one")
    assert case.state == State.VOID
