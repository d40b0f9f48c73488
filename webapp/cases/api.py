"""Cases for machines: report one, read one, read them page by page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.flow import Unacceptable
from webapp.base.security import limiter
from webapp.base.web import Form
from webapp.cases import actions, queries
from webapp.cases.forms import ReportForm
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, DESK, FIELD, OPEN, QUEUES, Source, State

bp = Blueprint("cases_api", __name__, url_prefix="/api/v1")

LARGEST_PAGE = 200


class ListForm(Form):
    """Which cases, and how many at once."""

    state: State | None = None
    queue: str | None = None
    before: int | None = Field(default=None, ge=1)
    limit: int = Field(default=50, ge=1, le=LARGEST_PAGE)


@bp.post("/cases")
@limiter.limit("100/second")
@permit("cases.report")
def report() -> ResponseReturnValue:
    """A machine or a phone reports: 201, or 200 when this `client_id` has arrived before."""
    form = ReportForm.read(request)
    if not form.words:
        words = _l("Say in a few words what it is.")
        raise Unacceptable(words, fields={"words": words})
    who = me()
    settings: Settings = current_app.extensions["settings"]
    case = actions.report(
        class_code=form.class_code,
        lon=form.lon,
        lat=form.lat,
        datum=form.datum,
        accuracy_m=form.accuracy_m,
        words=form.words,
        where_words=form.where_words,
        said_grid=form.said_grid,
        source=_source(),
        by=who,
        happened_at=form.happened_at,
        client_id=form.client_id,
        answers=form.answers,
        prefix=settings.case_prefix,
    )
    answer = jsonify(described(case))
    answer.headers["Location"] = f"/api/v1/cases/{case.number}"
    return answer, 200 if case.replayed else 201


def _source() -> Source:
    who = me()
    if who.holds(DESK):
        return Source.DESK
    return Source.WORKER if who.holds(FIELD) else Source.MACHINE


@bp.get("/cases/<number>")
@permit("cases.see", of=queries.by_number)
def one(case: Case) -> ResponseReturnValue:
    """One case by its number."""
    return jsonify(described(case))


@bp.get("/cases")
@permit("cases.read")
def listed() -> ResponseReturnValue:
    """Cases that the owner of the token may see, newest first; `next` leads on."""
    form = ListForm.of(request.args.to_dict())
    states = [form.state] if form.state else list(OPEN)
    if form.queue is not None:
        if form.queue not in QUEUES:
            words = _l("Choose one of the list.")
            raise Unacceptable(words, fields={"queue": words})
        states = list(QUEUES[form.queue][1])
    rows = queries.listed(me(), states=states, before=form.before, limit=form.limit + 1)
    body: dict[str, Any] = {"cases": [described(case) for case in rows[: form.limit]]}
    if len(rows) > form.limit:
        body["next"] = _next(rows[form.limit - 1].id)
    return jsonify(body)


def _next(before: int) -> str:
    return "/api/v1/cases?" + urlencode({**request.args.to_dict(), "before": before})


def described(case: Case) -> dict[str, Any]:
    """A case as a machine reads it: nothing about persons."""
    lonlat = case.lonlat
    return {
        "number": case.number,
        "state": case.state,
        "state_words": str(CASE_FLOW.states[State(case.state)]),
        "version": case.version,
        "class": {"code": case.class_code, "name": case.case_class.name},
        "words": case.words,
        "where": case.where_words,
        "source": case.source,
        "lon": round(lonlat[0], 7) if lonlat else None,
        "lat": round(lonlat[1], 7) if lonlat else None,
        "accuracy_m": case.accuracy_m,
        "grid": {"code": case.grid.code, "name": case.grid.name} if case.grid else None,
        "cell": case.cell_code,
        "on_border": bool(case.on_border),
        "happened_at": case.happened_at.isoformat(),
        "received_at": case.received_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "url": f"/cases/{case.id}",
    }
