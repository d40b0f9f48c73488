"""Who looked at which camera, as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.audit import Event
from webapp.base.exports.sheet import Address, Column, Sheet
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.walls import looks, queries
from webapp.people.models import Account


def _rows(_who: Actor, address: Address) -> Select[Any]:
    return queries.narrowed_looks(**looks.narrowing(address))


LOOKS = Sheet(
    name="camera_looks",
    title=_l("Who looked at cameras"),
    right="video.looks",
    rows=_rows,
    page="looks.listed",
    leads=("cameras.one", "camera_id", Camera.id),
    personal=True,
    columns=(
        Column("at", _l("Moment of the look"), Event.at),
        Column("who", _l("Who looked"), Account.name),
        Column("camera", _l("Camera name"), Camera.name),
        Column("number", _l("Camera number"), Camera.external_id),
        Column("did", _l("What was done"), Event.move, words=looks.DID),
        Column("purpose", _l("What for"), Event.data["purpose"].astext),
        Column("round", _l("Round"), Event.data["round"].astext),
    ),
)
