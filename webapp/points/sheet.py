"""The service points as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid
from webapp.points import queries
from webapp.points.forms import ListForm
from webapp.points.models import ServicePoint
from webapp.points.rules import TEMPLATES


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.narrowed(ListForm.of(dict(address)).kind)


POINTS = Sheet(
    name="points",
    title=_l("Service points"),
    right="points.read",
    rows=_rows,
    page="points.listed",
    leads=("points.one", "point_id", ServicePoint.id),
    shape=Shape(ServicePoint.geom),
    columns=(
        Column("name", _l("Name"), ServicePoint.name, english=ServicePoint.name_en),
        Column(
            "kind",
            _l("Kind of point"),
            ServicePoint.template,
            words={key: usual.words for key, usual in TEMPLATES.items()},
        ),
        Column("address", _l("Address"), ServicePoint.address),
        Column("phone", _l("Phone of the point"), ServicePoint.phone),
        *in_grid(ServicePoint.grid_id),
        Column("first_day", _l("First day"), ServicePoint.first_day),
        Column("last_day", _l("Last day"), ServicePoint.last_day),
    ),
)
