"""Pages of the day outdoors: today's walk, the shortlist, conflicts that a person has settled."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l, to_user_timezone

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.spatial import shape_of, to_metric
from webapp.base.web import goto, page, part_of_address, wants_json
from webapp.cases import queries as cases, timing
from webapp.cases.field import actions, ordering, queries
from webapp.cases.field.forms import SpotForm
from webapp.cases.field.ordering import Stop
from webapp.cases.field.rules import PURPOSE_WORDS, Purpose
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, DUTY_WORDS, Duty, Grade
from webapp.cases.views import plain
from webapp.people.outdoors import ConflictForm
from webapp.people.steps import keep_theirs
from webapp.residents import shown, visit_queries
from webapp.residents.models import Building

bp = Blueprint("field", __name__)


@bp.get("/cases/today")
@permit("cases.report")
def today() -> Response:
    """Today's stops in walking order: duties, pinned cases, visits due, points of patrols."""
    spot = SpotForm.of(request.args.to_dict())
    start = to_metric(spot.lon, spot.lat) if spot.lon is not None and spot.lat is not None else None
    now = clock.now()
    walk = ordering.walked(_stops(), start=start, now=now)
    return page("field/today.html", fragment="today", walk=walk, now=now, placed=start is not None)


@bp.get("/cases/offered")
@permit("cases.report")
def offered() -> Response:
    """The urgent case to which I am asked to go, for the corner of every page of the phone."""
    case, answer_by = cases.offered(me()) or (None, None)
    return page("field/offered.html", fragment="offered", case=case, answer_by=answer_by)


def _stops() -> list[Stop]:
    who, day = me(), to_user_timezone(clock.now()).date()
    duties = [
        _case_stop(row, row.duty, str(DUTY_WORDS[Duty(row.duty)])) for row in cases.today(who)
    ]
    known = {stop.select for stop in duties}
    pinned = [_case_stop(row, "pinned", str(_l("Pinned"))) for row in queries.pinned(who)]
    visits = [
        Stop(
            kind="visit",
            title=str(PURPOSE_WORDS[Purpose(row.purpose)]),
            title_en=None,
            where=row.label,
            url=url_for("visits.one", visit_id=row.id),
            select=f"visit:{row.id}",
            spot=_spot(row),
            due_at=_evening(row.due_on),
        )
        for row in queries.visits_to_make(who, day)
    ]
    points = [
        Stop(
            kind="point",
            title=row.name,
            title_en=None,
            where=row.title,
            url=url_for("patrols.one", patrol_id=row.patrol_id, _anchor=f"point-{row.id}"),
            select=f"point:{row.id}",
            spot=_spot(row),
        )
        for row in queries.points_to_see(who, day)
    ]
    homes = [
        Stop(
            kind="visit",
            title=str(_l("A home")),
            title_en=None,
            where=shown.home(visit.household.dwelling),
            url=url_for("home_visits.one", visit_id=visit.id),
            select=f"home_visit:{visit.id}",
            spot=_middle(visit.household.dwelling.building),
            due_at=_evening(visit.due_on),
        )
        for visit in visit_queries.to_make(who, day)
    ]
    unknown = (stop for stop in pinned if stop.select not in known)
    return [*duties, *unknown, *visits, *homes, *points]


def _case_stop(row: Any, kind: str, words: str) -> Stop:
    return Stop(
        kind=kind,
        title=row.class_name,
        title_en=row.class_name_en,
        where=row.where_words or row.grid_name or "",
        url=url_for("cases.one", case_id=row.id),
        select=f"case:{row.id}",
        spot=_spot(row),
        due_at=row.due_at,
        hasty=row.grade == Grade.EMERGENCY,
        more={"words": words},
    )


def _spot(row: Any) -> tuple[float, float] | None:
    return (row.x, row.y) if row.x is not None else None


def _middle(building: Building) -> tuple[float, float] | None:
    if building.geom is None:
        return None
    spot = shape_of(building.geom).centroid
    return spot.x, spot.y


def _evening(day: Any) -> datetime:
    """A visit is due by the end of its day."""
    return datetime.combine(day, time(23, 59), timing.office().zone).astimezone(UTC)


@bp.post("/cases/<int:case_id>/<any(pin, unpin):name>")
@permit("cases.see", of=lambda case_id, name: cases.one(case_id))
def pin(case: Case) -> ResponseReturnValue:
    """The case stands on the shortlist of the one who asks, or stands there no more."""
    {"pin": actions.pin, "unpin": actions.unpin}[part_of_address("name")](case, by=me())
    return jsonify(plain(case)) if wants_json() else goto("cases.one", case_id=case.id)


@bp.post("/cases/<int:case_id>/conflict")
@permit("cases.see", of=cases.one)
def conflict(case: Case) -> ResponseReturnValue:
    """A step gave way to what somebody else had done to the case; the log says so."""
    form = ConflictForm.read(request)
    keep_theirs(
        CASE_FLOW,
        case,
        move=form.step,
        by=me(),
        note=form.note,
        client_at=form.happened_at,
        mark=form.client_id or uuid.uuid4(),
    )
    return jsonify(plain(case)) if wants_json() else goto("cases.one", case_id=case.id)
