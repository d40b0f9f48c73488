"""The households of a project as they stood at a moment, by their log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import join

from webapp.base import past_queries as past
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.relocation import queries
from webapp.relocation.forms import ListForm
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.queries import MOST
from webapp.relocation.rules import RELOCATION_FLOW, RelocationState


def whole(project_id: int, wish: ListForm, moment: datetime) -> Select[Any]:
    """SQL: the households of a project at a moment by their numbers.

    Columns: `id`, `number`, `name`, `address`, `state`, `since` (when it came to where it stood), `geom`.
    """
    kind = RELOCATION_FLOW.kind
    then = past.last_event(kind, RelocationHousehold, moment)
    # A note in between leaves it where it stood.
    since = (
        select(func.max(Event.at))
        .where(
            Event.thing_kind == kind,
            Event.thing_id == RelocationHousehold.id,
            Event.at <= moment,
            Event.before.is_distinct_from(Event.after),
        )
        .correlate(RelocationHousehold)
        .scalar_subquery()
    )
    found: Any = (
        select(
            RelocationHousehold.id,
            RelocationHousehold.number,
            RelocationHousehold.name,
            RelocationHousehold.address,
            then.c.state,
            since.label("since"),
            RelocationHousehold.geom,
        )
        # One thing to read from: an export asks it for other columns.
        .select_from(join(RelocationHousehold, then, true()))
        .where(RelocationHousehold.project_id == project_id)
        .order_by(RelocationHousehold.number)
    )
    if wish.q:
        found = found.where(queries.called(wish.q))
    if wish.state is not None:
        found = found.where(then.c.state == str(wish.state))
    if wish.lane is not None:
        found = found.where(then.c.state.in_([str(each) for each in queries.states_of(wish.lane)]))
    ordered: Select[Any] = found
    return ordered


def listed(project_id: int, wish: ListForm, moment: datetime) -> list[Any]:
    """The rows of `whole`."""
    return list(db.session.execute(whole(project_id, wish, moment).limit(MOST)))


def counts(project_id: int, moment: datetime) -> dict[RelocationState, int]:
    """How many households of a project stood at each state."""
    stood = whole(project_id, ListForm(), moment).order_by(None).subquery()
    rows = db.session.execute(select(stood.c.state, func.count()).group_by(stood.c.state))
    return {RelocationState(state): many for state, many in rows}
