"""The sheets of the hotline as a file, without who called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.cases.appeals import queries
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import APPEAL_FLOW, APPEAL_WORDS, CARD_WORDS
from webapp.cases.appeals.views import ListForm
from webapp.cases.models import Case
from webapp.grids.models import Unit


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(who, view=wish.show, words=wish.q)


APPEALS = Sheet(
    name="appeals",
    title=_l("Hotline 12345"),
    right="appeals.list",
    rows=_rows,
    page="appeals.listed",
    leads=("appeals.one", "appeal_id", Appeal.id),
    columns=(
        Column("number", _l("Number"), Appeal.sheet_no),
        Column("kind", _l("Kind of sheet"), Appeal.kind, words=APPEAL_WORDS),
        Column("state", _l("State"), Appeal.state, words=APPEAL_FLOW.states),
        Column("case", _l("Number of the case"), looked_up(Case, "number", Appeal.case_id)),
        Column("place", _l("Where it is said to be"), Appeal.where_words),
        Column("words", _l("Words of the sheet"), Appeal.words),
        Column("department", _l("Department"), looked_up(Unit, "name", Appeal.unit_id)),
        Column("card", _l("Card"), Appeal.card, words=CARD_WORDS),
        Column("received_at", _l("Received at"), Appeal.received_at),
        Column("due_at", _l("Due at"), Appeal.due_at),
        Column("reply", _l("Answer"), Appeal.reply),
        Column("solved", _l("Solved"), Appeal.solved),
        Column("satisfied", _l("Satisfied"), Appeal.satisfied),
        Column("closed_at", _l("Closed at"), Appeal.closed_at),
    ),
)
