"""Where: geometry in the metric CRS of the installation, converted once at the door."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from flask_babel import lazy_gettext as _l
from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import from_shape, to_shape
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerFromCRS, TransformerMaker
from shapely import Point, transform
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ColumnElement,
    FetchedValue,
    Float,
    ForeignKey,
    LargeBinary,
    Text,
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from webapp.base.config import Settings
from webapp.base.datum import Datum, to_wgs84
from webapp.base.flow import Unacceptable

SRID = Settings.from_environment().srid

WGS84 = 4326

# Degrees (west, south, east, north) where the storage CRS can be trusted, and well beyond.
_BEYOND = 6.0
_AREA = CRS.from_epsg(SRID).area_of_use
_WEST, _SOUTH, _EAST, _NORTH = _AREA.bounds if _AREA else (-174.0, -74.0, 174.0, 74.0)
HELD = (_WEST - _BEYOND, _SOUTH - _BEYOND, _EAST + _BEYOND, _NORTH + _BEYOND)


def Metric(kind: str = "POINT", *, spatial_index: bool = True) -> Geometry:  # noqa: N802
    """The type of a geometry column in the storage CRS (metres)."""
    return Geometry(kind, srid=SRID, spatial_index=spatial_index)


class _Made(TransformerMaker):
    """Gives every thread the same."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def __call__(self) -> Any:
        """What was made."""
        return self._made


class Converter:
    """Turns coordinates for all threads, one after the other.

    By itself pyproj makes a transformer for each thread, and each keeps 0.7 MiB of PROJ's database.
    """

    def __init__(self, source: int, target: int) -> None:
        make = TransformerFromCRS(
            f"EPSG:{source}".encode(),
            f"EPSG:{target}".encode(),
            always_xy=True,
            area_of_interest=None,
            authority=None,
            accuracy=None,
            allow_ballpark=None,
        )
        # In a thread that ends, so that nobody else has its context of PROJ.
        with ThreadPoolExecutor(1) as aside:
            made = aside.submit(make).result()
        self._transformer = Transformer(_Made(made))
        self._lock = Lock()

    def transform(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Numbers or arrays of the one CRS in the other, x before y; infinite where there is no answer."""
        with self._lock:
            found: tuple[Any, Any] = self._transformer.transform(x, y)
            return found


@lru_cache(maxsize=8)
def transformer(source: int, target: int) -> Converter:
    """Degrees or metres of one CRS into another, x before y."""
    return Converter(source, target)


def to_metric(lon: float, lat: float, datum: Datum = Datum.WGS84) -> tuple[float, float]:
    """Degrees in a datum -> (x, y) metres in the storage CRS."""
    wgs = to_wgs84(lon, lat, datum)
    x, y = transformer(WGS84, SRID).transform(*wgs)
    return float(x), float(y)


def named_place(lon: float, lat: float, datum: Datum = Datum.WGS84) -> tuple[float, float]:
    """The same for a place that somebody names. Raises `Unacceptable` where it is so far away that it has no metres."""
    x, y = to_metric(lon, lat, datum)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise Unacceptable(_l("This place is too far away."))
    return x, y


def to_metric_all(lon: Sequence[float], lat: Sequence[float]) -> tuple[list[float], list[float]]:
    """Degrees WGS 84 of many points -> lists of x and of y in metres."""
    x, y = transformer(WGS84, SRID).transform(np.asarray(lon, float), np.asarray(lat, float))
    return x.tolist(), y.tolist()


def to_lonlat(x: float, y: float) -> tuple[float, float]:
    """(x, y) metres in the storage CRS -> (lon, lat) degrees WGS 84."""
    lon, lat = transformer(SRID, WGS84).transform(x, y)
    return float(lon), float(lat)


def to_lonlats(
    x: Sequence[float], y: Sequence[float], *, digits: int
) -> tuple[list[float], list[float]]:
    """The same for many points at once, rounded: lists of lon and of lat."""
    lon, lat = transformer(SRID, WGS84).transform(np.asarray(x, float), np.asarray(y, float))
    return np.round(lon, digits).tolist(), np.round(lat, digits).tolist()


def point(lon: float, lat: float, datum: Datum = Datum.WGS84) -> WKBElement:
    """A point for the database from degrees in a datum."""
    return from_shape(Point(to_metric(lon, lat, datum)), srid=SRID)


def stored(shape: BaseGeometry) -> WKBElement:
    """A shape in metres for the database."""
    return from_shape(shape, srid=SRID)


def shape_of(value: WKBElement) -> BaseGeometry:
    """A geometry of the database as a shapely shape, in metres."""
    return to_shape(value)


def metric(shape: BaseGeometry) -> Any:
    """A shape in WGS 84 degrees -> metres of the installation."""
    laid = transformer(WGS84, SRID).transform
    return transform(shape, laid, interleaved=False)  # type: ignore[arg-type]  # typed for pairs only


def degrees(shape: BaseGeometry) -> dict[str, Any]:
    """A shape in metres of the installation -> GeoJSON in WGS 84 degrees, to the decimetre."""
    laid = transformer(SRID, WGS84).transform
    moved = transform(shape, laid, interleaved=False)  # type: ignore[arg-type]  # typed for pairs only
    rounded = transform(moved, lambda at: np.round(at, 6))
    drawn: dict[str, Any] = mapping(rounded)
    return drawn


def layer_rows(package: Path, layer: str) -> list[dict[str, Any]]:
    """The rows of a layer of a GeoPackage, nothing as None. Raises `DataSourceError`."""
    import pyogrio  # heavy, and only needed where geodata are loaded

    frame = pyogrio.read_dataframe(package, layer=layer)
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


def center(shape: BaseGeometry) -> tuple[float, float]:
    """(x, y) of a point, or of the middle of another shape."""
    middle = shape.centroid
    return float(middle.x), float(middle.y)


def lonlat_of(value: WKBElement | None) -> tuple[float, float] | None:
    """A point of the database as (lon, lat) degrees WGS 84."""
    if value is None:
        return None
    x, y = to_shape(value).coords[0][:2]
    return to_lonlat(x, y)


def as_geojson(column: Any, digits: int = 6) -> ColumnElement[Any]:
    """SQL: the geometry as a GeoJSON object in WGS 84 degrees."""
    return cast(func.ST_AsGeoJSON(func.ST_Transform(column, WGS84), digits), JSON)


def as_rfc7946(column: Any) -> ColumnElement[str]:
    """SQL: the geometry as GeoJSON text in WGS 84 degrees, exterior rings counter-clockwise, without a CRS."""
    laid = func.ST_ForcePolygonCCW(func.ST_Transform(column, WGS84))
    return func.ST_AsGeoJSON(laid, 6, 0, type_=Text())


def as_kml(column: Any) -> ColumnElement[str]:
    """SQL: the geometry as an element of KML, in WGS 84 degrees."""
    return func.ST_AsKML(column, 6, type_=Text())


def as_wkb(column: Any, srid: int, *, multi: bool) -> ColumnElement[bytes]:
    """SQL: the geometry as bytes in a CRS, x (east) before y (north); `multi`: single ones as sets of one."""
    laid = func.ST_Transform(column, srid)
    return func.ST_AsBinary(func.ST_Multi(laid) if multi else laid, type_=LargeBinary())


def as_lonlat(column: Any, *, of_shape: bool) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """SQL: lon and lat in degrees WGS 84 of a point, or of a point that lies in another shape."""
    at = func.ST_Transform(func.ST_PointOnSurface(column) if of_shape else column, WGS84)
    return func.ST_X(at, type_=Float(53)), func.ST_Y(at, type_=Float(53))


def standing_at(
    lon: float, lat: float, *, datum: Datum, accuracy_m: float | None = None
) -> dict[str, Any]:
    """The columns of a placed row at a point given in a datum; what was said is kept beside it."""
    return {
        "geom": point(lon, lat, datum),
        "raw_lon": lon,
        "raw_lat": lat,
        "datum": datum.value,
        "accuracy_m": accuracy_m,
    }


# The trigger fills these; a new row is read back with them, a moved one wants `refresh`.
_BY_TRIGGER: dict[str, Any] = {"server_default": FetchedValue()}


class Placed:
    """A thing that stands somewhere. The database fills its grid, version, cell and border mark.

    `geom` is metric; `raw_lon`, `raw_lat`, `datum` and `accuracy_m` are what the device said.
    """

    geom: Mapped[Any | None] = mapped_column(Metric("POINT"))
    datum: Mapped[str | None] = mapped_column(Text)
    raw_lon: Mapped[float | None] = mapped_column(Float(53))
    raw_lat: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    on_border: Mapped[bool | None] = mapped_column(**_BY_TRIGGER)

    @declared_attr
    def grid_id(cls) -> Mapped[int | None]:
        """The grid of the point; None: outside every grid."""
        return mapped_column(ForeignKey("grid.id"), index=True, **_BY_TRIGGER)

    @declared_attr
    def grid_version_id(cls) -> Mapped[int | None]:
        """The version of the grid at the moment of writing."""
        return mapped_column(ForeignKey("grid_version.id"), **_BY_TRIGGER)

    @declared_attr
    def cell_code(cls) -> Mapped[str | None]:
        """The unit cell of the point."""
        return mapped_column(ForeignKey("unit_cell.code"), **_BY_TRIGGER)

    def place_at(
        self, lon: float, lat: float, *, datum: Datum, accuracy_m: float | None = None
    ) -> None:
        """The thing stands at a point given in a datum; what was said is kept beside it."""
        for name, value in standing_at(lon, lat, datum=datum, accuracy_m=accuracy_m).items():
            setattr(self, name, value)

    @property
    def lonlat(self) -> tuple[float, float] | None:
        """(lon, lat) degrees WGS 84, or None without a point."""
        return lonlat_of(self.geom)
