"""Pages of inspections: the list, one of them on the phone, the plan, the visits that monitoring saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import audit, files
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.spatial import point
from webapp.base.web import afresh, goto, page
from webapp.monitoring.safety.inspections import actions, plan, queries
from webapp.monitoring.safety.inspections.actions import Seen
from webapp.monitoring.safety.inspections.forms import (
    AnswerForm,
    DoneForm,
    IntervalForm,
    ItemForm,
    ListForm,
    PlanForm,
)
from webapp.monitoring.safety.inspections.models import Inspection
from webapp.monitoring.safety.inspections.rules import (
    INSPECTION_FLOW,
    InspectionState,
    Watched,
    against,
)
from webapp.monitoring.safety.inspections.shown import LANES, done, words
from webapp.monitoring.safety.rules import Risk, Trade
from webapp.people import days, queries as people

bp = Blueprint("inspections", __name__, url_prefix="/safety")

MOST_LINES = 40
FREE_LINES = 3
A_YEAR = timedelta(days=365)


@bp.get("/inspections")
@told_then
@permit("inspections.see")
def listed() -> Response:
    """The inspections one may see, by their end, or the nearest first."""
    wish = ListForm.of({name: said for name, said in request.args.items() if said})
    near = point(wish.lon, wish.lat) if wish.lon is not None and wish.lat is not None else None
    today = days.today()
    return page(
        "monitoring/safety/inspections/list.html",
        found=queries.listed(me(), lane=wish.lane, today=today, near=near, after=wish.after),
        wish=wish,
        counts=queries.counts(me(), today),
        inspection_lanes=LANES,
        **words(),
    )


@bp.get("/inspections/<int:inspection_id>")
@permit("inspections.see", of=queries.inspection)
def one(inspection: Inspection) -> Response:
    """One inspection: its checklist while it is due, what it found once it is done."""
    return _one(inspection)


@bp.post("/inspections/<int:inspection_id>")
@permit("inspections.do", of=queries.inspection)
def hand_in(inspection: Inspection) -> ResponseReturnValue:
    """The inspection is handed in; whatever is not in order is a hidden danger."""
    key = inspection.id
    items, _own = queries.items(Trade(inspection.profile.trade))
    try:
        form = DoneForm.read(request)
        here = (form.lon, form.lat) if form.lon is not None and form.lat is not None else None
        actions.hand_in(
            inspection,
            items,
            _seen(len(items)),
            note=form.note,
            lonlat=here,
            base_version=form.base_version,
            by=me(),
        )
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.inspection(key), right="inspections.see")
        return _one(again, refusal)
    return goto("inspections.one", inspection_id=key)


@bp.get("/saved")
@told_then
@permit("inspections.see")
def saved() -> Response:
    """The visits that monitoring saved in a year, and the inspections behind the number."""
    until = days.today()
    found = queries.saved(me(), since=until - A_YEAR, until=until)
    return page(
        "monitoring/safety/inspections/saved.html",
        found=found,
        since=until - A_YEAR,
        until=until,
        **words(),
    )


@bp.get("/plan")
@permit("inspections.see")
def show_plan() -> Response:
    """How often is inspected, and what is looked at in a trade."""
    return _plan(PlanForm.of(request.args.to_dict()).trade)


@bp.post("/plan/intervals")
@permit("inspections.plan")
def lay_down() -> ResponseReturnValue:
    """Enterprises of a risk are inspected so often from now on."""
    try:
        actions.lay_down(IntervalForm.read(request), by=me())
    except Refusal as refusal:
        return _plan_again(Trade.COLD_STORE, refusal)
    return goto("inspections.show_plan")


@bp.post("/plan/lists/<trade>")
@permit("inspections.plan")
def write_list(trade: str) -> ResponseReturnValue:
    """This is looked at in a trade from now on."""
    known = PlanForm.of({"trade": trade}).trade
    try:
        actions.write_list(known, _lines(), by=me())
    except Refusal as refusal:
        return _plan_again(known, refusal)
    return goto("inspections.show_plan", trade=known.value)


def _seen(count: int) -> dict[int, Seen]:
    seen = {}
    for place in range(count):
        if not request.form.get(f"answer-{place}"):
            continue
        said = {
            "answer": request.form[f"answer-{place}"],
            "words": request.form.get(f"words-{place}"),
        }
        form = AnswerForm.of({name: value for name, value in said.items() if value})
        upload = request.files.get(f"photo-{place}")
        photo = files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None
        seen[place] = Seen(form.answer, form.words, photo)
    return seen


def _lines() -> list[ItemForm]:
    lines = []
    for place in range(MOST_LINES + FREE_LINES):
        said = {
            name: request.form.get(f"{name}-{place}")
            for name in ("words", "kind", "level", "basis")
        }
        if not said["words"]:
            continue
        try:
            lines.append(ItemForm.of({name: value for name, value in said.items() if value}))
        except Unacceptable as refusal:
            fields = {f"{name}-{place}": words for name, words in refusal.fields.items()}
            raise Unacceptable(refusal.words, fields=fields) from None
    return lines[:MOST_LINES]


def _one(inspection: Inspection, refusal: Refusal | None = None) -> Response:
    due = inspection.state == InspectionState.DUE
    items, _own = queries.items(Trade(inspection.profile.trade))
    events = list(reversed(audit.history(INSPECTION_FLOW.kind, inspection.id)))
    known = Watched(**inspection.monitored) if inspection.monitored else None
    return page(
        "monitoring/safety/inspections/one.html",
        status=refusal.status if refusal else 200,
        inspection=inspection,
        profile=inspection.profile,
        firm=inspection.profile.enterprise,
        items=items if due and may(me(), "inspections.do", inspection) else [],
        reasons=against(Risk(inspection.profile.risk), known) if known else [],
        events=events,
        names=people.named_in(events),
        inspection_done=done,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        sent=request.form,
        **words(),
    )


def _plan(trade: Trade, *, status: int = 200, **refused: Any) -> Response:
    items, own = queries.items(trade)
    laid_down = queries.laid_down()
    known = {(each.risk, each.trade): each for each in (*plan.usual_intervals(), *laid_down)}
    order = list(Risk)
    return page(
        "monitoring/safety/inspections/plan.html",
        status=status,
        trade=trade,
        items=items,
        own=own,
        free_lines=FREE_LINES,
        intervals=sorted(
            known.values(), key=lambda each: (order.index(each.risk), each.trade or "")
        ),
        **{"errors": {}, "sent": {}, "told": None, **refused},
        **words(),
    )


def _plan_again(trade: Trade, refusal: Refusal) -> Response:
    return _plan(
        trade,
        status=refusal.status,
        errors=refusal.fields,
        sent=request.form,
        told=refusal.words,
    )
