"""The receivers that the house was told to hear: how each stands, and an alarm while one is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import force_locale, lazy_gettext as _l

from webapp.base import clock, tasks
from webapp.base.config import Settings
from webapp.monitoring.alarms import actions as alarms, queries as known
from webapp.monitoring.signals import Change, Kind, Severity, Signal
from webapp.ports.sea import queries
from webapp.ports.sea.listening import addresses
from webapp.ports.sea.rules import QUIET_AFTER, Stand

# How alarms call a process of ours.
HOUSE_SOURCE = "house"
SILENT_WORDS = _l("A receiver of AIS is silent: positions of vessels do not come.")


@dataclass(frozen=True)
class Standing:
    """A receiver by its name, when it was heard last, and how it stands."""

    name: str
    heard_at: datetime | None
    stand: Stand


def stands() -> list[Standing]:
    """The receivers of the setting AIS_RECEIVERS as they stand now."""
    settings: Settings = current_app.extensions["settings"]
    names = [str(each) for each in addresses(settings.heard_receivers)]
    heard, now = queries.heard_of(names) if names else {}, clock.now()
    return [Standing(name, heard.get(name), _stand(heard.get(name), now)) for name in names]


@tasks.task("receivers.watch", cron="* * * * *")
def watch() -> None:
    """The desk knows when a receiver that was heard has fallen silent, and when it speaks again."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    for each in stands():
        silent = each.stand is Stand.SILENT
        if silent == known.is_active(HOUSE_SOURCE, each.name):
            continue
        with force_locale(settings.locale):
            words = str(SILENT_WORDS)
        told = Signal(
            kind=Kind.OFFLINE,
            change=Change.RAISED if silent else Change.CLEARED,
            at=now,
            device=each.name,
            severity=Severity.MAJOR,
            words=words,
        )
        alarms.hear(told, source=HOUSE_SOURCE, received_at=now)


def _stand(heard_at: datetime | None, now: datetime) -> Stand:
    if heard_at is None:
        return Stand.NEVER
    return Stand.SILENT if heard_at < now - QUIET_AFTER else Stand.HEARD
