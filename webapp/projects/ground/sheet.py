"""The parcels that are levelled, as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet, looked_up
from webapp.projects.ground import queries
from webapp.projects.ground.models import Parcel
from webapp.projects.ground.rules import AMOUNTS, PARCEL_FLOW
from webapp.projects.models import Project


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.parcels_seen(who)


PARCELS = Sheet(
    name="parcels",
    title=_l("Levelling of land"),
    right="projects.list",
    rows=_rows,
    page="ground.levelled",
    leads=("projects.one", "project_id", Parcel.project_id),
    shape=Shape(Parcel.geom, "Polygon"),
    columns=(
        Column("project", _l("Name of the project"), looked_up(Project, "name", Parcel.project_id)),
        Column("name", _l("Name of the parcel"), Parcel.name),
        Column("state", _l("Where it stands"), Parcel.state, words=PARCEL_FLOW.states),
        Column("percent", _l("How far"), Parcel.percent),
        Column("surveyed_on", _l("Last surveyed"), Parcel.surveyed_on),
        Column("area_m2", _l("Area (m²)"), queries.area_of()),
        *(Column(name, words, getattr(Parcel, name)) for name, words in AMOUNTS.items()),
    ),
)
