"""How an alarm comes to be: a signal is merged into the alarm it belongs to, or is a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from webapp.base.access import HOUSE, Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.spatial import standing_at
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.alarms import climbing, incidents, queries, shelving, standing
from webapp.monitoring.alarms.merging import Course, course_of, order_of, together
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.alarms.rules import ACTIVE, ALARM_FLOW, ENDS, LATE, OPEN, Quiet, State
from webapp.monitoring.signals import KINDS, Kind, Severity, Signal

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
    told, key = course_of(signal), _key(signal, source)
    for _look in range(MOST_LOOKS):
        alarm = _known(signal, key)
        if alarm is not None:
            return _merge(alarm, told, received_at)
        alarm = _new(signal, told, key=key, source=source, received_at=received_at)
        if alarm is not None:
            return _begin(alarm, told, received_at)
    raise RuntimeError(f"the alarm {key} could be neither found nor written")


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Open alarms stand in the grids of the borders in force; answers how many moved."""
    relocation.relocate(Incident, Incident.ended_at.is_(None))
    here = Alarm.state.in_(OPEN)
    return len(relocation.relocate_in_log(Alarm, here, kind="alarm", by=by))


def _key(signal: Signal, source: str) -> str:
    if signal.own_id is not None:
        return f"own:{source}:{signal.own_id}"
    return f"at:{source}:{signal.device or ''}:{signal.kind}"


def _known(signal: Signal, key: str) -> Alarm | None:
    if signal.own_id is not None:
        return queries.named(key)
    return queries.unnamed(key, order_of(signal), life=KINDS[signal.kind].life)


def _new(
    signal: Signal, told: Course, *, key: str, source: str, received_at: datetime
) -> Alarm | None:
    known = standing.find(source, signal.device)
    arriving = insert(Alarm).values(
        key=key,
        source=source,
        own_id=signal.own_id,
        exercise=signal.exercise,
        state=State.RAISED if told.goes_on(for_ever=signal.own_id is not None) else State.OVER,
        version=1,
        received_at=received_at,
        heard_at=received_at,
        camera_id=known.camera_id if known else None,
        device_name=known.name if known else None,
        **_as_columns(told),
        **_place(told, known),
    )
    alarm: Alarm | None = db.session.scalar(arriving.on_conflict_do_nothing().returning(Alarm))
    return alarm


def _begin(alarm: Alarm, told: Course, received_at: datetime) -> Heard:
    if told.live_at is None:
        # The end of something whose beginning has not come yet: kept, and nobody is told.
        ALARM_FLOW.begin(alarm, "end_first", by=HOUSE)
        return Heard(alarm, What.CLEARED)
    _set_quiet(alarm, told, received_at)
    ALARM_FLOW.begin(alarm, "raise", by=HOUSE, data=_about(alarm))
    _reach(alarm)
    return Heard(alarm, _what(alarm))


def _merge(alarm: Alarm, told: Course, received_at: datetime) -> Heard:
    before = _course(alarm)
    whole = together(before, told)
    worse, device = alarm.max_severity, alarm.device
    for name, value in _as_columns(whole).items():
        setattr(alarm, name, value)
    alarm.count += 1
    alarm.heard_at = max(alarm.heard_at, received_at)
    if whole.word("place") != before.word("place") or (device is None and alarm.device):
        _stand(alarm, whole)
    if alarm.state == State.CLOSED:
        db.session.flush()
        return Heard(alarm, What.MERGED)
    return Heard(alarm, _turn(alarm, before, whole, worse, received_at))


def _turn(alarm: Alarm, before: Course, whole: Course, worse: str, received_at: datetime) -> What:
    goes_on = whole.goes_on(for_ever=alarm.own_id is not None)
    if before.live_at is None and whole.live_at is not None:
        # Its end came first: now that its beginning has come too, it is an alarm like any other.
        _set_quiet(alarm, whole, received_at)
        if goes_on:
            ALARM_FLOW.move(alarm, "again", by=HOUSE, data=_about(alarm))
        else:
            ALARM_FLOW.record(alarm, "raise", by=HOUSE, data=_about(alarm))
        _reach(alarm)
        return _what(alarm)
    if goes_on and alarm.state not in ACTIVE:
        _set_quiet(alarm, whole, received_at)
        ALARM_FLOW.move(alarm, "again", by=HOUSE, data={"flaps": alarm.flaps})
        _reach(alarm)
        return What.REOPENED if alarm.quiet is None else _what(alarm)
    if not goes_on and alarm.state in ACTIVE:
        ALARM_FLOW.move(alarm, ENDS[State(alarm.state)], by=HOUSE)
        return What.CLEARED
    if alarm.quiet == Quiet.LATE and goes_on and not _is_late(whole, received_at):
        # It was told of late, and it still goes on.
        _set_quiet(alarm, whole, received_at)
        ALARM_FLOW.record(alarm, "fresh", by=HOUSE)
        _reach(alarm)
        return _what(alarm)
    if alarm.max_severity != worse:
        ALARM_FLOW.record(alarm, "worse", by=HOUSE, data={"severity": alarm.max_severity})
        _reach(alarm)
    db.session.flush()
    return What.MERGED


def _what(alarm: Alarm) -> What:
    if alarm.exercise:
        return What.TEST
    if alarm.quiet is None:
        return What.NEW
    return What.LATE if alarm.quiet == Quiet.LATE else What.SUPPRESSED


def _set_quiet(alarm: Alarm, whole: Course, received_at: datetime) -> None:
    alarm.quiet, alarm.shelf = None, None
    if _is_late(whole, received_at):
        alarm.quiet = Quiet.LATE
        return
    kept = shelving.kept_quiet(alarm, received_at)
    if kept is not None:
        alarm.quiet, alarm.shelf = kept
    elif whole.chattering and not KINDS[Kind(alarm.kind)].life:
        alarm.quiet = Quiet.CHATTERING


def _reach(alarm: Alarm) -> None:
    """What is not quiet belongs to an incident, and its ladder begins; what hangs on it grows quiet."""
    if alarm.quiet is not None:
        return
    if alarm.kind == Kind.OFFLINE:
        for each in queries.below(alarm):
            each.quiet = Quiet.BEHIND
            ALARM_FLOW.record(each, "behind", by=HOUSE, data={"alarm": alarm.id})
    climbing.begin(incidents.join(alarm), since=alarm.heard_at)


def _is_late(whole: Course, received_at: datetime) -> bool:
    return whole.last_at < received_at - LATE


def _about(alarm: Alarm) -> dict[str, Any]:
    said = {"kind": alarm.kind, "severity": alarm.severity, "quiet": alarm.quiet}
    return {name: value for name, value in said.items() if value is not None}


def _as_columns(course: Course) -> dict[str, Any]:
    return {
        "kind": course.kind,
        "severity": course.severity,
        "max_severity": course.max_severity,
        "worst": course.worst,
        "words": course.word("words"),
        "device": course.word("device"),
        "rule": course.word("rule"),
        "score": course.word("score"),
        "media": list(course.media),
        "first_at": course.first_at,
        "last_at": course.last_at,
        "live_at": course.live_at,
        "over_at": course.over_at,
        "ended_at": course.ended_at,
        "said": {name: list(each) for name, each in course.said.items()},
        "turns": [[at.isoformat(), begins] for at, begins in course.turns],
        "flaps": course.flaps,
    }


def _course(alarm: Alarm) -> Course:
    return Course(
        first_at=alarm.first_at,
        last_at=alarm.last_at,
        live_at=alarm.live_at,
        over_at=alarm.over_at,
        ended_at=alarm.ended_at,
        worst=Severity(alarm.worst) if alarm.worst else None,
        said={name: (rank, at, value) for name, (rank, at, value) in alarm.said.items()},
        media=tuple(alarm.media),
        turns=tuple((datetime.fromisoformat(at), begins) for at, begins in alarm.turns),
    )


def _place(told: Course, known: standing.Standing | None) -> dict[str, Any]:
    said = told.word("place")
    if said is not None:
        lon, lat, accuracy = said
        return standing_at(lon, lat, datum=Datum.WGS84, accuracy_m=accuracy)
    if known is not None and known.geom is not None:
        return {"geom": known.geom, "accuracy_m": known.accuracy_m}
    return {}


def _stand(alarm: Alarm, whole: Course) -> None:
    known = standing.find(alarm.source, alarm.device)
    if known is not None:
        alarm.camera_id, alarm.device_name = known.camera_id, known.name
    for name, value in _place(whole, known).items():
        setattr(alarm, name, value)
    db.session.flush()
    db.session.refresh(alarm, ["grid_id", "grid_version_id", "on_border", "cell_code"])
