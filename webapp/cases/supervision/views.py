"""Pages of supervision: the orders, giving one, answering and settling it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page, part_of_address, undone
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.cases.supervision import actions, queries
from webapp.cases.supervision.models import Order
from webapp.cases.supervision.rules import ORDER_FLOW, REASON_WORDS, OrderReason

bp = Blueprint("supervision", __name__)

DEEDS: dict[str, tuple[Callable[..., None], bool]] = {
    "answer": (actions.answer, True),
    "settle": (actions.settle, False),
    "ask_again": (actions.ask_again, True),
}


class ListForm(Form):
    """Which orders."""

    settled: bool = False
    before: int | None = Field(default=None, ge=1)


class GiveForm(Form):
    """Why a case is put under supervision."""

    reason: OrderReason = OrderReason.LEADER
    note: str = Field(min_length=2, max_length=1000)


class StepForm(Form):
    """A step of an order."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=2000)


@bp.get("/supervision")
@permit("supervision.list")
def listed() -> Response:
    """The orders one may see."""
    wish = ListForm.of(request.args.to_dict())
    return _page(wish)


@bp.post("/cases/<int:case_id>/supervise")
@permit("cases.see", of=cases.one)
def give(case: Case) -> ResponseReturnValue:
    """An order is given for the case."""
    case_id = case.id
    form = GiveForm.read(request)
    actions.give(case, reason=form.reason, note=form.note, by=me())
    return goto("cases.one", case_id=case_id)


@bp.post(f"/supervision/<int:order_id>/<any({', '.join(DEEDS)}):name>")
@permit("supervision.see", of=lambda order_id, name: queries.one(order_id))
def step(order: Order) -> ResponseReturnValue:
    """One step of an order; the list then shows where it stands."""
    name, order_id = part_of_address("name"), order.id
    try:
        form = StepForm.read(request)
        deed, asks = DEEDS[name]
        given = {"note": form.note} if asks else {}
        deed(order, by=me(), base_version=form.base_version, **given)
    except Refusal as refusal:
        undone(refusal)
        return _page(ListForm(), refusal=refusal, tried=(order_id, name))
    return goto("supervision.listed")


def _page(
    wish: ListForm, *, refusal: Refusal | None = None, tried: tuple[int, str] | None = None
) -> Response:
    who = me()
    found = queries.listed(who, settled=wish.settled, before=wish.before)
    return page(
        "cases/supervision.html",
        status=refusal.status if refusal else 200,
        orders=[
            (order, ORDER_FLOW.open_moves(order, who), may(who, "cases.see", order.case))
            for order in found.rows
        ],
        after=found.after,
        settled=wish.settled,
        flow=ORDER_FLOW,
        reasons=REASON_WORDS,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        now=clock.now(),
    )
