"""Coordinate reference systems that are spoken here, each with the order of its axes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from flask_babel import gettext as _
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from webapp.base.spatial import HELD, SRID, WGS84, metric, transformer
from webapp.interop.ogc.rules import bad

MERCATOR = 3857

# A box or a line is broken up this finely (degrees), so that its edges stay where they belong in metres.
STEP = 0.02
MOST_STEPS = 400


@dataclass(frozen=True)
class Crs:
    """A system: its name on the web, its number, whether north stands first, digits behind the point."""

    uri: str
    srid: int
    north_first: bool
    digits: int

    @property
    def metric(self) -> bool:
        """True when its numbers are metres."""
        return self.digits < 6


def _epsg(number: int) -> Crs:
    known = CRS.from_epsg(number)
    north = known.axis_info[0].direction.lower() == "north"
    digits = 6 if known.is_geographic else 3
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{number}", number, north, digits)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", WGS84, False, 6)
# GPS, surveys in degrees, surveys in metres.
KNOWN = (CRS84, *(_epsg(number) for number in dict.fromkeys((WGS84, 4490, SRID))))

_SHORT = re.compile(r"\[?(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[\d.]*:)?(\w+)\]?", re.IGNORECASE)


def named(text: str, parameter: str) -> Crs:
    """The system that is meant by an address, a URN or a short name. Raises `Bad`."""
    asked = text.strip().replace("https://", "http://", 1)
    found = _SHORT.fullmatch(asked)
    if found:
        authority, code = found[1].upper(), found[2].upper()
        asked = CRS84.uri if (authority, code) == ("OGC", "CRS84") else _uri(code)
    for each in KNOWN:
        if each.uri == asked:
            return each
    known = ", ".join(each.uri for each in KNOWN)
    raise bad(parameter, _("%(name)s must be one of: %(known)s.", name=parameter, known=known))


def _uri(code: str) -> str:
    return f"http://www.opengis.net/def/crs/EPSG/0/{code}"


def in_metres(shape: BaseGeometry, crs: Crs) -> BaseGeometry | None:
    """A shape given in a system, in metres of the installation; None where nothing of ours can be."""
    if crs.north_first:
        shape = shapely.transform(shape, lambda at: at[:, ::-1])
    if crs.srid == SRID:
        return shape
    shape = shapely.intersection(shape, shapely.box(*HELD))
    if shape.is_empty:
        return None
    if shape.geom_type == "GeometryCollection":
        # What only touched the edge of what is held is gone.
        parts = shapely.get_parts(shape)
        dimensions = shapely.get_dimensions(parts)
        shape = shapely.union_all(parts[dimensions == dimensions.max()])
    return _in_pieces(shape)


def _in_pieces(shape: BaseGeometry) -> BaseGeometry:
    """A shape in degrees as one in metres, its edges broken up finely enough."""
    laid: BaseGeometry = metric(shapely.segmentize(shape, _step(shape)))
    return laid


def _step(shape: BaseGeometry) -> float:
    """As fine as `STEP`, but in no more than so many pieces."""
    length = shape.length
    return max(STEP, length / MOST_STEPS) if math.isfinite(length) else STEP


def box_in_metres(numbers: Sequence[float], crs: Crs) -> BaseGeometry | None:
    """A box of four numbers in the order of the axes of a system, in metres; None: nothing lies there.

    In degrees its west may lie east of its east: then it goes across the date line.
    """
    first, second, third, fourth = numbers
    if crs.north_first:
        first, second, third, fourth = second, first, fourth, third
    if crs.srid == SRID:
        return shapely.box(first, second, third, fourth)
    boxes = [(first, second, third, fourth)]
    if first > third:
        boxes = [(first, second, 180.0, fourth), (-180.0, second, third, fourth)]
    held = shapely.box(*HELD)
    parts = [shapely.intersection(_laid(*each), held) for each in boxes]
    there = [each for each in parts if not each.is_empty]
    if not there:
        return None
    whole = shapely.union_all(there)
    return _in_pieces(whole)


def inner_rectangle(shape: BaseGeometry) -> BaseGeometry | None:
    """The rectangle between the corners of a box that was laid into metres; None where none fits.

    The edges of such a box bend a little; each of its points is counted to the edge that it is nearest to.
    """
    if shape.geom_type != "Polygon":
        return None
    at = shapely.get_coordinates(shape)
    west, south, east, north = shape.bounds
    x, y = (at[:, 0] - west) / (east - west), (at[:, 1] - south) / (north - south)
    edges = np.stack([x, 1 - x, y, 1 - y])
    nearest = edges.argmin(axis=0)
    left, right = at[nearest == 0, 0], at[nearest == 1, 0]
    low, high = at[nearest == 2, 1], at[nearest == 3, 1]
    if not all(map(len, (left, right, low, high))):
        return None
    inner = shapely.box(left.max(), low.max(), right.min(), high.min())
    good = left.max() < right.min() and low.max() < high.min() and shapely.covers(shape, inner)
    return inner if good else None


def in_mercator(bounds: tuple[float, float, float, float]) -> BaseGeometry | None:
    """A box of Web Mercator in metres of the installation; None: nothing of ours can lie there."""
    back = transformer(MERCATOR, WGS84).transform
    west, south = back(bounds[0], bounds[1])
    east, north = back(bounds[2], bounds[3])
    clipped = shapely.intersection(shapely.box(west, south, east, north), shapely.box(*HELD))
    if clipped.is_empty:
        return None
    return _in_pieces(clipped)


def _laid(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """The box, or the line or point that it is when it has no width or height."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)
