"""The working plane: metres in EPSG:4549 between reading and writing WGS 84."""

from collections.abc import Iterable

import numpy as np
import pyproj
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

WORK_CRS = 4549
STORED_CRS = 4326
DECIMALS = 7

_TO_PLANE = pyproj.Transformer.from_crs(STORED_CRS, WORK_CRS, always_xy=True)
_TO_EARTH = pyproj.Transformer.from_crs(WORK_CRS, STORED_CRS, always_xy=True)
_ELLIPSOID = pyproj.Geod(ellps="WGS84")

Place = tuple[float, ...]


def to_plane(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry in metres (EPSG:4549); it was in longitude and latitude."""
    return shapely.transform(geometry, lambda a: np.column_stack(_TO_PLANE.transform(*a.T)))


def point_on_plane(lon: float, lat: float) -> Place:
    """The easting and northing of a longitude and latitude."""
    x, y = _TO_PLANE.transform(lon, lat)
    return float(x), float(y)


def to_earth(geometry: BaseGeometry, decimals: int = DECIMALS) -> BaseGeometry:
    """The geometry in longitude and latitude, rounded; equal vertices stay equal."""
    return shapely.transform(
        geometry, lambda a: np.round(np.column_stack(_TO_EARTH.transform(*a.T)), decimals)
    )


def area_on_earth(polygon: Polygon) -> float:
    """Square metres on the ellipsoid of a polygon given in longitude and latitude."""
    return abs(float(_ELLIPSOID.geometry_area_perimeter(polygon)[0]))


def polygons_of(geometry: BaseGeometry | Iterable[BaseGeometry]) -> list[Polygon]:
    """The polygons among the parts, none of them empty."""
    return [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > 0]


def lines_of(geometry: BaseGeometry | Iterable[BaseGeometry]) -> list[LineString]:
    """The lines among the parts, none of them without length."""
    return [
        line
        for line in shapely.get_parts(geometry)
        if line.geom_type in ("LineString", "LinearRing") and line.length > 0
    ]
