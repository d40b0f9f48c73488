"""The supervision orders as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.cases.models import Case
from webapp.cases.supervision import queries
from webapp.cases.supervision.models import Order
from webapp.cases.supervision.rules import ORDER_FLOW, REASON_WORDS
from webapp.cases.supervision.views import ListForm
from webapp.grids.models import Unit
from webapp.people.models import Account


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.narrowed(who, settled=ListForm.of(dict(address)).settled)


ORDERS = Sheet(
    name="supervision",
    title=_l("Supervision orders"),
    right="supervision.list",
    rows=_rows,
    page="supervision.listed",
    leads=("cases.one", "case_id", Order.case_id),
    columns=(
        Column("number", _l("Number"), Order.id),
        Column("case", _l("Number of the case"), looked_up(Case, "number", Order.case_id)),
        Column("reason", _l("Reason"), Order.reason, words=REASON_WORDS),
        Column("state", _l("State"), Order.state, words=ORDER_FLOW.states),
        Column("words", _l("Words of the order"), Order.words),
        Column("giver", _l("Given by"), looked_up(Account, "name", Order.giver_id)),
        Column("department", _l("Department"), looked_up(Unit, "name", Order.unit_id)),
        Column("account", _l("Who shall answer"), looked_up(Account, "name", Order.account_id)),
        Column("given_at", _l("Given at"), Order.given_at),
        Column("due_at", _l("Due at"), Order.due_at),
        Column("answer", _l("Answer"), Order.answer),
        Column("answered_at", _l("Answered at"), Order.answered_at),
    ),
)
