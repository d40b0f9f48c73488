"""An incident that wants people is a case: opened once, offered by the dispatch of all cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import force_locale, gettext, lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen
from webapp.base.spatial import center, shape_of
from webapp.cases import actions as cases, candidates, offers, queries as known
from webapp.cases.dispatching import Call
from webapp.cases.models import Case
from webapp.cases.rota import queries as rota
from webapp.cases.rules import ENDED, UNASKED, Duty, Grade, Source, State
from webapp.monitoring.alarms import incidents
from webapp.monitoring.alarms.models import Incident
from webapp.monitoring.signals import KINDS, Kind

# The class of the case by which people are sent, for each kind of alarm; each family has one for the rest.
CLASSES: Mapping[str, str] = {
    Kind.AMMONIA: "21004",
    Kind.HELMET: "21002",
    Kind.LEFT_POST: "21003",
    Kind.WATER_LEVEL: "23001",
    Kind.RAIN: "23004",
    Kind.INTRUSION: "21014",
    Kind.VESSEL_UNREPORTED: "24001",
    Kind.VESSEL_CLOSED_SEASON: "24005",
    Kind.VESSEL_CROWDING: "24006",
    "fire": "22001",
    "gas": "21005",
    "flood": "23004",
    "people": "21013",
    "work": "21003",
    "vessel": "24008",
    "weather": "23006",
}
# What has no class of its own is a matter of fire protection and other equipment.
OTHERWISE = "21008"

# Whoever was asked a moment ago, by the ladder or by the clock of offers, is not passed over by the other.
FRESH = timedelta(seconds=20)
# Whoever is asked for an alarm has so long to answer; then the next one is asked.
ANSWER = timedelta(seconds=60)
# However late the ladder is, whoever is asked has so long to answer.
LEAST = timedelta(seconds=30)

# Nobody has accepted it so far: the next may be asked.
WAITING = UNASKED | {State.DISPATCHED}


def class_of(kind: Kind) -> str:
    """The class of the case for an alarm of this kind."""
    return CLASSES.get(kind) or CLASSES.get(KINDS[kind].family) or OTHERWISE


def send(incident: Incident, *, by: Actor) -> Case:
    """The incident has a case, and whoever is nearest, able and free is asked to go.

    One case for an incident, however often this is asked. An exercise never has one.
    """
    if incident.exercise:
        raise NotOpen(_l("This is an exercise: nobody is sent."))
    if incident.ended_at is not None:
        raise NotOpen(_l("All alarms of this incident are closed."))
    lock(incident)
    case = incident.case
    if case is None or case.state in ENDED:
        case = open_case(incident, by=by)
    offer(case)
    return case


def offer(case: Case) -> int | None:
    """The case is offered to somebody, or to the next where whoever was asked has not answered.

    Answers who is asked now; None where it was accepted already, or where nobody can be asked.
    """
    waiting = known.open_assignment(case.id, Duty.HANDLE)
    if case.state == State.DISPATCHED and waiting is not None and waiting.taken_at is None:
        if waiting.sent_at < clock.now() - FRESH:
            offers.pass_on(waiting)
    elif case.state in WAITING:
        asked = offers.offer(case, without=rota.asked_of(case.id))
        if asked is None:
            # Who has not answered is asked once more before nobody is.
            offers.offer(case)
    db.session.refresh(case)
    return case.handler_id if case.state == State.DISPATCHED else None


def answer_until(case: Case, moment: datetime) -> None:
    """Whoever is asked sees that the case goes to the next at that moment, or a little later."""
    waiting = known.open_assignment(case.id, Duty.HANDLE)
    if waiting is not None and waiting.taken_at is None:
        moment = max(moment, clock.now() + LEAST)
        waiting.answer_by = min(moment, waiting.answer_by or moment)
        db.session.flush()


def open_case(incident: Incident, *, by: Actor) -> Case:
    """The incident has a case of the class of its kind, at its place."""
    settings: Settings = current_app.extensions["settings"]
    kind = Kind(incident.kind)
    said = next((each.words for each in incident.alarms if each.words), None)
    with force_locale(settings.locale):
        what = gettext("Alarm: %(what)s", what=KINDS[kind].words)
    lon, lat = incident.lonlat or (None, None)
    case = cases.report(
        class_code=class_of(kind),
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        accuracy_m=incident.accuracy_m,
        words=f"{said} · {what}" if said else what,
        where_words=incidents.device_names(incident),
        source=Source.MACHINE,
        by=by,
        happened_at=min((each.first_at for each in incident.alarms), default=None),
        prefix=settings.case_prefix,
    )
    incident.case = case
    incidents.record(incident, "send", by=by, case=case.number)
    return case


def call_for(incident: Incident) -> Call:
    """The incident as the choice of people sees it, without any case."""
    skills, people = candidates.wanted(class_of(Kind(incident.kind)), rota.wishes())
    at = None
    if incident.geom is not None:
        x, y = center(shape_of(incident.geom))
        at = (x, y)
    grade = Grade.EMERGENCY if incident.life else Grade.URGENT
    return Call(
        id=incident.id, at=at, grid_id=incident.grid_id, grade=grade, skills=skills, people=people
    )


def taken(case: Case) -> bool:
    """True when somebody has accepted to go, or it is done."""
    return case.state not in WAITING
