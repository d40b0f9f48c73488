"""How an alarm comes to be: a signal is merged into the alarm it belongs to, or is a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from webapp.base.access import Actor
from webapp.base.db import db
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.alarms import finding, queries, standing
from webapp.monitoring.alarms.following import Aftermath
from webapp.monitoring.alarms.merging import Course, course_of, order_of, together
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.alarms.rows import PLACE, as_columns, course_kept, place_of
from webapp.monitoring.alarms.rules import (
    ACTIVE,
    ENDS,
    NOISY_RULE,
    OPEN,
    Quiet,
    State,
    nameless_key,
)
from webapp.monitoring.signals import KINDS, Change, Kind, Signal

# Where two hear of the same alarm at once, one of them looks again; more often than so is a fault.
MOST_LOOKS = 5


class What(StrEnum):
    """What a signal came to."""

    NEW = "new"
    MERGED = "merged"
    CLEARED = "cleared"
    REOPENED = "reopened"
    LATE = "late"
    SUPPRESSED = "suppressed"
    TEST = "test"


@dataclass(frozen=True)
class Heard:
    """The alarm to which a signal belongs, and what came of it."""

    alarm: Alarm
    what: What


def hear(signal: Signal, *, source: str, received_at: datetime) -> Heard:
    """The signal is merged into its alarm; whoever must know will know once this is committed.

    Signals may come in any order and more than once: the alarm ends the same. A new alarm stands in
    its grid, belongs to an incident, and is due to reach people where its kind wants that.
    """
    (heard,) = hear_all([signal], source=source, received_at=received_at)
    return heard


def hear_all(signals: Sequence[Signal], *, source: str, received_at: datetime) -> list[Heard]:
    """The same for several signals of one source, one after the other; what the database is asked does
    not grow with their number."""
    told = [_Told(each, _key(each, source), course_of(each)) for each in signals]
    if not told:
        return []
    keys, since = {each.key for each in told}, min(order_of(each) for each in signals)
    known, after = finding.held(keys, since=since), Aftermath(received_at)
    heard: dict[int, Heard] = {}
    looks = 0
    while len(heard) < len(told):
        new: dict[str, int] = {}
        for place, each in enumerate(told):
            # What is of the same key as something new waits until that is written.
            if place in heard or each.key in new:
                continue
            alarm = _known(each, known[each.key])
            if alarm is None:
                new[each.key] = place
            else:
                heard[place] = Heard(alarm, _merge(alarm, each.course, after))
        if not new:
            break
        written = _write([told[new[key]] for key in sorted(new)], source, received_at)
        after.count(written)
        for alarm, _room in written:
            known[alarm.key].append(alarm)
            place = new[alarm.key]
            heard[place] = Heard(alarm, _begin(alarm, told[place].course, after))
        if len(written) < len(new):
            # Somebody else has written one of them meanwhile.
            looks += 1
            if looks == MOST_LOOKS:
                raise RuntimeError(f"an alarm of {sorted(new)} could be neither found nor written")
            known = finding.held(keys, since=since)
    after.done()
    if after.noisy:
        hear_all(
            [_too_many(each, received_at) for each in after.noisy],
            source=source,
            received_at=received_at,
        )
    return [heard[place] for place in range(len(told))]


def _too_many(alarm: Alarm, at: datetime) -> Signal:
    """What the desk hears in the place of an alarm that is one of too many of its device; it lies where that does."""
    place = course_kept(alarm).word("place")
    return Signal(
        kind=Kind.NOISY,
        change=Change.RAISED,
        at=at,
        device=alarm.device,
        lonlat=(place[0], place[1]) if place else None,
        accuracy_m=place[2] if place else None,
        rule=f"{NOISY_RULE}{alarm.kind}",
    )


@dataclass(frozen=True)
class _Told:
    signal: Signal
    key: str
    course: Course


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Open alarms stand in the grids of the borders in force; answers how many moved."""
    relocation.relocate(Incident, Incident.ended_at.is_(None))
    here = Alarm.state.in_(OPEN)
    return len(relocation.relocate_in_log(Alarm, here, kind="alarm", by=by))


def _key(signal: Signal, source: str) -> str:
    if signal.own_id is not None:
        return f"own:{source}:{signal.own_id}"
    return nameless_key(source, signal.device, signal.kind)


def _known(told: _Told, known: Sequence[Alarm]) -> Alarm | None:
    if told.signal.own_id is not None:
        return known[0] if known else None
    life = KINDS[told.signal.kind].life
    return finding.unnamed(known, order_of(told.signal), life=life)


def _write(
    told: Sequence[_Told], source: str, received_at: datetime
) -> list[tuple[Alarm, int | None]]:
    """New alarms, of different keys and in their order, each with how often its device may still ring; without
    those that somebody else has written."""
    known = standing.find_all(source, [each.signal.device for each in told])
    rows = [_row(each, known.get(each.signal.device or ""), source, received_at) for each in told]
    db.session.flush()
    arriving = insert(Alarm).on_conflict_do_nothing().returning(Alarm, queries.ROOM)
    made = db.session.execute(arriving, rows, execution_options={"render_nulls": True})
    return [(alarm, room) for alarm, room in made]


def _row(
    told: _Told, known: standing.Standing | None, source: str, received_at: datetime
) -> dict[str, Any]:
    own_id, course = told.signal.own_id, told.course
    goes_on = course.goes_on(for_ever=own_id is not None)
    return {
        "key": told.key,
        "source": source,
        "own_id": own_id,
        "exercise": told.signal.exercise,
        "state": State.RAISED if goes_on else State.OVER,
        "version": 1,
        "received_at": received_at,
        "heard_at": received_at,
        "camera_id": known.camera_id if known else None,
        "device_name": known.name if known else None,
        **as_columns(course),
        **dict.fromkeys(PLACE),
        **place_of(course, known),
    }


def _begin(alarm: Alarm, told: Course, after: Aftermath) -> What:
    if told.live_at is None:
        # The end of something whose beginning has not come yet: kept, and nobody is told.
        after.began(alarm, "end_first")
        return What.CLEARED
    after.weigh(alarm, told)
    after.began(alarm, "raise", _about(alarm))
    after.reach(alarm)
    return _what(alarm)


def _merge(alarm: Alarm, told: Course, after: Aftermath) -> What:
    before = course_kept(alarm)
    whole = together(before, told)
    worse, device = alarm.max_severity, alarm.device
    for name, value in as_columns(whole).items():
        setattr(alarm, name, value)
    alarm.count += 1
    alarm.heard_at = max(alarm.heard_at, after.at)
    if whole.word("place") != before.word("place") or (device is None and alarm.device):
        after.moved[alarm] = whole
    if alarm.state == State.CLOSED:
        return What.MERGED
    return _turn(alarm, before, whole, worse, after)


def _turn(alarm: Alarm, before: Course, whole: Course, worse: str, after: Aftermath) -> What:
    goes_on = whole.goes_on(for_ever=alarm.own_id is not None)
    if before.live_at is None and whole.live_at is not None:
        # Its end came first: now that its beginning has come too, it is an alarm like any other.
        after.weigh(alarm, whole)
        if goes_on:
            after.make(alarm, "again", _about(alarm))
        else:
            after.note(alarm, "raise", _about(alarm))
        after.reach(alarm)
        return _what(alarm)
    if goes_on and alarm.state not in ACTIVE:
        after.weigh(alarm, whole)
        after.make(alarm, "again", {"flaps": alarm.flaps})
        after.reach(alarm)
        return What.REOPENED if alarm.quiet is None else _what(alarm)
    if not goes_on and alarm.state in ACTIVE:
        after.make(alarm, ENDS[State(alarm.state)])
        return What.CLEARED
    if alarm.quiet == Quiet.LATE and goes_on and not after.is_late(whole):
        # It was told of late, and it still goes on.
        after.weigh(alarm, whole)
        after.note(alarm, "fresh")
        after.reach(alarm)
        return _what(alarm)
    if alarm.max_severity != worse:
        after.note(alarm, "worse", {"severity": alarm.max_severity})
        after.reach(alarm)
    return What.MERGED


def _what(alarm: Alarm) -> What:
    if alarm.exercise:
        return What.TEST
    if alarm.quiet is None:
        return What.NEW
    return What.LATE if alarm.quiet == Quiet.LATE else What.SUPPRESSED


def _about(alarm: Alarm) -> dict[str, Any]:
    said = {"kind": alarm.kind, "severity": alarm.severity, "quiet": alarm.quiet}
    return {name: value for name, value in said.items() if value is not None}
