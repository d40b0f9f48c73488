"""The queue as it was at a moment: states, grids and classes by the log, limits as they were kept then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    and_,
    case as sql_case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, outerjoin

from webapp.base import past_queries as past
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.cases.desk import queries
from webapp.cases.desk.forms import Wish
from webapp.cases.desk.rules import Light
from webapp.cases.figures.models import CaseTerm
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import CASE_FLOW, ENDED, OPEN, QUEUES
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account

OPEN_STATES = [str(state) for state in sorted(OPEN)]


def whole(who: Actor, wish: Wish, moment: datetime) -> Select[Any]:
    """SQL: the cases of the queue at a moment, newest first, of those that `who` may see now.

    Columns: `id`, `number`, `state`, `class_code`, `class_name`, `class_name_en`, `grid`, `grid_code`, `due_at`, `late`,
    `department`, `handler`, `grade` (all three None before they were kept), `source`, `reported_at`, `geom` (the place as it
    is now).
    """
    then = past.last_event(CASE_FLOW.kind, Case, moment)
    term = (
        select(CaseTerm.due_at)
        .where(CaseTerm.case_id == Case.id, CaseTerm.seq <= then.c.seq)
        .order_by(CaseTerm.seq.desc())
        .limit(1)
        .correlate(Case, then)
        .lateral("term")
    )
    # The first correction since says which class it had before.
    before = (
        select(Event.data["class"][0].astext)
        .where(
            Event.thing_kind == CASE_FLOW.kind,
            Event.thing_id == Case.id,
            Event.move == "correct",
            Event.at > moment,
            Event.data.has_key("class"),
        )
        .order_by(Event.seq)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    code = func.coalesce(before, Case.class_code)
    former = past.former(Case.__tablename__, Case, moment)
    hands: dict[str, Any] = {
        name: sql_case(
            (former.c.fields.is_not(None), cast(former.c.fields[name].astext, BigInteger)),
            else_=getattr(Case, name),
        )
        for name in ("department_id", "verifier_id", "handler_id", "checker_id")
    }
    hands["reporter_id"] = Case.reporter_id
    grade = sql_case(
        (former.c.fields.is_not(None), former.c.fields["grade"].astext), else_=Case.grade
    )
    # Before it was kept, nobody knows in whose hands a case was.
    known = is_kept(moment)
    its_class, grid = aliased(CaseClass), aliased(Grid)
    late = and_(then.c.state.in_(OPEN_STATES), func.coalesce(term.c.due_at < moment, false()))
    states = [str(state) for state in QUEUES[wish.show][1]]
    narrowed: list[Any] = [
        visible(Case, who, "cases.see"),
        # What has ended stays ended, unless it is opened again; then it has no end.
        Case.received_at <= moment if wish.show == "ended" else _open(moment),
        then.c.state.in_(states),
    ]
    if wish.of_class:
        narrowed.append(code.startswith(wish.of_class, autoescape=True))
    if wish.place:
        community = grid.community_id == int(wish.place) if wish.place.isdecimal() else false()
        narrowed.append(or_(grid.display_code == wish.place, community))
    if wish.outside:
        narrowed.append(then.c.grid_id.is_(None))
    if wish.light is Light.LATE:
        narrowed.append(late)
    if wish.department:
        narrowed.append(hands["department_id"] == wish.department)
    if wish.grade:
        narrowed.append(grade == wish.grade)
    if wish.mine:
        narrowed.append(queries.in_hands(who, hands))
    same = Wish.model_validate(
        wish.model_dump(include={"q", "source", "area", "since", "until"}, exclude_none=True)
    )
    # One thing to read from: an export asks it for other columns.
    laid = outerjoin(Case, then, true())
    for other, clause in (
        (term, true()),
        (former, true()),
        (its_class, its_class.code == code),
        (grid, grid.id == then.c.grid_id),
    ):
        laid = outerjoin(laid, other, clause)
    return (
        select(
            Case.id,
            Case.number,
            then.c.state,
            code.label("class_code"),
            its_class.name.label("class_name"),
            its_class.name_en.label("class_name_en"),
            grid.name.label("grid"),
            grid.display_code.label("grid_code"),
            sql_case((then.c.state.in_(OPEN_STATES), term.c.due_at)).label("due_at"),
            late.label("late"),
            (_name(Unit, hands["department_id"]) if known else null()).label("department"),
            (_name(Account, hands["handler_id"]) if known else null()).label("handler"),
            (grade if known else null()).label("grade"),
            Case.source,
            Case.received_at.label("reported_at"),
            Case.geom.label("geom"),
        )
        .select_from(laid)
        .where(*narrowed, *queries.narrowing(who, same, moment))
        .order_by(Case.id.desc())
    )


def _name(model: Any, key: Any) -> Any:
    return select(model.name).where(model.id == key).correlate_except(model).scalar_subquery()


def is_kept(moment: datetime) -> bool:
    """True when it is known in whose hands the cases were then."""
    since = past.kept_since(Case.__tablename__)
    return since is not None and since <= moment


def page(who: Actor, wish: Wish, moment: datetime) -> list[Any]:
    """The rows of `whole` from where the reader has come to, and one more."""
    return past.page(whole(who, wish, moment), Case.id, wish.before)


def counts(who: Actor, moment: datetime) -> dict[str, int]:
    """How many cases stood at each step of the work but the last, whichever way the list is narrowed."""
    then = past.last_event(CASE_FLOW.kind, Case, moment)
    found = (
        select(then.c.state, func.count())
        .select_from(Case)
        .join(then, true())
        .where(
            visible(Case, who, "cases.see"),
            _open(moment),
            then.c.state.in_(OPEN_STATES),
        )
        .group_by(then.c.state)
    )
    rows = {state: many for state, many in db.session.execute(found)}
    return {
        name: sum(rows.get(str(state), 0) for state in states)
        for name, (_words, states) in QUEUES.items()
        if not ENDED.intersection(states)
    }


def _open(moment: datetime) -> Any:
    return past.lived(Case.received_at, Case.closed_at, moment)
