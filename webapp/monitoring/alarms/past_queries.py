"""The alarms as they stood at a moment, by their log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import aliased, join, outerjoin

from webapp.base import past_queries as past
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.grids.models import Grid
from webapp.monitoring.alarms.forms import ListForm
from webapp.monitoring.alarms.listing import told_by
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ACTIVE, ALARM_FLOW, OPEN, UNSEEN, State

# The lanes of which a past is known: what was kept quiet, and how loud, is not.
LANES: Mapping[str, frozenset[State]] = {
    "open": OPEN,
    "unseen": UNSEEN,
    "active": ACTIVE,
    "closed": frozenset({State.CLOSED}),
}


def whole(who: Actor, wish: ListForm, moment: datetime) -> Select[Any]:
    """SQL: the alarms of a lane at a moment, newest first, of those that `who` may see now; exercises are none.

    Columns: `id`, `kind`, `state`, `words`, `source`, `device`, `grid`, `grid_code`, `received_at`, `geom`.
    """
    then = past.last_event(ALARM_FLOW.kind, Alarm, moment)
    states = sorted(str(state) for state in LANES[wish.lane])
    grid = aliased(Grid)
    found = (
        select(
            Alarm.id,
            Alarm.kind,
            then.c.state,
            Alarm.words,
            Alarm.source,
            Alarm.device,
            grid.name.label("grid"),
            grid.display_code.label("grid_code"),
            Alarm.received_at,
            Alarm.geom,
        )
        # One thing to read from: an export asks it for other columns.
        .select_from(outerjoin(join(Alarm, then, true()), grid, grid.id == then.c.grid_id))
        .where(
            visible(Alarm, who, "alarms.see"),
            Alarm.live_at.is_not(None),
            Alarm.exercise.is_(False),
            Alarm.received_at <= moment
            if wish.lane == "closed"
            else past.lived(Alarm.received_at, Alarm.closed_at, moment),
            then.c.state.in_(states),
        )
        .order_by(Alarm.id.desc())
    )
    if wish.kind:
        found = found.where(Alarm.kind == wish.kind)
    if wish.q:
        found = found.where(told_by(containing(wish.q)))
    if wish.grid:
        found = found.where((grid.display_code == wish.grid) | (grid.code == wish.grid))
    return found


def page(who: Actor, wish: ListForm, moment: datetime) -> list[Any]:
    """The rows of `whole` from where the reader has come to, and one more."""
    return past.page(whole(who, wish, moment), Alarm.id, wish.before)


def counts(who: Actor, moment: datetime) -> dict[str, int]:
    """How many alarms stood in each lane but that of the closed ones."""
    stood = whole(who, ListForm(), moment).order_by(None).subquery()
    found = select(stood.c.state, func.count()).group_by(stood.c.state)
    rows = {state: many for state, many in db.session.execute(found)}
    return {
        lane: sum(rows.get(str(state), 0) for state in states)
        for lane, states in LANES.items()
        if lane != "closed"
    }
