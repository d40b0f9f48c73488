"""What the clock does at the intake: what no end was told of is over, old messages are gone."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import force_locale, lazy_gettext as _l

from webapp.base import broker, clock, intake, tasks
from webapp.base.config import Settings
from webapp.monitoring.alarms import actions as alarms, queries as known
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import queries
from webapp.monitoring.intake.models import Message
from webapp.monitoring.intake.rules import KEEP_DAYS, KEEP_IGNORED_DAYS, SKEW
from webapp.monitoring.signals import Change, Kind, Severity, Signal

# How alarms call the process of ours that hears machines.
HOUSE_SOURCE, HOUSE_DEVICE = "house", "intake"
SILENT_WORDS = _l("The intake is silent: what machines say over MQTT waits at the broker.")


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


@tasks.task("intake.watch", cron="* * * * *")
def watch() -> None:
    """The desk knows when nobody hears machines any more, and when somebody does again."""
    settings: Settings = current_app.extensions["settings"]
    heard = intake.heard_s() if broker.place(settings) is not None else None
    if heard is None:
        return
    silent, now = heard > intake.SILENT_S, clock.now()
    if silent == known.is_active(HOUSE_SOURCE, HOUSE_DEVICE):
        return
    with force_locale(settings.locale):
        words = str(SILENT_WORDS)
    told = Signal(
        kind=Kind.OFFLINE,
        change=Change.RAISED if silent else Change.CLEARED,
        at=now,
        device=HOUSE_DEVICE,
        severity=Severity.MAJOR,
        words=words,
    )
    alarms.hear(told, source=HOUSE_SOURCE, received_at=now)


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
