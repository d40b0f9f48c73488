"""The grids in colours as a picture for paper: no words in it, so that it needs no font."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from PIL import Image, ImageDraw

from webapp.grids import queries as grids
from webapp.maps import basemaps
from webapp.maps.briefings import sheets

# Pixels of the finished picture; it is drawn so many times larger, for smooth edges.
WIDTH = 1100
FINER = 2
MARGIN = 12

SEA, LAND, WATER, ROAD, LINE = "#dbe8f3", "#f1f0ec", "#a9cfe8", "#c9c4b6", "#8a97a5"


def grids_in(shades: Mapping[int, str]) -> bytes:
    """The grids in force as PNG, each in the colour of its key, or white."""
    rows = grids.borders_geojson()
    if not rows:
        return png(Image.new("RGB", (WIDTH, WIDTH // 2), LAND))
    at, size = frame([row.geometry for row in rows])
    picture = Image.new("RGB", size, LAND)
    draw = ImageDraw.Draw(picture)
    ground(draw, at)
    for row in rows:
        for rings in polygons(row.geometry):
            draw.polygon([at(*each[:2]) for each in rings[0]], shades.get(row.grid_id, "#ffffff"))
    for row in rows:
        for rings in polygons(row.geometry):
            draw.line([at(*each[:2]) for each in rings[0]], LINE, 2 * FINER, "curve")
    return png(picture.resize((size[0] // FINER, size[1] // FINER), Image.Resampling.LANCZOS))


def frame(shapes: Iterable[Any]) -> tuple[Any, tuple[int, int]]:
    """From WGS 84 degrees to the pixels of a picture that holds these shapes (GeoJSON), and its size."""
    points = [each for shape in shapes for rings in polygons(shape) for each in rings[0]]
    west, east = min(each[0] for each in points), max(each[0] for each in points)
    south, north = min(each[1] for each in points), max(each[1] for each in points)
    # A degree of longitude is shorter than one of latitude.
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) * FINER / ((east - west) * narrow)
    edge = MARGIN * FINER
    size = WIDTH * FINER, round((north - south) * scale) + 2 * edge

    def at(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * narrow * scale + edge, (north - lat) * scale + edge

    return at, size


def ground(draw: ImageDraw.ImageDraw, at: Any) -> None:
    """Sea, water and main roads are drawn below."""
    for name in ("context", "water", "roads_main"):
        part = basemaps.part(name)
        for each in json.loads(part.body)["features"] if part is not None else ():
            shape, properties = each["geometry"], each["properties"]
            if shape["type"].endswith("Polygon"):
                sea = name == "context" and properties.get("kind") != "neighbour_land"
                hue = SEA if sea else WATER if name == "water" else LAND
                for rings in polygons(shape):
                    draw.polygon([at(*point[:2]) for point in rings[0]], hue)
            elif shape["type"].endswith("LineString"):
                hue = ROAD if name == "roads_main" else WATER
                for line in _lines(shape):
                    draw.line([at(*point[:2]) for point in line], hue, 2 * FINER, "curve")


def polygons(shape: Any) -> Iterator[Any]:
    """The polygons of a shape of GeoJSON, each as its rings."""
    if shape["type"] == "Polygon":
        yield shape["coordinates"]
    elif shape["type"] == "MultiPolygon":
        yield from shape["coordinates"]


def _lines(shape: Any) -> Iterator[Any]:
    if shape["type"] == "LineString":
        yield shape["coordinates"]
    elif shape["type"] == "MultiLineString":
        yield from shape["coordinates"]


def png(picture: Image.Image) -> bytes:
    """The bytes of the picture."""
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def shaded(values: Mapping[int, float], steps: tuple[float, ...]) -> bytes:
    """The grids coloured by a value of each."""
    return grids_in({key: sheets.shade(value, steps) for key, value in values.items()})
