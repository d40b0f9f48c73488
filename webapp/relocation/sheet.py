"""The households that make way for a project as a file, as its board shows them: masked."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Shape, Sheet
from webapp.grids.sheet import in_grid
from webapp.people import days
from webapp.projects import queries as projects
from webapp.projects.models import Project
from webapp.relocation import queries
from webapp.relocation.forms import ListForm
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.rules import RELOCATION_FLOW
from webapp.residents.rules import masked_name


def project_of(address: Address) -> Project | None:
    """The project whose households are asked for."""
    key = address.get("project", "")
    return projects.one(int(key)) if key.isdecimal() and len(key) < 19 else None


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    narrowed = queries.Narrowed(
        words=wish.q, state=wish.state, lane=wish.lane, late=wish.late, greenhouse=wish.greenhouse
    )
    return queries.narrowed(int(address["project"]), narrowed, today=days.today())


HOUSEHOLDS = Sheet(
    name="relocation",
    title=_l("Households that make way"),
    right="relocation.board",
    thing=project_of,
    rows=_rows,
    page="relocation.board",
    own_past="relocation_past",
    shape=Shape(RelocationHousehold.geom),
    personal=True,
    columns=(
        Column("number", _l("Number"), RelocationHousehold.number),
        Column("name", _l("Household"), RelocationHousehold.name, shown=masked_name),
        Column("address", _l("Address"), RelocationHousehold.address),
        Column(
            "state", _l("Where it stands"), RelocationHousehold.state, words=RELOCATION_FLOW.states
        ),
        Column("since", _l("At this step since"), RelocationHousehold.since),
        Column("greenhouse_m2", _l("Greenhouses (m²)"), RelocationHousehold.greenhouse_m2),
        Column("promises", _l("Open promises"), "waiting", says=Kind.WHOLE),
        Column("late", _l("Promises that are late"), "late", says=Kind.WHOLE),
        *in_grid(RelocationHousehold.grid_id),
    ),
)
