"""Alarms that ring nobody for a time, by somebody's word or behind a device that is down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import Range

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.forms import WindowForm
from webapp.monitoring.alarms.models import Alarm, Shelf
from webapp.monitoring.alarms.rules import (
    MAINTENANCE_MOST_H,
    SHELVED_MOST_H,
    WINDOW_MOST_DAYS,
    Quiet,
)
from webapp.monitoring.signals import KINDS, Kind


def shelve(
    *,
    quiet: Quiet,
    source: str | None,
    device: str | None,
    kind: Kind | None,
    begin: datetime | None,
    hours: float,
    reason: str,
    by: Actor,
) -> Shelf:
    """New alarms of this scope ring nobody for so long; they are kept and counted.

    Raises `Unacceptable` for a kind on which a life may hang, without any scope, or for too long.
    """
    _check_scope(source, device, kind)
    most = SHELVED_MOST_H if quiet == Quiet.SHELVED else MAINTENANCE_MOST_H
    if not 0 < hours <= most:
        words = _l("At most %(n)s hours.", n=most)
        raise Unacceptable(words, fields={"hours": words})
    since = begin if quiet == Quiet.MAINTENANCE and begin else clock.now()
    until = since + timedelta(hours=hours)
    if until <= clock.now():
        words = _l("This time is over.")
        raise Unacceptable(words, fields={"begin": words})
    shelf = Shelf(quiet=quiet, source=source, device=device, kind=kind, reason=reason)
    return _added(shelf, since, until, "shelve", by)


def plan(said: WindowForm, *, by: Actor) -> Shelf:
    """New alarms of this scope ring nobody on these weekdays in these hours, from the first day to the last.

    Raises `Unacceptable` as above, or for days and hours that are none.
    """
    _check_scope(said.source, said.device, said.kind)
    zone = clock.Calendar().zone
    today = clock.now().astimezone(zone).date()
    first = said.first_day or today
    if said.begins == said.ends:
        words = _l("It ends when it begins.")
        raise Unacceptable(words, fields={"ends": words})
    if said.last_day < max(first, today):
        words = _l("This time is over.")
        raise Unacceptable(words, fields={"last_day": words})
    if said.last_day - first > timedelta(days=WINDOW_MOST_DAYS):
        words = _l("At most %(n)s days from the first to the last.", n=WINDOW_MOST_DAYS)
        raise Unacceptable(words, fields={"last_day": words})
    window = Shelf(
        quiet=Quiet.MAINTENANCE,
        source=said.source,
        device=said.device,
        kind=said.kind,
        weekdays=sorted(set(said.weekdays)),
        begins=said.begins,
        ends=said.ends,
        reason=said.reason,
    )
    over = time() if said.begins < said.ends else said.ends
    since = datetime.combine(first, time(), zone)
    until = datetime.combine(said.last_day + timedelta(days=1), over, zone)
    return _added(window, since, until, "plan", by)


def _check_scope(source: str | None, device: str | None, kind: Kind | None) -> None:
    if kind is not None and KINDS[kind].life:
        words = _l("A life may hang on this kind: it always rings.")
        raise Unacceptable(words, fields={"kind": words})
    if not (source or kind):
        words = _l("Say of which source or kind.")
        raise Unacceptable(words, fields={"source": words})
    if device and not source:
        words = _l("A device needs its source.")
        raise Unacceptable(words, fields={"source": words})


def _added(shelf: Shelf, since: datetime, until: datetime, move: str, by: Actor) -> Shelf:
    shelf.source, shelf.device = shelf.source or None, shelf.device or None
    shelf.span = Range(since, until, bounds="[)")
    shelf.made_by_id, shelf.made_at = by.id, clock.now()
    db.session.add(shelf)
    db.session.flush()
    data = {"reason": shelf.reason}
    audit.record(kind="alarm_shelf", thing_id=shelf.id, move=move, by=by, data=data)
    return shelf


def take_down(shelf: Shelf, *, by: Actor) -> None:
    """Alarms of this scope ring again from now on."""
    now = clock.now()
    if shelf.end <= now:
        raise NotOpen(_l("It is over already."))
    audit.record(kind="alarm_shelf", thing_id=shelf.id, move="take_down", by=by)
    if shelf.begin >= now:
        db.session.delete(shelf)
    else:
        shelf.span = Range(shelf.begin, now, bounds="[)")
    db.session.flush()


def kept_quiet(alarm: Alarm, shelves: Iterable[Shelf]) -> tuple[Quiet, Shelf | None] | None:
    """Why an alarm rings nobody: shelved, under maintenance, or behind a device that is down.

    `shelves` are those in force, the first one first.
    """
    for shelf in shelves:
        if _covers(shelf, alarm):
            return Quiet(shelf.quiet), shelf
    if alarm.kind == Kind.OFFLINE and queries.is_behind(alarm):
        return Quiet.BEHIND, None
    return None


def _covers(shelf: Shelf, alarm: Alarm) -> bool:
    scope = (shelf.source, alarm.source), (shelf.device, alarm.device), (shelf.kind, alarm.kind)
    return all(wanted is None or wanted == given for wanted, given in scope)
