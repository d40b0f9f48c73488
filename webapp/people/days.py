"""Days of the office as moments: a post begins with its first day and ends with its last one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

from webapp.base import clock


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), zone())


def end_of(day: date) -> datetime:
    """The first moment that is not in the day any more."""
    return start_of(day + timedelta(days=1))


def first_day(since: datetime) -> date:
    """The first day of a time that begins then."""
    return since.astimezone(zone()).date()


def last_day(until: datetime) -> date:
    """The last day of a time that ends before this moment."""
    return (until - timedelta(microseconds=1)).astimezone(zone()).date()


def today() -> date:
    """The day it is at the office."""
    return clock.now().astimezone(zone()).date()


def zone() -> ZoneInfo:
    """The time zone of the office."""
    return ZoneInfo(current_app.extensions["settings"].timezone)
