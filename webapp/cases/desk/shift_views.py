"""Papers of shifts: the list, one paper to read, sign and print."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page, part_of_address
from webapp.cases.desk import queries, shifts
from webapp.cases.desk.forms import ShiftForm
from webapp.cases.desk.models import DeskShift
from webapp.cases.desk.rules import SHIFT_FLOW
from webapp.cases.rules import QUEUES

bp = Blueprint("shifts", __name__, url_prefix="/cases/shifts")


@bp.get("")
@told_then
@permit("shifts.see")
def listed() -> Response:
    """Papers of shifts, newest first."""
    found = queries.shifts(before=request.args.get("before", type=int))
    more = found[queries.PAGE - 1].id if len(found) > queries.PAGE else None
    papers = found[: queries.PAGE]
    return page("cases/desk/shifts.html", papers=papers, after=more, flow=SHIFT_FLOW)


@bp.post("")
@permit("shifts.make")
def prepare() -> ResponseReturnValue:
    """The paper of this shift is being prepared."""
    return goto("shifts.one", shift_id=shifts.prepare(by=me()).id)


@bp.get("/<int:shift_id>")
@permit("shifts.see", of=queries.shift)
def one(paper: DeskShift) -> Response:
    """One paper: what stands, what came and went, both signatures, the next step."""
    return _paper(paper)


def _paper(
    paper: DeskShift,
    *,
    status: int = 200,
    errors: dict[str, Any] | None = None,
    sent: dict[str, str] | None = None,
    told: Any = None,
) -> Response:
    moves = SHIFT_FLOW.open_moves(paper, me())
    return page(
        "cases/desk/shift.html",
        status=status,
        paper=paper,
        moves=moves,
        flow=SHIFT_FLOW,
        queues=QUEUES,
        colleagues=queries.colleagues(me()) if "give" in moves else [],
        errors=errors or {},
        sent=sent or {},
        told=told,
    )


@bp.post(f"/<int:shift_id>/<any(renew, {', '.join(shifts.MOVES)}):name>")
@permit("shifts.see", of=lambda shift_id, name: queries.shift(shift_id))
def move(paper: DeskShift) -> ResponseReturnValue:
    """The paper takes its next step, by whoever may take it."""
    key = paper.id
    name = part_of_address("name")
    try:
        form = ShiftForm.read(request)
        if name == "renew":
            shifts.renew(paper, note=form.note, taker=form.taker, by=me())
        else:
            made = shifts.MOVES[name]
            made(paper, note=form.note, taker=form.taker, by=me(), base_version=form.version)
    except Refusal as refusal:
        db.session.rollback()
        again = queries.shift(key)
        if again is None:
            raise
        return _paper(
            again,
            status=refusal.status,
            errors=refusal.fields,
            sent=request.form.to_dict(),
            told=refusal.words,
        )
    return goto("shifts.one", shift_id=key)
