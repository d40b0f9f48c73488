"""The livelihood items as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet, looked_up
from webapp.community.livelihood import queries
from webapp.community.livelihood.forms import ListForm
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import CATEGORY_WORDS, LIVELIHOOD_FLOW
from webapp.grids.models import Unit
from webapp.grids.sheet import in_grid, key_of
from webapp.people import days


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(
        who,
        today=days.today(),
        lane=wish.lane,
        words=wish.q,
        category=wish.category,
        unit_id=wish.unit,
        grid_id=key_of(wish.grid),
    )


ITEMS = Sheet(
    name="livelihood",
    title=_l("Livelihood items"),
    right="livelihood.list",
    rows=_rows,
    page="livelihood.listed",
    leads=("livelihood.one", "item_id", LivelihoodItem.id),
    shape=Shape(LivelihoodItem.geom),
    columns=(
        Column("number", _l("Number"), LivelihoodItem.id),
        Column("title", _l("Title"), LivelihoodItem.title),
        Column("category", _l("Kind of item"), LivelihoodItem.category, words=CATEGORY_WORDS),
        Column("state", _l("State"), LivelihoodItem.state, words=LIVELIHOOD_FLOW.states),
        Column("words", _l("Wish of the residents"), LivelihoodItem.words),
        Column("unit", _l("Department"), looked_up(Unit, "name", LivelihoodItem.unit_id)),
        *in_grid(LivelihoodItem.grid_id),
        Column("cost", _l("Cost (yuan)"), LivelihoodItem.cost),
        Column("due_on", _l("To be finished by"), LivelihoodItem.due_on),
        Column("collected_at", _l("Written down at"), LivelihoodItem.collected_at),
        Column("built_at", _l("Finished at"), LivelihoodItem.built_at),
    ),
)
