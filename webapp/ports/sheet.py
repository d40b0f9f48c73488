"""The vessels as a file, without their owners."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.ports import queries
from webapp.ports.forms import ListForm
from webapp.ports.models import Port, Vessel
from webapp.ports.rules import VESSEL_WORDS


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.vessels_narrowed(who, words=wish.q, kind=wish.kind)


VESSELS = Sheet(
    name="vessels",
    title=_l("Vessels"),
    right="vessels.see",
    rows=_rows,
    page="ports.vessels",
    leads=("ports.vessel", "vessel_id", Vessel.id),
    columns=(
        Column("name", _l("Vessel name"), Vessel.name),
        Column("kind", _l("Kind of vessel"), Vessel.kind, words=VESSEL_WORDS),
        Column("port", _l("Home port"), looked_up(Port, "name", Vessel.port_id)),
        Column("length_m", _l("Length (m)"), Vessel.length_m),
        Column("mmsi", _l("MMSI"), Vessel.mmsi),
        Column("licensed_until", _l("Licensed until"), Vessel.licensed_until),
        Column("inspected_until", _l("Inspected until"), Vessel.inspected_until),
    ),
)
