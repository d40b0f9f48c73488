"""The cameras as a file, without the addresses of their pictures."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid, key_of
from webapp.monitoring.cameras import queries
from webapp.monitoring.cameras.forms import ListForm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import KIND_WORDS, PRIVACY_WORDS, RETENTION_WORDS, STATUS_WORDS


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    grid = key_of(wish.grid)
    return queries.narrowed(
        who, words=wish.q, kind=wish.kind, status=wish.status, grid_id=grid, owner=wish.owner
    )


CAMERAS = Sheet(
    name="cameras",
    title=_l("List of cameras"),
    right="cameras.see",
    rows=_rows,
    page="cameras.listed",
    leads=("cameras.one", "camera_id", Camera.id),
    shape=Shape(Camera.geom),
    columns=(
        Column("number", _l("Camera number"), Camera.external_id),
        Column("name", _l("Camera name"), Camera.name),
        Column("kind", _l("Kind of camera"), Camera.kind, words=KIND_WORDS),
        Column("status", _l("State"), Camera.status, words=STATUS_WORDS),
        Column("status_since", _l("In this state since"), Camera.status_since),
        Column("owner", _l("Owner of the camera"), Camera.owner),
        Column("privacy", _l("Privacy"), Camera.privacy, words=PRIVACY_WORDS),
        Column("retention", _l("Recordings kept for"), Camera.retention, words=RETENTION_WORDS),
        Column("bearing", _l("Bearing (degrees from north)"), Camera.bearing),
        Column("range_m", _l("Range (m)"), Camera.range_m),
        *in_grid(Camera.grid_id),
    ),
)
