"""Who has a part in the neighbourhood, as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.community.roles import queries
from webapp.community.roles.forms import ListForm
from webapp.community.roles.models import NeighbourRole
from webapp.community.roles.rules import ROLE_WORDS
from webapp.grids.sheet import in_grid, key_of
from webapp.residents.models import Building


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(who, kind=wish.kind, grid_id=key_of(wish.grid))


ROLES = Sheet(
    name="neighbours",
    title=_l("Neighbourhood roles"),
    right="neighbours.list",
    rows=_rows,
    page="neighbours.listed",
    personal=True,
    columns=(
        Column("name", _l("Full name"), NeighbourRole.name),
        Column("kind", _l("Role in the neighbourhood"), NeighbourRole.kind, words=ROLE_WORDS),
        *in_grid(NeighbourRole.grid_id),
        Column("building", _l("Building"), looked_up(Building, "name", NeighbourRole.building_id)),
        Column("since", _l("From the day"), NeighbourRole.since),
        Column("until", _l("Until the day"), NeighbourRole.until),
    ),
)
