"""The sensors as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid
from webapp.monitoring.sensors import queries
from webapp.monitoring.sensors.forms import ListForm
from webapp.monitoring.sensors.models import Sensor


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.narrowed(who, words=ListForm.of(dict(address)).q)


SENSORS = Sheet(
    name="sensors",
    title=_l("Sensors"),
    right="sensors.see",
    rows=_rows,
    page="sensors.listed",
    leads=("sensors.one", "sensor_id", Sensor.id),
    shape=Shape(Sensor.geom),
    columns=(
        Column("number", _l("Sensor number"), Sensor.external_id),
        Column("name", _l("Sensor"), Sensor.name),
        Column("source", _l("Source"), Sensor.source),
        *in_grid(Sensor.grid_id),
        Column("heard_at", _l("Heard of last"), Sensor.heard_at),
        Column("silent_since", _l("Silent since"), Sensor.silent_since),
        Column("calibrated_until", _l("Calibrated until"), Sensor.calibrated_until),
    ),
)
