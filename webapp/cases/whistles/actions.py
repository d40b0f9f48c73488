"""What is done with a whistle: blown, answered on the spot, planned, carried out, rated."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from webapp.base import clock, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.base.spatial import shape_of, to_metric
from webapp.cases import parts, queries as cases, timing
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, ENDED, PartState
from webapp.cases.telling import tell
from webapp.cases.whistles import queries
from webapp.cases.whistles.models import Whistle, WhistleCall
from webapp.cases.whistles.rules import (
    CALL_FLOW,
    REPORT_IN,
    REPORT_IN_M,
    WHISTLE_FLOW,
    CallState,
    WhistleKind,
    WhistleState,
)
from webapp.people import queries as people

LEADERS = ("street_leader",)


def blow(
    case: Case, *, kind: WhistleKind, lead: int, units: Iterable[int], words: str, by: Actor
) -> Whistle:
    """The departments are called to the case and their people know; one whistle a case at a time."""
    if case.state in ENDED:
        raise NotOpen(_l("This case is over. No whistle is blown for it."))
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    called = {unit.id: unit for unit in cases.departments([lead, *units])}
    if lead not in called:
        said = _l("Choose the department that leads.")
        raise Unacceptable(said, fields={"lead": said})
    now = clock.now()
    due_at = timing.office().due(now, REPORT_IN[kind])
    whistle = Whistle(
        case_id=case.id,
        kind=kind,
        state=WhistleState.BLOWN,
        version=1,
        words=words,
        grid_id=case.grid_id,
        blower_id=by.id,
        lead_unit_id=lead,
        blown_at=now,
        due_at=due_at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(whistle)
            db.session.flush()
    except IntegrityError as error:
        raise Changed(_l("A whistle was blown for this case already and is not over.")) from error
    for unit in called.values():
        call = WhistleCall(
            whistle_id=whistle.id,
            unit_id=unit.id,
            state=CallState.CALLED,
            version=1,
            due_at=due_at,
        )
        db.session.add(call)
        db.session.flush()
        CALL_FLOW.begin(call, "call", by=by, data={"unit": unit.name})
    names = [unit.name for unit in called.values()]
    WHISTLE_FLOW.begin(whistle, "blow", by=by, data={"words": words, "units": names})
    CASE_FLOW.record(case, "whistle", by=by, data={"note": words, "units": names})
    for unit_id in called:
        readers = cases.staff_of(unit_id)
        tell(case, readers, N_("Whistle: come to %(number)s, %(what)s. %(note)s"), note=words)
    return whistle


def report_in(
    call: WhistleCall,
    *,
    by: Actor,
    lon: float | None,
    lat: float | None,
    datum: Datum = Datum.WGS84,
    accuracy_m: float | None = None,
    note: str | None = None,
    base_version: int | None = None,
) -> None:
    """The department is there, shown by the position of a phone near the case, or with a reason."""
    whistle = call.whistle
    if whistle.state in queries.ENDED:
        raise NotOpen(_l("This whistle is over."))
    away = _away(whistle.case, lon, lat, datum)
    near = away is not None and away <= REPORT_IN_M
    CALL_FLOW.move(
        call,
        "report_in",
        by=by,
        evidence={"presence": near or bool(note)},
        base_version=base_version,
        data={"distance_m": round(away) if away is not None else None, "note": note},
    )
    call.account_id, call.reported_at, call.note = by.id, clock.now(), note
    call.lon, call.lat, call.accuracy_m, call.distance_m = lon, lat, accuracy_m, away
    tell(
        whistle.case,
        [whistle.blower_id],
        N_("%(number)s: %(unit)s has reported in"),
        unit=call.unit.name,
    )


def meet(whistle: Whistle, *, by: Actor, **moved: Any) -> None:
    """Those who came meet on the spot; at least one department has reported in."""
    if not any(call.state == CallState.REPORTED_IN for call in whistle.calls):
        raise NotOpen(_l("Nobody has reported in yet."))
    WHISTLE_FLOW.move(whistle, "meet", by=by, **moved)


def agree(whistle: Whistle, *, by: Actor, note: str | None, **moved: Any) -> None:
    """There is a plan, and every department that was called has its part in the case."""
    WHISTLE_FLOW.move(
        whistle, "agree", by=by, evidence={"note": note}, data={"note": note}, **moved
    )
    whistle.plan = note
    in_it = {part.unit_id for part in whistle.case.parts if part.state != PartState.GONE}
    others = [call.unit for call in whistle.calls if call.unit_id not in in_it]
    parts.send(whistle.case, None, others, task=note, by=by)


def execute(whistle: Whistle, *, by: Actor, **moved: Any) -> None:
    """The plan is being carried out."""
    WHISTLE_FLOW.move(whistle, "execute", by=by, **moved)


def report_result(whistle: Whistle, *, by: Actor, note: str | None, **moved: Any) -> None:
    """There is a result; whoever blew rates it."""
    WHISTLE_FLOW.move(
        whistle, "report_result", by=by, evidence={"note": note}, data={"note": note}, **moved
    )
    whistle.result = note
    tell(
        whistle.case,
        [whistle.blower_id],
        N_("%(number)s: the whistle has a result, please rate it"),
    )


def rate(
    whistle: Whistle, *, by: Actor, rating: int | None, note: str | None = None, **moved: Any
) -> None:
    """Whoever blew says how it went; nobody rates themselves."""
    data = {"rating": rating, "note": note}
    WHISTLE_FLOW.move(whistle, "rate", by=by, evidence={"rating": rating}, data=data, **moved)
    whistle.rating, whistle.rating_words = rating, note


def close(whistle: Whistle, *, by: Actor, **moved: Any) -> None:
    """The whistle is over; the case goes its own way."""
    WHISTLE_FLOW.move(whistle, "close", by=by, **moved)
    whistle.closed_at = clock.now()


def call_off(whistle: Whistle, *, by: Actor, note: str | None, **moved: Any) -> None:
    """Nobody has to come any more, and those who were called know."""
    WHISTLE_FLOW.move(
        whistle, "call_off", by=by, evidence={"note": note}, data={"note": note}, **moved
    )
    whistle.closed_at = clock.now()
    readers = [account for call in whistle.calls for account in cases.staff_of(call.unit_id)]
    tell(whistle.case, readers, N_("%(number)s: the whistle is called off. %(note)s"), note=note)


@tasks.task("whistles.miss", cron="* * * * *")
def miss() -> None:
    """Departments that did not come in time stand as absent, and the street leader knows."""
    for call in queries.missed(clock.now()):
        CALL_FLOW.move(call, "miss", by=HOUSE)
        readers = [call.whistle.blower_id, *people.holders_everywhere(LEADERS)]
        words = N_("%(number)s: %(unit)s did not answer the whistle in time")
        tell(call.whistle.case, readers, words, unit=call.unit.name)


def _away(case: Case, lon: float | None, lat: float | None, datum: Datum) -> float | None:
    if lon is None or lat is None or case.geom is None:
        return None
    x, y = to_metric(lon, lat, datum)
    here = shape_of(case.geom).centroid
    return hypot(x - here.x, y - here.y)
