"""A proposal as pictures for paper: the grids before and after by load, and the ground that changes hands."""

from __future__ import annotations

from typing import Any

import shapely
from PIL import Image, ImageDraw, ImageFont

from webapp.maps.briefings import sheets
from webapp.maps.bulletin import pictures
from webapp.maps.bulletin.pictures import FINER

# Shares of the mean grid from which the next darker colour begins.
STEPS = (0.6, 0.9, 1.1, 1.4)
CHANGED = "#1d4ed8"
LINE, INK = "#4b5563", "#111827"
# Letters of the numbers in the grids, pixels of the finished picture: as the grid has room, at most and at least.
LARGEST, LEAST = 34.0, 11.0


def drawn(drawing: dict[str, Any], when: str) -> bytes:
    """The grids `before` or `after` as PNG, each in the colour of its load, with the end of its code.

    In both, ground that changes hands has a blue outline.
    """
    grids = drawing[when]
    at, size = pictures.frame(each["geometry"] for each in (*drawing["before"], *drawing["after"]))
    picture = Image.new("RGB", size, pictures.LAND)
    draw = ImageDraw.Draw(picture)
    pictures.ground(draw, at)
    for each in grids:
        hue = sheets.shade(each["properties"]["load"] or 0.0, STEPS)
        for rings in pictures.polygons(each["geometry"]):
            draw.polygon([at(*point[:2]) for point in rings[0]], hue)
    _outlined(draw, at, drawing["hands"], CHANGED, 3)
    _outlined(draw, at, grids, LINE, 4)
    for each in grids:
        middle, room = _widest(each["geometry"], at)
        font = ImageFont.load_default(min(LARGEST, max(LEAST, room / FINER)) * FINER)
        draw.text(
            middle,
            _short(each["properties"]["code"]),
            INK,
            font,
            "mm",
            stroke_width=2 * FINER,
            stroke_fill="#ffffff",
        )
    small = size[0] // FINER, size[1] // FINER
    return pictures.png(picture.resize(small, Image.Resampling.LANCZOS))


def _outlined(draw: Any, at: Any, features: list[Any], hue: str, width: int) -> None:
    for each in features:
        for rings in pictures.polygons(each["geometry"]):
            for ring in rings:
                draw.line([at(*point[:2]) for point in ring], hue, width * FINER, "curve")


def _widest(geometry: Any, at: Any) -> tuple[tuple[float, float], float]:
    """Where in a grid a number has most room, and how far from there the nearest border is; pixels drawn.

    Three digits as high as that stay inside: half of them is as far from their middle as they are high.
    """
    drawn_as = [
        shapely.Polygon([at(*point[:2]) for point in rings[0]])
        for rings in pictures.polygons(geometry)
    ]
    to_border = shapely.maximum_inscribed_circle(max(drawn_as, key=lambda each: each.area), FINER)
    x, y = to_border.coords[0]
    return (x, y), to_border.length


def _short(code: str) -> str:
    """The number of a grid in its community: no picture needs a font for more than digits."""
    return code[-3:]
