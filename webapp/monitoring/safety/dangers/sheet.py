"""The hidden dangers as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid, key_of
from webapp.monitoring.safety.dangers import queries
from webapp.monitoring.safety.dangers.forms import ListForm
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import (
    DANGER_FLOW,
    DANGER_WORDS,
    FOUND_WORDS,
    LEVEL_WORDS,
)


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(
        who,
        lane=wish.lane,
        words=wish.q,
        level=wish.level,
        kind=wish.kind,
        grid_id=key_of(wish.grid),
    )


DANGERS = Sheet(
    name="dangers",
    title=_l("Hidden dangers"),
    right="dangers.list",
    rows=_rows,
    page="hidden_dangers.listed",
    leads=("hidden_dangers.one", "danger_id", HiddenDanger.id),
    shape=Shape(HiddenDanger.geom),
    columns=(
        Column("number", _l("Number"), HiddenDanger.id),
        Column("enterprise", _l("Enterprise"), queries.enterprise_name()),
        Column("kind", _l("Kind of danger"), HiddenDanger.kind, words=DANGER_WORDS),
        Column("level", _l("Level of the danger"), HiddenDanger.level, words=LEVEL_WORDS),
        Column("state", _l("State"), HiddenDanger.state, words=DANGER_FLOW.states),
        Column("words", _l("Description of the danger"), HiddenDanger.words),
        Column("found_how", _l("How it was found"), HiddenDanger.found_how, words=FOUND_WORDS),
        Column("measures", _l("Measures against it"), HiddenDanger.measures),
        *in_grid(HiddenDanger.grid_id),
        Column("found_at", _l("Found at"), HiddenDanger.found_at),
        Column("due_at", _l("Due at"), HiddenDanger.due_at),
        Column("cleared_at", _l("Cleared at"), HiddenDanger.cleared_at),
    ),
)
