"""Buildings and homes as files: heads of households masked, or residents whole for a purpose."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Select, cast

from webapp.base import audit, sealing
from webapp.base.access import Actor
from webapp.base.db import lock_all
from webapp.base.exports.sheet import Address, Column, Shape, Sheet, looked_up
from webapp.grids.models import Grid
from webapp.grids.sheet import in_grid, key_of
from webapp.people import phones
from webapp.residents import detail_queries, list_queries as queries, sheet
from webapp.residents.detail_rules import DETAILS
from webapp.residents.forms import DETAIL, ListForm
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import BUILDING_WORDS, USE_WORDS, masked_name


def _buildings(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.buildings_narrowed(who, words=wish.q, grid_id=key_of(wish.grid))


def _households(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.households_narrowed(
        who, words=wish.q, grid_id=key_of(wish.grid), box=wish.around
    )


def _residents(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.residents_narrowed(who, words=wish.q, grid_id=key_of(wish.grid), box=wish.around)


def _noted(who: Actor, address: Address, purpose: str) -> None:
    """The log of each building says who took its residents out and what for."""
    keys = queries.buildings_of(_residents(who, address))
    lock_all(Building, keys)
    audit.record_many(
        [
            audit.Event(
                thing_kind="building",
                thing_id=key,
                move="export",
                actor_id=who.id,
                data={"purpose": purpose},
            )
            for key in keys
        ]
    )


def _opened(sealed: bytes) -> str:
    return sealing.unseal(sealed).decode()


def _phone(sealed: bytes) -> str | None:
    return phones.readable(_opened(sealed))


_LON, _LAT = queries.place_of()

# What stands in each column of the workbook that can be brought in again.
_WHOLE = {
    "grid": looked_up(Grid, "display_code", Building.grid_id),
    "building": Building.name,
    "kind": Building.kind,
    "address": Building.address,
    "lon": _LON,
    "lat": _LAT,
    "stair": Dwelling.stair,
    "floor": Dwelling.floor,
    "door": Dwelling.door,
    "use": Dwelling.use,
    "since": Household.since,
    "name": Resident.name,
    "relation": Resident.relation,
    "id_number": Resident.id_number,
    "sex": Resident.sex,
    "born": Resident.born,
    "phone": Resident.phone,
    "registered_here": cast(Resident.registered_here, Integer),
}
_SEALED = {"id_number": _opened, "phone": _phone}

BUILDINGS = Sheet(
    name="buildings",
    title=_l("Buildings"),
    right="buildings.see",
    rows=_buildings,
    page="buildings.listed",
    leads=("buildings.one", "building_id", Building.id),
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
    page="households.listed",
    leads=("households.one", "household_id", Household.id),
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


def _details() -> list[Column]:
    """The fields beyond the minimum that are asked now."""
    return [
        Column(
            DETAIL + kind,
            DETAILS[kind].words,
            detail_queries.value_of(field),
            words=DETAILS[kind].choices,
        )
        for kind, field in detail_queries.on().items()
    ]


# Without a place on the map: whole names and numbers leave the house as a table only.
RESIDENTS = Sheet(
    name="residents",
    title=_l("Residents, whole names and numbers"),
    right="households.export",
    rows=_residents,
    no_past=_l(
        "Whole names and numbers are kept once, as they are now. Nobody's past is taken out."
    ),
    personal=True,
    noted=_noted,
    columns=tuple(
        Column(name, title, _WHOLE[name], words=sheet.WORDS.get(name), shown=_SEALED.get(name))
        for name, title in sheet.COLUMNS.items()
    ),
    more=_details,
)
