"""SQL of the past: how a thing stood at a moment, by its log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, or_, select
from sqlalchemy.sql.selectable import LateralFromClause

from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.kept import FormerRow, KeptSince
from webapp.base.past import PAGE

# A thing and its event are written a moment apart.
APART = timedelta(minutes=1)


def last_event(kind: str, model: Any, moment: datetime) -> LateralFromClause:
    """The last event of each thing until a moment, beside its row: `seq`, `at`, `state`, `grid_id`."""
    return (
        select(Event.seq, Event.at, Event.after.label("state"), Event.grid_id)
        .where(
            Event.thing_kind == kind,
            Event.thing_id == model.id,
            Event.after.is_not(None),
            Event.at <= moment,
        )
        .order_by(Event.seq.desc())
        .limit(1)
        .correlate(model)
        .lateral("then")
    )


def former(relation: str, model: Any, moment: datetime) -> LateralFromClause:
    """How each row of a table read at a moment, beside it: `fields`; none where it reads so still."""
    return (
        select(FormerRow.fields)
        .where(
            FormerRow.relation == relation,
            FormerRow.key == model.id,
            FormerRow.until > moment,
            FormerRow.fields.is_not(None),
        )
        .order_by(FormerRow.until, FormerRow.id)
        .limit(1)
        .correlate(model)
        .lateral("former")
    )


def kept_since(relation: str) -> datetime | None:
    """From which moment on it is known how the rows of a table read."""
    return db.session.scalar(select(KeptSince.since).where(KeptSince.relation == relation))


def page(found: Select[Any], key: SQLColumnExpression[int], before: int | None) -> list[Any]:
    """The rows of a list, newest key first, from where the reader has come to, and one more than a page holds."""
    if before is not None:
        found = found.where(key < before)
    return list(db.session.execute(found.limit(PAGE + 1)))


def moved_since(kind: str, moment: datetime) -> Any:
    """The keys of the things of a kind that have an event after a moment."""
    return select(Event.thing_id).where(Event.thing_kind == kind, Event.at > moment)


def may_have_stood(
    kind: str, model: Any, states: Iterable[str], moment: datetime
) -> ColumnElement[bool]:
    """SQL: it stands in one of the states today, or something happened to it since.

    Whatever else stood in them at the moment would stand in them today: so only these are looked at.
    """
    named = [str(each) for each in states]
    return or_(model.state.in_(named), model.id.in_(moved_since(kind, moment)))


def lived(began: Any, ended: Any, moment: datetime) -> ColumnElement[bool]:
    """SQL: by its own columns it may have been there and not ended at a moment: only these are looked up in the log."""
    return and_(began <= moment, or_(ended.is_(None), ended > moment - APART))
