"""What people do with alarms: see them, say that they are over, close them with their outcome, practise."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import lazy_gettext as _l

from webapp.base import clock, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable
from webapp.cases.models import Case
from webapp.monitoring.alarms import actions, casework, climbing, incidents, queries
from webapp.monitoring.alarms.models import Alarm, AlarmCall, Incident
from webapp.monitoring.alarms.rules import (
    ALARM_FLOW,
    CAP_TIME,
    CLOSES_AFTER,
    ENDS,
    GHOSTS_KEPT,
    SEES,
    UNSEEN,
    Outcome,
    State,
)
from webapp.monitoring.signals import Change, Kind, Severity, Signal

# Where alarms of an exercise come from.
EXERCISE = "exercise"


_FOLLOWED: list[Callable[[Alarm, str], None]] = []


def followed(deed: Callable[[Alarm, str], None]) -> Callable[[Alarm, str], None]:
    """`deed` is told of each alarm that people have seen, ended or closed ("see", "end", "close"), in the
    transaction in which they do."""
    _FOLLOWED.append(deed)
    return deed


def look(alarms: Iterable[Alarm], *, by: Actor) -> None:
    """Somebody at the desk has these alarms before them; the first of all who do is kept with the moment."""
    new = [each for each in alarms if each.looked_at is None and each.state != State.CLOSED]
    for alarm in sorted(new, key=lambda each: each.id):
        lock(alarm)
        if alarm.looked_at is None:
            alarm.looked_at, alarm.looked_by_id = clock.now(), by.id
    db.session.flush()


def see(alarm: Alarm, *, by: Actor, base_version: int | None = None) -> None:
    """Somebody has seen the alarm; it does not ring any more."""
    lock(alarm)
    name = SEES.get(State(alarm.state), "see")
    _seen(alarm, by)
    ALARM_FLOW.move(alarm, name, by=by, base_version=base_version)
    _follow(alarm, "see")


def see_all(incident: Incident, *, by: Actor) -> int:
    """Somebody has seen every alarm of the incident; answers how many were new to them."""
    unseen = [each for each in incident.alarms if each.state in UNSEEN and each.live_at]
    for alarm in unseen:
        see(alarm, by=by)
    return len(unseen)


def end(alarm: Alarm, *, by: Actor, base_version: int | None = None) -> None:
    """Somebody says that the condition is over."""
    lock(alarm)
    name = ENDS.get(State(alarm.state), "end")
    ALARM_FLOW.move(alarm, name, by=by, base_version=base_version)
    alarm.over_at = max(clock.now(), alarm.live_at or clock.now())
    alarm.ended_at = max(alarm.ended_at or alarm.over_at, alarm.over_at)
    db.session.flush()
    _follow(alarm, "end")


def close(
    alarm: Alarm,
    *,
    outcome: Outcome | None,
    note: str | None,
    by: Actor,
    base_version: int | None = None,
) -> None:
    """The alarm is closed with what it turned out to be, and its incident with the last of them.

    What is critical must have been seen, and wants a note.
    """
    lock(alarm)
    if alarm.max_severity == Severity.CRITICAL:
        if alarm.state in UNSEEN:
            raise NotOpen(_l("A critical alarm is acknowledged before it is closed."))
        if not note:
            words = _l("A critical alarm is closed with a note.")
            raise Unacceptable(words, fields={"note": words})
    data = {"outcome": outcome, "note": note}
    _seen(alarm, by)
    alarm.outcome, alarm.note = outcome, note
    alarm.closed_at, alarm.closed_by_id = clock.now(), by.id
    ALARM_FLOW.move(
        alarm,
        "close",
        by=by,
        base_version=base_version,
        evidence={"outcome": outcome},
        data={name: value for name, value in data.items() if value},
    )
    _follow(alarm, "close")
    if alarm.incident is not None:
        incidents.end_where_closed(alarm.incident, by=by)


def merge(incident: Incident, into: Incident | None, *, by: Actor) -> None:
    """Somebody at the desk says that two incidents are one: the alarms of the first belong to the other.

    Raises `Unacceptable` where the other cannot take them, `NotOpen` where people were sent to the first.
    """
    if (
        into is None
        or into.id == incident.id
        or into.ended_at
        or into.exercise != incident.exercise
    ):
        words = _l("Choose an incident that is open.")
        raise Unacceptable(words, fields={"into": words})
    for each in sorted((incident, into), key=lambda one: one.id):
        lock(each)
    if incident.ended_at is not None or into.ended_at is not None:
        raise NotOpen(_l("All alarms of this incident are closed."))
    if incidents.outweighs(incident, into):
        words = _l("Take the milder incident into the worse one: its ladder goes on.")
        raise Unacceptable(words, fields={"into": words})
    if incident.case_id is not None:
        raise NotOpen(_l("People were sent to this one: take the other incident into it."))
    incidents.merge(incident, into=into, by=by)


def send(alarm: Alarm, *, by: Actor) -> Case:
    """Somebody at the desk wants people there: the incident has a case, and the nearest is asked."""
    incident = alarm.incident
    if incident is None or incident.ended_at is not None:
        if alarm.state == State.CLOSED:
            raise NotOpen(_l("This alarm is closed."))
        incident = incidents.join(alarm)
    return casework.send(incident, by=by)


def confirm(call: AlarmCall, *, by: Actor) -> None:
    """Whoever was called knows; the log says who says so."""
    lock(call)
    if call.confirmed_at is not None:
        raise NotOpen(_l("This was confirmed already."))
    call.confirmed_at, call.confirmed_by_id = clock.now(), by.id
    incidents.record(call.incident, "confirm", by=by, account=call.account_id)


def call_also(incident: Incident, account_id: int, *, by: Actor) -> AlarmCall:
    """Somebody more is called for the incident."""
    known = queries.call_of(incident.id, account_id)
    if known is not None:
        raise NotOpen(_l("They were called already."))
    made = climbing.call_somebody(incident, account_id)
    incidents.record(incident, "call", by=by, account=account_id)
    return made


def on_way(incident: Incident, *, by: Actor) -> None:
    """Whoever goes is on the way."""
    _say(incident, "on_way_at", "on_way", by)


def arrive(incident: Incident, *, by: Actor) -> None:
    """Whoever goes is there; they were on the way at the latest now."""
    if incident.on_way_at is None:
        _say(incident, "on_way_at", "on_way", by)
    _say(incident, "arrived_at", "arrive", by)


def drill(*, kind: Kind, lon: float, lat: float, words: str, by: Actor) -> Alarm:
    """An exercise begins: the same alarm, the same ladder, marked everywhere, and nobody is sent."""
    now = clock.now()
    signal = Signal(
        kind=kind,
        change=Change.RAISED,
        at=now,
        own_id=f"{by.id}-{now.timestamp():.6f}",
        lonlat=(lon, lat),
        words=words,
        exercise=True,
    )
    alarm = actions.hear(signal, source=EXERCISE, received_at=now).alarm
    ALARM_FLOW.record(alarm, "practise", by=by)
    return alarm


@tasks.task("alarms.tidy", cron="*/10 * * * *")
def tidy() -> None:
    """What is over and was seen long ago is closed; ends without a beginning are forgotten; devices that ring
    no more than they may are said to."""
    now = clock.now()
    for noisy in queries.calm(now - CAP_TIME):
        calmed = Signal(kind=Kind.NOISY, change=Change.CLEARED, at=now, device=noisy.device)
        actions.hear(calmed, source=noisy.source, received_at=now)
    for alarm in queries.to_close(now - CLOSES_AFTER):
        alarm.closed_at = now
        ALARM_FLOW.move(alarm, "close_itself", by=HOUSE)
        if alarm.incident is not None:
            incidents.end_where_closed(alarm.incident)
    for ghost in queries.ghosts(now - GHOSTS_KEPT):
        db.session.delete(ghost)


def _follow(alarm: Alarm, move: str) -> None:
    for deed in _FOLLOWED:
        deed(alarm, move)


def _seen(alarm: Alarm, by: Actor) -> None:
    if alarm.seen_at is None:
        alarm.seen_at, alarm.seen_by_id = clock.now(), by.id
    if alarm.looked_at is None:
        alarm.looked_at, alarm.looked_by_id = alarm.seen_at, by.id


def _say(incident: Incident, column: str, move: str, by: Actor) -> None:
    lock(incident)
    if getattr(incident, column) is not None:
        raise NotOpen(_l("This was said already."))
    setattr(incident, column, clock.now())
    incidents.record(incident, move, by=by)
