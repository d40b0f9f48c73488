"""What the clock does at the intake: what no end was told of is over, old messages are gone."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock, tasks
from webapp.monitoring.alarms import actions as alarms, queries as known
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import queries
from webapp.monitoring.intake.models import Message
from webapp.monitoring.intake.rules import KEEP_DAYS, KEEP_IGNORED_DAYS, SKEW
from webapp.monitoring.signals import Change, Kind, Signal


@tasks.task("intake.expire", cron="* * * * *")
def expire() -> None:
    """Warnings whose time is up are over, and so is what a recorder forgot to end."""
    now = clock.now()
    for message in queries.run_out(now):
        for key in () if queries.goes_on(message) else message.alarm_ids:
            alarm = known.one(key)
            if alarm is not None and alarm.active:
                _end(message, alarm)
        message.until = None


@tasks.task("intake.forget_messages", cron="31 4 * * *")
def forget() -> None:
    """Messages are kept 90 days, those not for us a week; signatures as long as they are good."""
    now = clock.now()
    queries.forget(now - timedelta(days=KEEP_DAYS), now - timedelta(days=KEEP_IGNORED_DAYS))
    queries.forget_signatures(now - 4 * SKEW)


def _end(message: Message, alarm: Alarm) -> None:
    ended = message.until or message.received_at
    over = Signal(
        kind=Kind(alarm.kind),
        change=Change.CLEARED,
        at=ended,
        own_id=alarm.own_id,
        device=alarm.device,
        version=max(ended, alarm.live_at or ended),
        ended_at=ended,
    )
    alarms.hear(over, source=message.source.code, received_at=clock.now())
