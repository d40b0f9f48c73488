"""A source is told what people decided here: written with the move, told soon after, again until it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from flask_babel import force_locale, lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock, tasks
from webapp.base.access import HOUSE
from webapp.base.config import Settings
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Refusal
from webapp.monitoring.alarms import handling
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.reaching import Declined, Unknown
from webapp.monitoring.ways import actions, queries
from webapp.monitoring.ways.models import Told, Way
from webapp.monitoring.ways.platforms import LISTENERS, Gone, Listener
from webapp.monitoring.ways.rules import HELD_FOR, TELLS, Act, ToldState, WayKind, wait_s

# One round of the task lasts about so long at most (seconds).
BUSY_S = 20.0


@handling.followed
def note(alarm: Alarm, move: str) -> None:
    """What people did with the alarm is to be told to its source, where that is wanted.

    Only the moves of people: what the source itself says, also as the echo of this, tells it nothing.
    """
    if alarm.exercise or alarm.own_id is None:
        return
    way = queries.telling(alarm)
    if way is None:
        return
    acts = TELLS[WayKind(way.kind)].get(move, ())
    rows = [
        {
            "source_id": way.source_id,
            "kind": way.kind,
            "alarm_id": alarm.id,
            "act": act,
            "state": ToldState.WAITING,
            "due_at": clock.now(),
        }
        for act in acts
    ]
    if rows:
        db.session.execute(insert(Told).on_conflict_do_nothing(), rows)


@tasks.task("ways.tell", cron="* * * * * */5", retry=0, lock="ways.tell")
def tell() -> None:
    """What was due has been told, or says why not."""
    until = time.monotonic() + BUSY_S
    settings: Settings = current_app.extensions["settings"]
    with force_locale(settings.locale):
        while time.monotonic() < until and tell_some():
            pass


def tell_some() -> int:
    """One round: some of what was due was told. Answers how much was tried.

    Commits before it tells, so that no transaction waits for a source, and after each source.
    """
    held = queries.take_due(clock.now(), held_for=HELD_FOR)
    by_source: dict[tuple[int, str], list[Told]] = {}
    for row in held:
        by_source.setdefault((row.source_id, row.kind), []).append(row)
    todo = {
        key: [(row.id, Act(row.act), str(row.alarm.own_id)) for row in rows]
        for key, rows in by_source.items()
    }
    db.session.commit()
    for (source_id, kind), rows in todo.items():
        _tell_source(source_id, WayKind(kind), rows)
        db.session.commit()
    return len(held)


def again(told: Told) -> None:
    """Somebody wants the source to be told once more, now."""
    lock(told)
    if told.state == ToldState.TOLD:
        raise NotOpen(_l("The source was told this already."))
    told.state, told.tries, told.due_at = ToldState.WAITING, 0, clock.now()
    db.session.flush()


def _tell_source(source_id: int, kind: WayKind, rows: Sequence[tuple[int, Act, str]]) -> None:
    way = queries.way(source_id, kind)
    if way is None:
        for told_id, _act, _own_id in rows:
            _settle(told_id, _l("The source is not told anything any more."), for_good=True)
        return
    sealed = bytes(way.sealed)
    db.session.commit()
    outcomes, failed = _told(kind, sealed, rows)
    for told_id, (why, for_good) in outcomes.items():
        _settle(told_id, why, for_good=for_good)
    _note_way(source_id, kind, sealed, failed)


def _told(
    kind: WayKind, sealed: bytes, rows: Sequence[tuple[int, Act, str]]
) -> tuple[dict[int, tuple[object | None, bool]], object | None]:
    """By their numbers why each could not be told (None: it was) and whether for good; and why the
    source does not answer at all. Asks nobody more than once who does not answer."""
    settings: Settings = current_app.extensions["settings"]
    outcomes: dict[int, tuple[object | None, bool]] = {}
    listener: Listener | None = None
    away: Refusal | None = None
    for told_id, act, own_id in rows:
        if away is not None:
            outcomes[told_id] = (away.words, False)
            continue
        try:
            if listener is None:
                listener = LISTENERS[kind](actions.keys_of(sealed), settings.allowed_camera_hosts)
            listener.tell(act, own_id)
            outcomes[told_id] = (None, False)
        except Gone as refusal:
            outcomes[told_id] = (refusal.words, True)
        except Refusal as refusal:
            outcomes[told_id] = (refusal.words, False)
            # What it declines of one alarm says nothing about the others.
            if isinstance(refusal, Unknown) or not isinstance(refusal, Declined):
                away = refusal
    return outcomes, away.words if away is not None else None


def _settle(told_id: int, why: object | None, *, for_good: bool) -> None:
    """It stands where this try left it; the log of the alarm says once it was told, or given up."""
    told = queries.told(told_id)
    if told is None:
        return
    lock(told)
    if told.state != ToldState.WAITING:
        return
    now = clock.now()
    told.tries, told.held_until = told.tries + 1, None
    if why is None:
        told.state, told.told_at, told.why = ToldState.TOLD, now, None
        _record(told, "told_back")
        return
    told.why = str(why)[: actions.LONGEST_WHY]
    wait = None if for_good else wait_s(told.tries)
    if wait is None:
        told.state = ToldState.FAILED
        _record(told, "not_told_back")
    else:
        told.due_at = now + timedelta(seconds=wait)


def _note_way(source_id: int, kind: WayKind, sealed: bytes, failed: object | None) -> None:
    way: Way | None = queries.way(source_id, kind)
    if way is None or bytes(way.sealed) != sealed:
        return
    if failed is None:
        actions.reached(way)
    else:
        actions.lost(way, str(failed))


def _record(told: Told, move: str) -> None:
    alarm = told.alarm
    lock(alarm)
    audit.record(
        kind="alarm",
        thing_id=alarm.id,
        move=move,
        by=HOUSE,
        grid_id=alarm.grid_id,
        grid_version_id=alarm.grid_version_id,
        data={"way": told.kind, "act": told.act},
    )
