"""Pages of visits to doors: what is due, one visit, a new one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import to_user_timezone

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page, part_of_address, wants_json
from webapp.cases.field import actions, queries
from webapp.cases.field.forms import VisitForm
from webapp.cases.field.models import Visit
from webapp.cases.field.rules import (
    PURPOSE_WORDS,
    TRIES,
    VISIT_FLOW,
    Purpose,
)
from webapp.people import steps
from webapp.people.outdoors import VISIT_M, ConflictForm

bp = Blueprint("visits", __name__)

# Each step of the page with the moves it may become, and what it takes of the form.
DEEDS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "done": (actions.make_visit, ("done",), ("note", "stood")),
    "knock": (actions.knock, ("knock", "not_home"), ("note", "stood")),
    "refuse": (actions.refuse_visit, ("refuse",), ("note",)),
}


@bp.get("/visits")
@told_then
@permit("visits.see")
def listed() -> Response:
    """Visits that are due, the longest due first, and the last ones."""
    who = me()
    return page(
        "field/visits.html",
        due=queries.visits_due(who),
        ended=queries.visits_ended(who),
        purposes=PURPOSE_WORDS,
        flow=VISIT_FLOW,
        today=to_user_timezone(clock.now()).date(),
        tries=TRIES,
        now=clock.now(),
    )


@bp.get("/visits/<int:visit_id>")
@permit("visits.see", of=queries.visit)
def one(visit: Visit) -> Response:
    """One visit: the door, the tries, what can be done."""
    who = me()
    return page(
        "field/visit.html",
        visit=visit,
        before=queries.visits_before(visit.door_id, visit.id),
        makes=may(who, "visits.make", visit) and "done" in VISIT_FLOW.open_moves(visit, who),
        purposes=PURPOSE_WORDS,
        flow=VISIT_FLOW,
        tries=TRIES,
        near_m=VISIT_M,
        now=clock.now(),
    )


@bp.get("/visits/new")
@permit("visits.plan")
def new() -> Response:
    """A visit that will be due: where, why, by when."""
    return _new_page(sent={})


@bp.post("/visits")
@permit("visits.plan")
def plan() -> ResponseReturnValue:
    """The visit is due."""
    try:
        form = VisitForm.read(request)
        visit = actions.due_visit(
            label=form.label,
            lon=form.lon,
            lat=form.lat,
            purpose=form.purpose,
            due_on=form.due_on,
            every_days=form.every_days,
            by=me(),
        )
    except Refusal as refusal:
        db.session.rollback()
        if wants_json():
            raise
        return _new_page(
            sent=request.form.to_dict(),
            errors=refusal.fields,
            told=refusal.words,
            status=refusal.status,
        )
    return goto("visits.one", visit_id=visit.id)


def _new_page(
    *,
    sent: dict[str, Any],
    errors: dict[str, Any] | None = None,
    told: Any = None,
    status: int = 200,
) -> Response:
    return page(
        "field/visit_new.html",
        status=status,
        sent=sent,
        errors=errors or {},
        told=told,
        purposes=[(purpose.value, PURPOSE_WORDS[purpose]) for purpose in Purpose],
        today=to_user_timezone(clock.now()).date(),
    )


@bp.post("/visits/<int:visit_id>/<any(done, knock, refuse):name>")
@permit("visits.see", of=lambda visit_id, name: queries.visit(visit_id))
def move(visit: Visit) -> ResponseReturnValue:
    """One step of the visit; when nobody opens for the third time it has ended."""
    deed, names, wanted = DEEDS[part_of_address("name")]
    return steps.step(VISIT_FLOW, visit, names, deed, wanted, _page_of(visit))


@bp.post("/visits/<int:visit_id>/conflict")
@permit("visits.see", of=queries.visit)
def conflict(visit: Visit) -> ResponseReturnValue:
    """A step of the visit gave way to what somebody else had done; the log says so."""
    return steps.settle(VISIT_FLOW, visit, ConflictForm.read(request), _page_of(visit))


def _page_of(visit: Visit) -> str:
    return url_for("visits.one", visit_id=visit.id)
