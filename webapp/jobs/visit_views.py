"""Pages of return visits: one, with what is to be asked and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.jobs import meeting_queries as meetings, shown, visits
from webapp.jobs.forms import StepForm
from webapp.jobs.models import Visit
from webapp.jobs.rules import VISIT_FLOW
from webapp.people import days

bp = Blueprint("job_visits", __name__, url_prefix="/jobs/visits")

STEPS: dict[str, Callable[[StepForm], dict[str, Any]]] = {
    "visit": lambda form: {"stays": form.stays, "hired": form.hired, "note": form.note},
    "give_up": lambda form: {"note": form.note},
}


@bp.get("/<int:visit_id>")
@permit("jobs.visit", of=meetings.visit)
def one(visit: Visit) -> Response:
    """A return visit: whom to ask, and what came of it."""
    return _visit(visit)


@bp.post(f"/<int:visit_id>/<any({', '.join(STEPS)}):name>")
@permit("jobs.visit", of=lambda visit_id, name: meetings.visit(visit_id))
def step(visit: Visit) -> ResponseReturnValue:
    """A return visit is noted, or nobody was reached."""
    key, name = visit.id, part_of_address("name")
    try:
        form = StepForm.read(request)
        visits.MOVES[name](visit, by=me(), base_version=form.base_version, **STEPS[name](form))
    except Refusal as refusal:
        return _visit(afresh(refusal, lambda: meetings.visit(key)), refusal, name)
    return goto("job_visits.one", visit_id=key)


def _visit(visit: Visit, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    return page(
        "jobs/visit.html",
        status=refusal.status if refusal else 200,
        visit=visit,
        posting=visit.hire.posting,
        moves=VISIT_FLOW.open_moves(visit, me()),
        flow=VISIT_FLOW,
        today=days.today(),
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **shown.words(),
    )
