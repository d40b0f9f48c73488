"""How long a case may take: the limit of the whole, that of each step, and clocks that stand still."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from webapp.base import clock
from webapp.base.clock import Calendar, Limit, Unit
from webapp.cases.models import Case, FilingCondition
from webapp.cases.rules import PAUSED, Grade, State
from webapp.cases.standards.in_force import standards
from webapp.cases.standards.rules import Pace

# The first four fifths of a limit are green, then it is yellow, then red.
SOON = 0.8

# What a case may take whose class has no condition on file.
OTHERWISE = Limit(1, Unit.WORK_DAY)

# How long a case may stand at each step, and how long where haste is wanted, unless the office has
# set another limit.
STAGES: dict[State, Limit] = {
    State.REPORTED: Limit(0.5, Unit.WORK_HOUR),
    State.VERIFYING: Limit(2, Unit.WORK_HOUR),
    State.ACCEPTED: Limit(0.5, Unit.WORK_HOUR),
    State.FILED: Limit(0.5, Unit.WORK_HOUR),
    State.DISPATCHED: Limit(0.5, Unit.WORK_DAY),
    State.RETURN_REQUESTED: Limit(1, Unit.WORK_HOUR),
    State.EXTENSION_REQUESTED: Limit(1, Unit.WORK_HOUR),
    State.HOLD_REQUESTED: Limit(1, Unit.WORK_HOUR),
    State.FEEDBACK: Limit(0.5, Unit.WORK_HOUR),
    State.CHECKING: Limit(4, Unit.WORK_HOUR),
    State.CHECKED: Limit(0.5, Unit.WORK_HOUR),
}
HASTY: dict[State, Limit] = {
    State.REPORTED: Limit(5, Unit.MINUTE),
    State.VERIFYING: Limit(30, Unit.MINUTE),
    State.ACCEPTED: Limit(5, Unit.MINUTE),
    State.FILED: Limit(5, Unit.MINUTE),
    State.DISPATCHED: Limit(10, Unit.MINUTE),
    State.CHECKING: Limit(2, Unit.WORK_HOUR),
}

# How long an offer waits for an answer where haste is wanted; else as long as the step may take.
ANSWERS: dict[str, Limit] = {
    Grade.EMERGENCY: Limit(1, Unit.MINUTE),
    Grade.URGENT: Limit(10, Unit.MINUTE),
}


def office() -> Calendar:
    """The working time by which limits are counted, as it is in force now."""
    return standards().calendar


def stage_limit(state: State, pace: Pace) -> Limit | None:
    """How long a case may stand at a step; None: no limit, or for haste that of ordinary cases."""
    set_here = standards().stages.get((state, pace))
    return set_here or (STAGES if pace is Pace.NORMAL else HASTY).get(state)


def stage_limit_of(state: State, grade: str) -> Limit | None:
    """The limit of the step for a case of this grade; None: the step has none."""
    hasty = stage_limit(state, Pace.HASTY) if grade != Grade.NORMAL else None
    return hasty or stage_limit(state, Pace.NORMAL)


def limit_of(condition: FilingCondition | None) -> Limit:
    """What a case may take from its filing on."""
    if condition is None:
        return OTHERWISE
    return Limit(condition.limit_amount, Unit(condition.limit_unit))


def answer_by(case: Case, *, since: datetime) -> datetime:
    """Until when whoever is asked from a moment on may take the case before it goes to the next."""
    limit = ANSWERS.get(case.grade) or stage_limit_of(State.DISPATCHED, case.grade)
    return office().due(since, limit or STAGES[State.DISPATCHED])


def terms(condition: FilingCondition | None, *, since: datetime, at: State) -> dict[str, Any]:
    """The columns of a case whose clock runs by this condition from a moment, standing at a state."""
    limit = limit_of(condition)
    grade = condition.grade if condition else Grade.NORMAL
    soon_at, due_at = _marks(since, limit)
    guard_due_at = None
    if condition and condition.guard_amount and condition.guard_unit:
        guard = Limit(condition.guard_amount, Unit(condition.guard_unit))
        guard_due_at = office().due(since, guard)
    return {
        "condition_id": condition.id if condition else None,
        "grade": grade,
        "limit_amount": limit.amount,
        "limit_unit": limit.unit,
        "soon_at": soon_at,
        "due_at": due_at,
        "guard_due_at": guard_due_at,
        "counted_by": standards().calendar_edition,
        **_stage(at, grade, since),
    }


def begin(case: Case, condition: FilingCondition | None, *, since: datetime) -> None:
    """The clock of the whole runs anew from a moment; grade and first duty follow the condition."""
    for name, value in terms(condition, since=since, at=State(case.state)).items():
        setattr(case, name, value)


def follow(case: Case, before: str) -> None:
    """The clocks are those of the state in which the case stands now; `before` it stood there."""
    now = clock.now()
    if case.state in PAUSED and before not in PAUSED:
        _pause(case, now)
    elif before in PAUSED and case.state not in PAUSED:
        _go_on(case, now)
    for name, value in _stage(State(case.state), case.grade, now).items():
        setattr(case, name, value)


def _stage(state: State, grade: str, since: datetime) -> dict[str, datetime | None]:
    limit = stage_limit_of(state, grade)
    soon_at, due_at = _marks(since, limit) if limit else (None, None)
    return {"stage_soon_at": soon_at, "stage_due_at": due_at}


def extend(case: Case, working_days: int) -> None:
    """The whole may take so many working days more."""
    if case.due_at is None:
        return
    more = Limit(working_days, Unit.WORK_DAY)
    before, case.due_at = case.due_at, office().due(case.due_at, more)
    case.soon_at = max(case.soon_at or before, before)


def _marks(since: datetime, limit: Limit) -> tuple[datetime, datetime]:
    part = Limit(limit.amount * SOON, limit.unit)
    return office().due(since, part), office().due(since, limit)


def _pause(case: Case, now: datetime) -> None:
    """What is left may be less than nothing: a case that is late stays late by as much."""
    if case.due_at is None:
        return
    late = case.due_at < now
    since, until = (case.due_at, now) if late else (now, case.due_at)
    left = until - since if case.limit_unit == Unit.MINUTE else office().worked(since, until)
    case.paused_at, case.left_s = now, -left.total_seconds() if late else left.total_seconds()


def _go_on(case: Case, now: datetime) -> None:
    if case.left_s is None or case.due_at is None or case.paused_at is None:
        return
    if case.left_s > 0:
        case.due_at = _after(case, now, case.left_s)
        soon_left = case.left_s - (1 - SOON) * _whole_s(case, now)
        case.soon_at = _after(case, now, max(soon_left, 0.0))
    else:
        case.due_at += now - case.paused_at
    case.counted_by = standards().calendar_edition
    case.paused_at = case.left_s = None


def _after(case: Case, now: datetime, seconds: float) -> datetime:
    if case.limit_unit == Unit.MINUTE:
        return now + timedelta(seconds=seconds)
    return office().due(now, Limit(seconds / 3600, Unit.WORK_HOUR))


def _whole_s(case: Case, now: datetime) -> float:
    amount = case.limit_amount or 0.0
    if case.limit_unit == Unit.MINUTE:
        return amount * 60
    if case.limit_unit == Unit.WORK_DAY:
        amount *= office().hours_of_a_day(now.astimezone(office().zone).date())
    return amount * 3600
