"""The grids as a file, and how other lists say in which grid a thing lies."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet, looked_up
from webapp.grids import queries
from webapp.grids.forms import Wanted
from webapp.grids.models import Grid, GridVersion, Unit
from webapp.grids.rules import KIND_WORDS


def in_grid(at: Any) -> tuple[Column, Column]:
    """The columns that say in which grid a thing lies, by the key of the grid."""
    return (
        Column("grid_code", _l("Grid code"), looked_up(Grid, "display_code", at)),
        Column("grid", _l("Grid"), looked_up(Grid, "name", at)),
    )


def key_of(code: str | None) -> int | None:
    """The key of the grid that an address names by its code; None where it names none we have."""
    grid = queries.one(code) if code else None
    return grid.id if grid else None


def _rows(who: Actor, address: Address) -> Select[Any]:
    wanted = Wanted.of(dict(address))
    return queries.with_borders(each.id for each in queries.living() if wanted.fits(each))


GRIDS = Sheet(
    name="grids",
    title=_l("Grids"),
    right="grids.see",
    rows=_rows,
    page="grids.listed",
    leads=("grids.one", "code", Grid.display_code),
    shape=Shape(GridVersion.geom, "MultiPolygon"),
    columns=(
        Column("code", _l("Grid code"), Grid.display_code),
        Column("long_code", _l("Long code"), Grid.code),
        Column("name", _l("Name"), Grid.name),
        Column("kind", _l("Kind of grid"), Grid.kind, words=KIND_WORDS),
        Column("community", _l("Community"), looked_up(Unit, "name", Grid.community_id)),
        Column("households", _l("Households"), Grid.households),
        Column("residents", _l("Residents"), Grid.residents),
        Column("area_m2", _l("Area (m²)"), GridVersion.area_m2),
    ),
)
