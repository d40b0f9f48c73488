"""Parcels of land from a file of the cadastre: ground that no border should cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from flask_babel import lazy_gettext as _l
from geoalchemy2.shape import from_shape
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import SRID
from webapp.grids.models import LandParcel

# So many rows are written at once.
AT_ONCE = 1_000


def renew(path: Path, *, layer: str | None = None, column: str | None = None) -> int:
    """The parcels are those of this file, in place of all before; answers how many there are.

    `column` names the number of a parcel; without one they are counted. The file says its CRS. Raises
    `Unacceptable` where it does not, or where it holds no areas or a number twice, and
    `DataSourceError` where it cannot be read.
    """
    import pyogrio  # heavy, and only needed where geodata are loaded

    frame = pyogrio.read_dataframe(path, layer=layer)
    if frame.crs is None:
        raise Unacceptable(_l("The file does not say its coordinate system."))
    frame = frame.to_crs(SRID)
    if column is not None and column not in frame.columns:
        raise Unacceptable(_l("The file has no column “%(column)s”.", column=column))
    numbers = frame[column].astype(str) if column is not None else range(1, len(frame) + 1)
    rows: list[dict[str, Any]] = [
        {"number": f"{number}" if part == 0 else f"{number}-{part + 1}", "geom": area}
        for number, shape in zip(numbers, frame.geometry, strict=True)
        for part, area in enumerate(_areas(shape))
    ]
    if not rows:
        raise Unacceptable(_l("The file holds no areas."))
    if len({row["number"] for row in rows}) < len(rows):
        raise Unacceptable(_l("A number of a parcel stands there twice."))
    db.session.execute(delete(LandParcel))
    for begin in range(0, len(rows), AT_ONCE):
        db.session.execute(
            insert(LandParcel),
            [
                {**row, "geom": from_shape(row["geom"], srid=SRID), "source": path.name}
                for row in rows[begin : begin + AT_ONCE]
            ],
        )
    return len(rows)


def _areas(shape: BaseGeometry | None) -> list[Polygon]:
    if shape is None:
        return []
    whole = shapely.make_valid(shapely.force_2d(shape))
    return [each for each in shapely.get_parts(whole) if isinstance(each, Polygon)]
