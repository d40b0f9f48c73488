"""Residents as a workbook, whole: for whoever may, for a purpose, with a line in the log of each building."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.db import db, lock_all
from webapp.residents import import_queries as queries, sheet
from webapp.residents.actions import whole
from webapp.residents.models import Building


def write(out: BinaryIO, *, grid_id: int | None, purpose: str, by: Actor) -> int:
    """The workbook stands in the file once the log says who took it and what for; answers how many rows."""
    keys = queries.export_buildings(by, grid_id)
    lock_all(Building, keys)
    audit.record_many(
        [
            audit.Event(
                thing_kind="building",
                thing_id=key,
                move="export",
                actor_id=by.id,
                data={"purpose": purpose},
            )
            for key in keys
        ]
    )
    db.session.flush()
    return sheet.written(_rows(keys), out)


def _rows(keys: list[int]) -> Iterator[Mapping[str, Any]]:
    for resident in queries.exported(keys):
        seen, household = whole(resident), resident.household
        dwelling = household.dwelling
        building = dwelling.building
        registered = resident.registered_here
        lon, lat = building.lonlat or (None, None)
        yield {
            "grid": building.grid.display_code if building.grid else None,
            "building": building.name,
            "kind": building.kind,
            "address": building.address,
            "lon": round(lon, 6) if lon is not None else None,
            "lat": round(lat, 6) if lat is not None else None,
            "stair": dwelling.stair,
            "floor": dwelling.floor,
            "door": dwelling.door,
            "use": dwelling.use,
            "since": household.since,
            "name": seen.name,
            "relation": resident.relation,
            "id_number": seen.id_number,
            "sex": resident.sex,
            "born": resident.born,
            "phone": seen.phone,
            "registered_here": None if registered is None else str(int(registered)),
        }
