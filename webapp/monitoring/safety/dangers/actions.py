"""What is done with hidden dangers: written down, ordered, put right, looked at again, cleared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import EvidenceMissing, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.cases.models import Case
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.shown import what
from webapp.monitoring.safety.dangers import queries
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import (
    DANGER_FLOW,
    OF_ALARM,
    OPEN,
    DangerKind,
    DangerState,
    FoundBy,
    Level,
)
from webapp.monitoring.safety.dangers.telling import tell_enterprise, tell_officers, tell_people
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.moving import move
from webapp.monitoring.signals import Severity
from webapp.people import days
from webapp.people.refusing import refusing

NO_PHOTO = _l("Take a photo of what you found.")


@dataclass(frozen=True)
class Found:
    """What was found. Without a place it is where its enterprise stands."""

    kind: DangerKind
    level: Level
    words: str
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = None


def find(
    said: Found,
    photo: StoredFile | None,
    *,
    profile: Profile | None,
    how: FoundBy = FoundBy.INSPECTION,
    by: Actor,
) -> HiddenDanger:
    """The hidden danger is written down and waits for its order; a major one is told to the leader.

    Raises `EvidenceMissing` without a photo, `Unacceptable` without a place.
    """
    if photo is None:
        raise EvidenceMissing(NO_PHOTO, fields={"photo": NO_PHOTO})
    made = _new(said.kind, said.level, said.words, profile, how, by)
    made.found_photo_id = photo.id
    if said.lon is not None and said.lat is not None:
        made.place_at(said.lon, said.lat, datum=said.datum, accuracy_m=said.accuracy_m)
    else:
        _stand_with(made, profile)
    return _keep(made, by, photo=photo.id)


def find_by_alarm(alarm: Alarm, *, by: Actor) -> HiddenDanger:
    """What an alarm showed is a hidden danger of the enterprise it watches; the one there is, if there is."""
    known = queries.of_alarm(alarm.id)
    if known is not None:
        return known
    level = Level.MAJOR if alarm.max_severity == Severity.CRITICAL else Level.GENERAL
    kind = OF_ALARM.get(alarm.kind, DangerKind.OTHER)
    words = alarm.words or str(what(alarm))
    made = _new(kind, level, words, queries.profile_of_alarm(alarm), FoundBy.ALARM, by)
    made.alarm_id = alarm.id
    _stand_at(made, alarm)
    return _keep(made, by, alarm=alarm.id)


def find_by_case(case: Case, *, by: Actor) -> HiddenDanger:
    """What a case reports is a hidden danger; the one there is, if there is."""
    known = queries.of_case(case.id)
    if known is not None:
        return known
    near = queries.near(case) if case.geom is not None else None
    words = case.words or case.case_class.name
    made = _new(DangerKind.OTHER, Level.GENERAL, words, near, FoundBy.CASE, by)
    made.case_id = case.id
    _stand_at(made, case)
    return _keep(made, by, case=case.id)


def grade(
    danger: HiddenDanger, level: Level, *, note: str | None, base_version: int | None, by: Actor
) -> None:
    """The hidden danger is of this level; one that became a major one is told to the leader."""
    hold(danger, base_version)
    if danger.state not in OPEN:
        raise NotOpen(_l("This hidden danger is over."))
    before, danger.level = danger.level, level
    DANGER_FLOW.record(danger, "grade", by=by, data={"from": before, "level": level, "note": note})
    if level is Level.MAJOR and before != level:
        _climb(danger)


def order(
    danger: HiddenDanger,
    *,
    responsible: str | None,
    due_on: date | None,
    measures: str | None = None,
    base_version: int | None = None,
    by: Actor,
) -> None:
    """Somebody has to put it right until the end of a day, and the enterprise knows. Raises `Unacceptable`."""
    _must_be_ahead(due_on)
    move(
        DANGER_FLOW,
        danger,
        "order",
        by=by,
        base_version=base_version,
        evidence={"responsible": responsible, "due_on": due_on},
        data={"responsible": responsible, "due_on": due_on and str(due_on), "note": measures},
        responsible=responsible,
        measures=measures,
        ordered_at=clock.now(),
        ordered_by_id=by.id,
        due_at=days.end_of(due_on) if due_on else None,
    )
    words = N_("To be put right until %(day)s: %(what)s (%(where)s)")
    tell_enterprise(danger, words, day=str(due_on))
    tell_people(danger, words, but=by, day=str(due_on))


def extend(
    danger: HiddenDanger,
    *,
    due_on: date | None,
    note: str | None,
    base_version: int | None,
    by: Actor,
) -> None:
    """There is time until another day; the log says why."""
    hold(danger, base_version)
    if danger.state != DangerState.ORDERED:
        raise NotOpen(_l("Only what is to be put right has a deadline."))
    _must_be_ahead(due_on)
    missing = {
        name: _l("This is needed.")
        for name, said in (("due_on", due_on), ("note", note))
        if not said
    }
    if missing:
        raise EvidenceMissing(_l("Something is still missing for this step."), fields=missing)
    _set_deadline(danger, due_on)
    DANGER_FLOW.record(danger, "extend", by=by, data={"due_on": str(due_on), "note": note})
    tell_enterprise(
        danger, N_("There is time until %(day)s: %(what)s (%(where)s)"), day=str(due_on)
    )


def rectify(
    danger: HiddenDanger,
    photo: StoredFile | None,
    *,
    note: str | None,
    base_version: int | None = None,
    by: Actor,
) -> None:
    """It is put right as the photo shows; somebody else looks again."""
    move(
        DANGER_FLOW,
        danger,
        "rectify",
        by=by,
        base_version=base_version,
        evidence={"after_photo": photo, "note": note},
        data={"note": note, "photo": photo.id if photo else None},
        rectified_at=clock.now(),
        rectified_by_id=by.id,
        rectified_photo_id=photo.id if photo else None,
        rectified_note=note,
    )
    words = N_("Put right, please look again: %(what)s (%(where)s)")
    tell_officers(danger, words, but=by)
    tell_people(danger, words, but=by)


def recheck(
    danger: HiddenDanger,
    photo: StoredFile | None,
    *,
    note: str | None = None,
    base_version: int | None = None,
    by: Actor,
) -> None:
    """Somebody else has looked and it is right."""
    move(
        DANGER_FLOW,
        danger,
        "recheck",
        by=by,
        base_version=base_version,
        evidence={"recheck_photo": photo},
        data={"note": note, "photo": photo.id if photo else None},
        rechecked_at=clock.now(),
        rechecked_by_id=by.id,
        rechecked_photo_id=photo.id if photo else None,
    )
    tell_officers(
        danger, N_("Looked at again and right, please clear: %(what)s (%(where)s)"), but=by
    )


def send_back(
    danger: HiddenDanger, *, note: str | None, base_version: int | None = None, by: Actor
) -> None:
    """It is not right yet; the deadline stays, and whoever has to put it right knows why."""
    DANGER_FLOW.move(
        danger,
        "send_back",
        by=by,
        base_version=base_version,
        evidence={"note": note},
        data={"note": note},
    )
    # What was shown stays in the log.
    for name in ("rectified", "rechecked"):
        for part in ("at", "by_id", "photo_id"):
            setattr(danger, f"{name}_{part}", None)
    danger.rectified_note = None
    db.session.flush()
    words = N_("Not right yet: %(what)s (%(where)s). %(note)s")
    tell_enterprise(danger, words, note=note)
    tell_people(danger, words, but=by, note=note)


def clear(danger: HiddenDanger, *, base_version: int | None = None, by: Actor) -> None:
    """The hidden danger is over, and whoever found it and the enterprise know."""
    move(
        DANGER_FLOW,
        danger,
        "clear",
        by=by,
        base_version=base_version,
        cleared_at=clock.now(),
        cleared_by_id=by.id,
    )
    words = N_("Cleared: %(what)s (%(where)s)")
    tell_enterprise(danger, words)
    tell_people(danger, words, but=by, also=[danger.found_by_id])


def drop(
    danger: HiddenDanger, *, note: str | None, base_version: int | None = None, by: Actor
) -> None:
    """There is nothing to put right; the log says why."""
    DANGER_FLOW.move(
        danger,
        "drop",
        by=by,
        base_version=base_version,
        evidence={"note": note},
        data={"note": note},
    )


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Open hidden dangers stand in the grids of the borders in force; answers how many moved."""
    here = HiddenDanger.state.in_(OPEN)
    return len(relocation.relocate_in_log(HiddenDanger, here, kind=DANGER_FLOW.kind, by=by))


def _new(
    kind: DangerKind, level: Level, words: str, profile: Profile | None, how: FoundBy, by: Actor
) -> HiddenDanger:
    return HiddenDanger(
        profile_id=profile.id if profile else None,
        kind=kind,
        level=level,
        words=words,
        state=DangerState.FOUND,
        version=1,
        found_how=how,
        found_at=clock.now(),
        found_by_id=by.id,
    )


def _stand_with(made: HiddenDanger, profile: Profile | None) -> None:
    if profile is None or profile.enterprise.geom is None:
        words = _l("Say where it is, or choose an enterprise.")
        raise Unacceptable(words, fields={"lon": words})
    _stand_at(made, profile.enterprise)


def _stand_at(made: HiddenDanger, other: Any) -> None:
    for name in ("geom", "raw_lon", "raw_lat", "datum", "accuracy_m"):
        setattr(made, name, getattr(other, name))


def _keep(made: HiddenDanger, by: Actor, **data: Any) -> HiddenDanger:
    said = NotOpen(_l("It is written down as a hidden danger already."))
    with refusing(uq_hidden_danger_alarm=said, uq_hidden_danger_case=said):
        db.session.add(made)
    DANGER_FLOW.begin(made, "find", by=by, data={"note": made.words, **data})
    tell_officers(made, N_("Hidden danger found: %(what)s (%(where)s)"), but=by)
    if made.level == Level.MAJOR:
        _climb(made)
    return made


def _climb(danger: HiddenDanger) -> None:
    tell_officers(danger, N_("Major hidden danger: %(what)s (%(where)s)"), leaders=True)


def _must_be_ahead(due_on: date | None) -> None:
    if due_on is not None and due_on < days.today():
        words = _l("This day is over already.")
        raise Unacceptable(words, fields={"due_on": words})


def _set_deadline(danger: HiddenDanger, due_on: date | None) -> None:
    danger.due_at = days.end_of(due_on) if due_on else None
    danger.soon_told_at = danger.late_told_at = None
    db.session.flush()
