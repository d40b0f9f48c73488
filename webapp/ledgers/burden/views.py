"""Pages of what forms cost: by department that asks for them, and one's own sum."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from webapp.base.access import may, me, permit
from webapp.base.months import month as month_of
from webapp.base.past import told_then
from webapp.base.web import page
from webapp.ledgers import asking
from webapp.ledgers.burden import measuring, queries
from webapp.ledgers.burden.rules import FEWEST, FORMS, KEPT_DAYS, OF_ALL, OF_DEPARTMENT
from webapp.ledgers.forms import AskForm
from webapp.people import days

bp = Blueprint("burden", __name__, url_prefix="/ledgers/forms")


@bp.get("")
@told_then
@permit("burden.see")
def costs() -> Response:
    """What each form cost in a month, by the department that asks for it: those of one's own, or all."""
    wish = AskForm.of_address(request)
    month = wish.month or month_of(days.today())
    bodies = queries.departments(each.department for each in FORMS.values())
    mine = me().units(OF_DEPARTMENT)
    sees_all = me().holds(OF_ALL)
    found = queries.costs(month)
    rows = []
    for code, body in sorted(bodies.items()):
        if sees_all or body.id in mine:
            forms = [
                (form.words, found.get(endpoint))
                for endpoint, form in FORMS.items()
                if form.department == code
            ]
            rows.append((body, forms))
    return _page("ledgers/costs.html", month, rows=rows, fewest=FEWEST, kept_days=KEPT_DAYS)


@bp.get("/mine")
@permit("burden.own")
def mine() -> Response:
    """What one's own forms came to in a month; nobody else reads this."""
    wish = AskForm.of_address(request)
    month = wish.month or month_of(days.today())
    found = queries.own(me().id or 0, month)
    rows = [(FORMS[key].words, cost) for key, cost in found.items() if key in FORMS]
    return _page(
        "ledgers/costs_mine.html",
        month,
        rows=sorted(rows, key=lambda row: -row[1].seconds),
        kept_days=KEPT_DAYS,
    )


def _page(template: str, month: date, **values: Any) -> Response:
    return page(template, month=month, beside=asking.months_beside(month), **values)


@bp.app_context_processor
def metered() -> dict[str, Any]:
    """Templates ask which forms are measured; of visitors none is."""
    return {"metered_forms": lambda: measuring.patterns() if may(me(), "burden.own") else ""}
