"""What goes blind without each camera, as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Shape, Sheet
from webapp.grids.sheet import in_grid
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import STATUS_WORDS
from webapp.monitoring.coverage import queries
from webapp.monitoring.coverage.forms import OrderForm
from webapp.monitoring.coverage.rules import LOSS_WORDS, Loss

_WHOLE = frozenset((Loss.HOMES, Loss.HAZARDS, Loss.GRIDS))


def _rows(_who: Actor, address: Address) -> Select[Any]:
    return queries.losses(OrderForm.of(dict(address)).order)


REDUNDANCY = Sheet(
    name="camera_redundancy",
    title=_l("What goes blind without each camera"),
    right="cameras.coverage",
    rows=_rows,
    page="coverage.listed",
    leads=("coverage.one", "camera_id", Camera.id),
    shape=Shape(Camera.geom),
    columns=(
        Column("number", _l("Camera number"), Camera.external_id),
        Column("name", _l("Camera name"), Camera.name),
        Column("status", _l("State"), Camera.status, words=STATUS_WORDS),
        *(
            Column(
                each.value, words, each.value, says=Kind.WHOLE if each in _WHOLE else Kind.NUMBER
            )
            for each, words in LOSS_WORDS.items()
        ),
        *in_grid(Camera.grid_id),
    ),
)
