"""The clock of an application: it counts working time, and pauses never count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from webapp.base import clock
from webapp.services.applications import timing
from webapp.services.applications.rules import State

BEGIN = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)

gaps = st.floats(min_value=0, max_value=100, allow_nan=False)


def _application(promised: float = 5) -> Any:
    limits = {"accept": 0.5, "village": 0.5, "station": 0.5, "street": 1, "district": 2.5}
    rules = SimpleNamespace(limits=limits)
    return SimpleNamespace(
        item=SimpleNamespace(promised_days=promised, said=rules),
        state=State.DRAFT,
        running_since=None,
        worked_s=0.0,
        soon_at=None,
        due_at=None,
        stage_due_at=None,
        publicity_until=None,
    )


def _go(application: Any, state: State, at: datetime) -> None:
    before, application.state = application.state, state
    with clock.at(at):
        timing.follow(application, before)


@given(st.lists(st.tuples(gaps, gaps), max_size=4), gaps)
def test_pauses_never_count(turns: list[tuple[float, float]], last: float) -> None:
    """Working time is that of the stretches outside the pauses, whatever the pauses were."""
    office, now, expected = timing.office(), BEGIN, timedelta()
    application = _application()
    _go(application, State.SUBMITTED, now)
    for ran, paused in turns:
        until = now + timedelta(hours=ran)
        expected += office.worked(now, until)
        _go(application, State.SUPPLEMENT, until)
        now = until + timedelta(hours=paused)
        _go(application, State.SUBMITTED, now)
    end = now + timedelta(hours=last)
    expected += office.worked(now, end)
    assert timing.worked_s(application, end) == pytest.approx(expected.total_seconds(), abs=0.01)


@given(st.lists(st.tuples(gaps, gaps), max_size=4))
def test_the_end_moves_by_the_pauses_and_by_nothing_else(turns: list[tuple[float, float]]) -> None:
    """At its end, what was promised is used up: no more and no less."""
    application, now = _application(promised=60), BEGIN
    _go(application, State.SUBMITTED, now)
    for ran, paused in turns:
        _go(application, State.SUPPLEMENT, now + timedelta(hours=ran))
        now += timedelta(hours=ran + paused)
        _go(application, State.SUBMITTED, now)
    used = timing.worked_s(application, application.due_at)
    assert used == pytest.approx(timing.whole_s(application), abs=0.01)
    soon = timing.worked_s(application, application.soon_at)
    assert soon >= timing.SOON * timing.whole_s(application) - 0.01


def test_what_is_late_stays_late_through_a_pause() -> None:
    application = _application(promised=1)
    _go(application, State.SUBMITTED, BEGIN)
    missed = application.due_at
    _go(application, State.SUPPLEMENT, BEGIN + timedelta(days=3))
    _go(application, State.SUBMITTED, BEGIN + timedelta(days=9))
    assert application.due_at == missed


def test_every_step_has_its_own_end() -> None:
    application = _application()
    _go(application, State.SUBMITTED, BEGIN)
    assert application.stage_due_at == BEGIN + timedelta(hours=5, minutes=15)
    _go(application, State.STREET_REVIEW, BEGIN + timedelta(hours=1))
    assert application.stage_due_at == BEGIN + timedelta(hours=25)


def test_the_notice_over_the_clock_goes_on_from_its_end() -> None:
    application = _application()
    _go(application, State.STREET_REVIEW, BEGIN)
    _go(application, State.PUBLICITY, BEGIN + timedelta(hours=1))
    application.publicity_until = BEGIN + timedelta(days=7, hours=1)
    with clock.at(BEGIN + timedelta(days=7, hours=2)):
        timing.notice_over(application)
        assert timing.worked_s(application, clock.now()) == pytest.approx(2 * 3600)
