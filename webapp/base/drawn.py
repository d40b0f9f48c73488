"""An area drawn on a map by hand: its corners as an address says them, checked.

In an address it is `121.05210,37.66820_121.06000,37.66820_...`: degrees WGS 84, not closed.
"""

from __future__ import annotations

import json
import re

import shapely
from flask_babel import gettext as _

from webapp.base.spatial import HELD, to_metric

# So many corners an area has, and so many letters an address keeps for it.
MOST_CORNERS = 60
LONGEST = 1400

# Loops smaller than this part of the area are slips of the hand: they are left out.
SLIP = 0.02

_CORNER = re.compile(r"-?\d{1,3}(?:\.\d{1,9})?,-?\d{1,2}(?:\.\d{1,9})?")


def plain(said: str) -> str:
    """The same area with corners to the metre, no corner twice, and no line across another.

    Raises `ValueError` with the words for whoever drew it.
    """
    corners = _corners(said)
    if len(set(corners)) < 3:
        raise ValueError(_("An area has at least three corners."))
    if len(corners) > MOST_CORNERS:
        raise ValueError(_("An area has at most %(n)s corners.", n=MOST_CORNERS))
    west, south, east, north = HELD
    if any(not (west <= lon <= east and south <= lat <= north) for lon, lat in corners):
        raise ValueError(_("The area is too far away."))
    ring = shapely.Polygon(corners)
    whole = ring if ring.is_valid else _mended(ring)
    found = [(round(x, 5), round(y, 5)) for x, y in whole.exterior.coords][:-1]
    if not shapely.Polygon(found).is_valid or len(found) > MOST_CORNERS:
        raise ValueError(_("The line crosses itself. Draw around the area once."))
    return "_".join(f"{x:.5f},{y:.5f}" for x, y in found)


def in_one_line(text: str) -> str:
    """Lines of a longitude and a latitude each, as an address says them; `ValueError` where they are not."""
    corners = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            lon, lat = (float(each) for each in line.replace("，", " ").replace(",", " ").split())
        except ValueError:
            raise ValueError(_("Write a longitude and a latitude in each line.")) from None
        corners.append(f"{lon:.6f},{lat:.6f}")
    return "_".join(corners)


def rings(text: str) -> list[list[tuple[float, float]]]:
    """The outer rings of the polygons of a GeoJSON text, degrees WGS 84; other things in it are left out.

    Raises `ValueError` where it is no GeoJSON, or where a polygon has holes.
    """
    wrong = ValueError(_("This is no GeoJSON with polygons."))
    try:
        said = json.loads(text)
        features = said["features"] if said.get("type") == "FeatureCollection" else [said]
        shapes = [each["geometry"] if each.get("type") == "Feature" else each for each in features]
        found = [shape["coordinates"] for shape in shapes if shape and shape["type"] == "Polygon"]
        numbers = [[(float(x), float(y)) for x, y, *_z in each[0]] for each in found]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise wrong from None
    if any(len(each) != 1 for each in found):
        raise ValueError(_("A polygon with holes cannot be used."))
    if any(len(ring) < 4 for ring in numbers):
        raise wrong
    return numbers


def shape(said: str) -> shapely.Polygon:
    """A plain area in the storage CRS (metres)."""
    return shapely.Polygon([to_metric(*corner) for corner in _corners(said)])


def _corners(said: str) -> list[tuple[float, float]]:
    parts = said.split("_")
    if not all(_CORNER.fullmatch(part) for part in parts):
        raise ValueError(_("This is not an area."))
    found: list[tuple[float, float]] = []
    for part in parts:
        lon, lat = (round(float(each), 5) for each in part.split(","))
        if not found or found[-1] != (lon, lat):
            found.append((lon, lat))
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return found


def _mended(ring: shapely.Polygon) -> shapely.Polygon:
    """The one area a line that touches or crosses itself goes around."""
    parts = [
        each
        for each in shapely.get_parts(shapely.make_valid(ring))
        if isinstance(each, shapely.Polygon | shapely.MultiPolygon)
    ]
    areas = sorted(
        (each for part in parts for each in shapely.get_parts(part)), key=lambda each: -each.area
    )
    whole = sum(each.area for each in areas)
    if whole <= 0:
        raise ValueError(_("An area has at least three corners."))
    if whole - areas[0].area > SLIP * whole or areas[0].interiors:
        raise ValueError(_("The line crosses itself. Draw around the area once."))
    return shapely.Polygon(areas[0].exterior)
