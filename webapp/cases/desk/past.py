"""The queue of the desk as it was at a moment, as a page and as a file."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import get_locale, lazy_gettext as _l
from sqlalchemy import Select

from webapp.base import past
from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Shape, Sheet
from webapp.base.past import Tab, Was
from webapp.cases.desk import past_queries as queries
from webapp.cases.desk.forms import Wish
from webapp.cases.desk.rules import Light
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS, QUEUES, SOURCE_WORDS, State

# By these the queue may be narrowed in the past too.
KEPT = ("show", "q", "of_class", "place", "outside", "source", "light", "area", "since", "until")
# And by these from when it is kept in whose hands a case is.
IN_HANDS = ("department", "grade", "mine")

NOT_KNOWN = _l(
    "States, classes, grids, limits, grades, handlers and departments are those of that moment. Words and points are"
    " those of now."
)
HANDS_NOT_KNOWN = _l(
    "States, classes, grids and limits are those of that moment. Words and points are those of now."
    " In whose hands a case was, and which department had it, is not told here: its own page has the log."
)


def queue(who: Actor, wish: Wish) -> Response:
    """The page of the queue as it was at `wish.as_of`. Raises `Unacceptable` or `NotKept`."""
    moment = wish.moment()
    _must_be_kept(wish)
    rows, after = past.first(queries.page(who, wish, moment), _was)
    counts = queries.counts(who, moment)
    here = {**wish.address, "as_of": moment.isoformat()}
    return past.listed(
        _l("Cases"),
        moment,
        rows,
        sheet=past.Sheet("cases_past", {}),
        not_known=NOT_KNOWN if queries.is_kept(moment) else HANDS_NOT_KNOWN,
        tabs=[
            Tab(words, {**here, "show": name}, name == wish.show, counts.get(name))
            for name, (words, _states) in QUEUES.items()
        ],
        after=after,
    )


def _must_be_kept(wish: Wish) -> None:
    known = queries.is_kept(wish.moment())
    past.only_kept(wish, *KEPT, *(IN_HANDS if known else ()))
    if wish.light not in (None, Light.LATE):
        words = _l("Whether a case was late is kept; since when it was nearly late is not.")
        raise past.NotKept(words, fields={"light": words})


def _was(row: Any) -> Was:
    english = row.class_name_en if get_locale().language == "en" else None
    state = State(row.state)
    chip = "late" if row.late else "new" if state is State.REPORTED else "rest"
    return Was(
        url_for("cases.one", case_id=row.id),
        english or row.class_name,
        row.grid or _l("In no grid"),
        CASE_FLOW.states[state],
        chip,
        [
            row.number,
            *([_l("late")] if row.late else []),
            *(each for each in (row.handler, row.department) if each),
        ],
    )


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = Wish.asked(dict(address))
    moment = wish.moment()
    _must_be_kept(wish)
    return queries.whole(who, wish, moment)


QUEUE = Sheet(
    name="cases_past",
    title=_l("Cases as they were"),
    right="cases.report",
    rows=_rows,
    shape=Shape(Case.geom),
    columns=(
        Column("number", _l("Number"), Case.number),
        Column("class_code", _l("Class code"), "class_code"),
        Column("class", _l("Class"), "class_name", english="class_name_en"),
        Column("state", _l("State"), "state", words=CASE_FLOW.states),
        Column("late", _l("Late"), "late", says=Kind.YES),
        Column("grade", _l("Grade"), "grade", words=GRADE_WORDS),
        Column("department", _l("Department"), "department"),
        Column("handler", _l("Handler"), "handler"),
        Column("source", _l("Source"), Case.source, words=SOURCE_WORDS),
        Column("grid_code", _l("Grid code"), "grid_code"),
        Column("grid", _l("Grid"), "grid"),
        Column("received_at", _l("Received at"), Case.received_at),
        Column("due_at", _l("Due at"), "due_at", says=Kind.MOMENT),
    ),
)
