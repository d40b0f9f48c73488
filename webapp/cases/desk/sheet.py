"""The queue of the desk as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet, looked_up
from webapp.cases.desk import queries
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS, SOURCE_WORDS
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.whole_queue(who, Wish.asked(dict(address)), at=clock.now())


QUEUE = Sheet(
    name="cases",
    title=_l("Cases"),
    right="cases.report",
    rows=_rows,
    page="desk.queue",
    own_past="cases_past",
    shape=Shape(Case.geom),
    columns=(
        Column("number", _l("Number"), Case.number),
        Column("class_code", _l("Class code"), Case.class_code),
        Column(
            "class",
            _l("Class"),
            looked_up(CaseClass, "name", Case.class_code, key="code"),
            english=looked_up(CaseClass, "name_en", Case.class_code, key="code"),
        ),
        Column("state", _l("State"), Case.state, words=CASE_FLOW.states),
        Column("grade", _l("Grade"), Case.grade, words=GRADE_WORDS),
        Column("source", _l("Source"), Case.source, words=SOURCE_WORDS),
        Column("grid_code", _l("Grid code"), looked_up(Grid, "display_code", Case.grid_id)),
        Column("grid", _l("Grid"), looked_up(Grid, "name", Case.grid_id)),
        Column("words", _l("Words of the report"), Case.words),
        Column("place", _l("Where it is said to be"), Case.where_words),
        Column("department", _l("Department"), looked_up(Unit, "name", Case.department_id)),
        Column("handler", _l("Handler"), looked_up(Account, "name", Case.handler_id)),
        Column("reports", _l("Reports"), Case.reports),
        Column("happened_at", _l("Happened at"), Case.happened_at),
        Column("received_at", _l("Received at"), Case.received_at),
        Column("due_at", _l("Due at"), Case.due_at),
        Column("closed_at", _l("Closed at"), Case.closed_at),
    ),
)
