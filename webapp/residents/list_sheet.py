"""Buildings and homes as files, as their lists show them: heads of households masked."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid, key_of
from webapp.residents import list_queries as queries
from webapp.residents.forms import ListForm
from webapp.residents.models import Building, Dwelling, Household
from webapp.residents.rules import BUILDING_WORDS, USE_WORDS, masked_name


def _buildings(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.buildings_narrowed(who, words=wish.q, grid_id=key_of(wish.grid))


def _households(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.households_narrowed(
        who, words=wish.q, grid_id=key_of(wish.grid), box=wish.around
    )


BUILDINGS = Sheet(
    name="buildings",
    title=_l("Buildings"),
    right="buildings.see",
    rows=_buildings,
    shape=Shape(Building.geom),
    columns=(
        Column("name", _l("Name of the building"), Building.name),
        Column("kind", _l("Kind of building"), Building.kind, words=BUILDING_WORDS),
        Column("address", _l("Address"), Building.address),
        Column("floors", _l("Floors"), Building.floors),
        *in_grid(Building.grid_id),
        Column("households", _l("Households"), queries.households_in()),
        Column("residents", _l("Residents"), queries.residents_in()),
    ),
)

HOUSEHOLDS = Sheet(
    name="households",
    title=_l("Households and residents"),
    right="households.see",
    rows=_households,
    shape=Shape(Building.geom),
    personal=True,
    columns=(
        Column("building", _l("Name of the building"), Building.name),
        Column("stair", _l("Stair"), Dwelling.stair),
        Column("floor", _l("Floor"), Dwelling.floor),
        Column("door", _l("Door"), Dwelling.door),
        Column("use", _l("How they live there"), Dwelling.use, words=USE_WORDS),
        Column("head", _l("Head of the household"), queries.head_name(), shown=masked_name),
        Column("persons", _l("Persons"), queries.persons()),
        Column("address", _l("Address"), Building.address),
        *in_grid(Building.grid_id),
        Column("since", _l("Lives here since"), Household.since),
    ),
)
