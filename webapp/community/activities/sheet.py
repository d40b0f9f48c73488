"""The activities as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.community.activities import queries
from webapp.community.activities.forms import ListForm
from webapp.community.activities.models import Activity
from webapp.community.activities.rules import ACTIVITY_FLOW, KIND_WORDS
from webapp.grids.sheet import in_grid


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(who, state=wish.state, kind=wish.kind, words=wish.q)


ACTIVITIES = Sheet(
    name="activities",
    title=_l("Activities and heart talks"),
    right="activities.list",
    rows=_rows,
    page="activities.listed",
    leads=("activities.one", "activity_id", Activity.id),
    shape=Shape(Activity.geom),
    columns=(
        Column("number", _l("Number"), Activity.id),
        Column("kind", _l("Kind of activity"), Activity.kind, words=KIND_WORDS),
        Column("title", _l("Title"), Activity.title),
        Column("state", _l("State"), Activity.state, words=ACTIVITY_FLOW.states),
        Column("place", _l("Where it is held"), Activity.place),
        *in_grid(Activity.grid_id),
        Column("begins_at", _l("Begins at"), queries.begin()),
        Column("capacity", _l("Places to take"), Activity.capacity),
        Column("taken", _l("Places taken"), Activity.taken),
        Column("result", _l("Result"), Activity.result),
    ),
)
