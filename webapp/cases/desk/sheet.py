"""The queue of the desk as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import aliased

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.exports.sheet import Column, Shape, Sheet, Wish as Address
from webapp.cases.desk import queries
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS, SOURCE_WORDS
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account

_HANDLER = aliased(Account)


def _rows(who: Actor, address: Address) -> Select[Any]:
    found = queries.whole_queue(who, Wish.asked(dict(address)), at=clock.now())
    return (
        found.outerjoin(CaseClass, CaseClass.code == Case.class_code)
        .outerjoin(Grid, Grid.id == Case.grid_id)
        .outerjoin(Unit, Unit.id == Case.department_id)
        .outerjoin(_HANDLER, _HANDLER.id == Case.handler_id)
    )


QUEUE = Sheet(
    name="cases",
    title=_l("Cases"),
    right="cases.report",
    rows=_rows,
    shape=Shape(Case.geom),
    columns=(
        Column("number", _l("Number"), Case.number),
        Column("class_code", _l("Class code"), Case.class_code),
        Column("class", _l("Class"), CaseClass.name, english=CaseClass.name_en),
        Column("state", _l("State"), Case.state, words=CASE_FLOW.states),
        Column("grade", _l("Grade"), Case.grade, words=GRADE_WORDS),
        Column("source", _l("Source"), Case.source, words=SOURCE_WORDS),
        Column("grid_code", _l("Grid code"), Grid.display_code),
        Column("grid", _l("Grid"), Grid.name),
        Column("words", _l("Words of the report"), Case.words),
        Column("place", _l("Where it is said to be"), Case.where_words),
        Column("department", _l("Department"), Unit.name),
        Column("handler", _l("Handler"), _HANDLER.name),
        Column("reports", _l("Reports"), Case.reports),
        Column("happened_at", _l("Happened at"), Case.happened_at),
        Column("received_at", _l("Received at"), Case.received_at),
        Column("due_at", _l("Due at"), Case.due_at),
        Column("closed_at", _l("Closed at"), Case.closed_at),
    ),
)
