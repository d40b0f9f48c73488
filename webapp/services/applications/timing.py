"""How long an application may take: working time that counts only while it is with the house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from webapp.base import clock
from webapp.base.clock import Calendar, Limit, Unit
from webapp.services.applications.models import Application
from webapp.services.applications.rules import LEVEL_OF, RUNNING, State
from webapp.services.items.rules import ACCEPT

# The first four fifths of a limit are green, then it is yellow, then red.
SOON = 0.8

_calendars: list[Callable[[], Calendar]] = [Calendar]


def counted_by(office: Callable[[], Calendar]) -> None:
    """Working time is counted by this calendar from now on: the office may have days of its own."""
    _calendars[:] = [office]


def office() -> Calendar:
    """The working time by which limits are counted."""
    return _calendars[0]()


def day_s() -> float:
    """Working seconds of a full day of today."""
    calendar = office()
    return calendar.hours_of_a_day(clock.now().astimezone(calendar.zone).date()) * 3600


def follow(application: Application, before: str) -> None:
    """The clock runs or stands still as the state wants in which it stands now; `before` it stood there."""
    now = clock.now()
    runs, ran = application.state in RUNNING, application.running_since is not None
    if ran and not runs:
        _stop(application, now)
    elif runs and not ran:
        _go_on(application, now)
    if application.state != before:
        _stage(application, now)


def notice_over(application: Application) -> None:
    """The public notice is over: from its last moment on the clock runs again."""
    _go_on(application, application.publicity_until or clock.now())


def worked_s(application: Application, now: datetime) -> float:
    """Working seconds that it has been with the house until now."""
    since = application.running_since
    more = office().worked(since, now) if since else timedelta()
    return application.worked_s + more.total_seconds()


def whole_s(application: Application) -> float:
    """Working seconds that were promised for it."""
    return application.item.promised_days * day_s()


def part_used(application: Application, now: datetime) -> float:
    """Which part of the promised time is used up: 0.8 is where green ends, 1 where red begins."""
    return worked_s(application, now) / whole_s(application)


def supplement_due(since: datetime, limit: Limit) -> datetime:
    """Until when a supplement may come."""
    return office().due(since, limit)


def _stop(application: Application, now: datetime) -> None:
    application.worked_s = worked_s(application, now)
    application.running_since = None


def _go_on(application: Application, now: datetime) -> None:
    application.running_since = now
    whole = whole_s(application)
    left, until_soon = whole - application.worked_s, SOON * whole - application.worked_s
    if left <= 0:
        # Late before it paused, and as late afterwards: the moment that was missed stays.
        application.due_at = application.due_at or now
        return
    application.due_at = _after(now, left)
    application.soon_at = _after(now, max(until_soon, 0.0))


def _stage(application: Application, now: datetime) -> None:
    step = ACCEPT if application.state == State.SUBMITTED else LEVEL_OF.get(application.state)
    days = application.item.said.limits.get(step) if step else None
    application.stage_due_at = office().due(now, Limit(days, Unit.WORK_DAY)) if days else None


def _after(moment: datetime, seconds: float) -> datetime:
    return office().due(moment, Limit(seconds / 3600, Unit.WORK_HOUR))
