"""Questions about old lanes: which there were in a village, in a year, and as a map draws them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from webapp.base.db import db
from webapp.base.spatial import degrees, shape_of
from webapp.relocation.old_doors.models import OldLane


def lane(lane_id: int) -> OldLane | None:
    """A lane."""
    return db.session.get(OldLane, lane_id)


def named(village_id: int, name: str, year_from: int | None) -> OldLane | None:
    """The lane of this name since that year, locked."""
    found = select(OldLane).where(
        OldLane.village_id == village_id,
        OldLane.name == name,
        OldLane.year_from.is_not_distinct_from(year_from),
    )
    return db.session.scalar(found.with_for_update())


def lanes(villages: Iterable[int], *, year: int | None = None) -> list[OldLane]:
    """The lanes of these villages, in a year those that were there then as far as it is known."""
    found = select(OldLane).where(OldLane.village_id.in_(set(villages)))
    if year is not None:
        found = found.where(
            func.coalesce(OldLane.year_from, year) <= year,
            func.coalesce(OldLane.year_until, year) >= year,
        )
    order = (OldLane.village_id, OldLane.name, OldLane.year_from.asc().nulls_first())
    return list(db.session.scalars(found.order_by(*order)))


def drawn(lanes: Iterable[OldLane]) -> dict[str, Any]:
    """Lanes on a map, as GeoJSON with their names."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": each.name},
            "geometry": degrees(shape_of(each.geom)),
        }
        for each in lanes
    ]
    return {"type": "FeatureCollection", "features": features}
