"""The map of the big screen as drawn lines: grids, sea and main roads, and where a name has room."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from webapp.grids import queries as grids
from webapp.interop.wall.rules import MAP_ACROSS, MAP_DOWN, UNIT
from webapp.maps import basemaps

WIDTH, HEIGHT = round(MAP_ACROSS * UNIT), round(MAP_DOWN * UNIT)
MARGIN = 24
# Lines are drawn to so many units: finer ones nobody sees.
FINE = 1.5
# Around a place that is kept free, and beside the place that a name is of.
KEPT, BESIDE = 0.42 * UNIT, round(0.55 * UNIT)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """How degrees WGS 84 become units of the drawing."""

    west: float
    north: float
    narrow: float
    scale: float
    right: float
    down: float

    @classmethod
    def around(cls, box: Box) -> Frame:
        """A box of degrees fills the drawing, but for a margin."""
        west, south, east, north = box
        # A degree of longitude is shorter than one of latitude.
        narrow = math.cos(math.radians((south + north) / 2))
        across, tall = max((east - west) * narrow, 1e-6), max(north - south, 1e-6)
        scale = min((WIDTH - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / tall)
        return cls(
            west, north, narrow, scale, (WIDTH - across * scale) / 2, (HEIGHT - tall * scale) / 2
        )

    def at(self, lon: float, lat: float) -> tuple[int, int]:
        """Where a point stands in the drawing."""
        x = (lon - self.west) * self.narrow * self.scale + self.right
        return round(x), round((self.north - lat) * self.scale + self.down)

    def drawn(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in units of the drawing, without what nobody sees."""
        moved: Any = shapely.transform(
            shape,
            lambda at: (
                (at - [self.west, self.north]) * [self.narrow * self.scale, -self.scale]
                + [self.right, self.down]
            ),
        )
        light: BaseGeometry = moved.simplify(FINE)
        return light


@dataclass(frozen=True)
class Area:
    """A grid of the drawing: what it is, its outline, and the middle of it."""

    id: int
    name: str
    kind: str
    display_code: str
    path: str
    middle: tuple[int, int]


@dataclass(frozen=True)
class Ground:
    """What does not change while the borders are the same; empty before there are any."""

    frame: Frame | None
    areas: dict[int, Area]
    sea: str
    roads: str


@lru_cache(maxsize=2)
def ground(set_id: int | None) -> Ground:
    """The grids of a set of borders, the sea and the roads around them; made once for each process."""
    rows = grids.borders_geojson(set_id=set_id) if set_id is not None else []
    shapes = [shapely.force_2d(shapely.geometry.shape(row.geometry)) for row in rows]
    if not shapes:
        return Ground(None, {}, "", "")
    bounds = [float(each) for each in shapely.total_bounds(shapes)]
    frame = Frame.around((bounds[0], bounds[1], bounds[2], bounds[3]))
    areas = {
        row.grid_id: Area(
            row.grid_id, row.name, row.kind, row.display_code, _path([lines]), _middle(lines)
        )
        for row, shape in zip(rows, shapes, strict=True)
        for lines in [frame.drawn(shape)]
    }
    sheet = shapely.box(0, 0, WIDTH, HEIGHT)

    def around(part: str, **left_out: str) -> Iterator[BaseGeometry]:
        for shape in _shapes(part, left_out):
            seen = frame.drawn(shape)
            if seen.intersects(sheet):
                yield seen.intersection(sheet) if seen.is_valid else seen

    sea = _path([*around("context", kind="neighbour_land"), *around("water")])
    return Ground(frame, areas, sea, _path(around("roads_main")))


def _shapes(part: str, left_out: dict[str, str]) -> Iterator[BaseGeometry]:
    found = basemaps.part(part)
    for each in json.loads(found.body)["features"] if found is not None else ():
        properties = each["properties"]
        if not any(properties.get(name) == value for name, value in left_out.items()):
            yield shapely.force_2d(shapely.geometry.shape(each["geometry"]))


def _path(shapes: Iterable[BaseGeometry]) -> str:
    return "".join(_line(each) for shape in shapes for each in _parts(shape))


def _parts(shape: BaseGeometry) -> Iterator[tuple[Any, bool]]:
    if isinstance(shape, shapely.Polygon):
        for ring in (shape.exterior, *shape.interiors):
            yield ring.coords, True
    elif isinstance(shape, shapely.LineString):
        yield shape.coords, False
    elif hasattr(shape, "geoms"):
        for each in shape.geoms:
            yield from _parts(each)


def _line(part: tuple[Any, bool]) -> str:
    coords, closed = part
    points = [f"{round(x)} {round(y)}" for x, y in coords]
    if len(points) < 2:
        return ""
    return f"M{'L'.join(points[:-1] if closed else points)}{'Z' if closed else ''}"


def _middle(shape: BaseGeometry) -> tuple[int, int]:
    at = shape.representative_point()
    return round(at.x), round(at.y)


def holds(x: int, y: int) -> bool:
    """True where a mark at this place is whole in the drawing."""
    return MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= HEIGHT - MARGIN


@dataclass(frozen=True)
class Name:
    """Words beside a place of the drawing: where they begin or end (`anchor`), on which line."""

    words: str
    kind: str
    x: int
    y: int
    anchor: str


def named(
    wishes: Sequence[tuple[str, str, int, int]],
    *,
    most: int,
    free: Sequence[tuple[int, int]] = (),
) -> list[Name]:
    """Names for places (words, kind, x, y), the first before the others.

    None lies over another, over the edge, or over one of the places that are to be kept `free`.
    """
    found: list[Name] = []
    taken: list[Box] = [(x - KEPT, y - KEPT, x + KEPT, y + KEPT) for x, y in free]
    for words, kind, x, y in wishes:
        if len(found) == most:
            break
        for name, box in _sides(words, kind, x, y):
            if _inside(box) and not any(_meet(box, other) for other in taken):
                found.append(name)
                taken.append(box)
                break
    return found


def width(words: str) -> float:
    """About how wide words are in the drawing: a Chinese letter is as wide as high, others are narrower."""
    return sum(UNIT if ord(each) > 0x2E7F else 0.58 * UNIT for each in words)


def _sides(words: str, kind: str, x: int, y: int) -> Iterator[tuple[Name, Box]]:
    wide, beside = width(words), BESIDE
    for dy in (0, -UNIT, UNIT):
        line = y + dy + round(0.36 * UNIT)
        top, bottom = y + dy - 0.6 * UNIT, y + dy + 0.6 * UNIT
        yield (
            Name(words, kind, x + beside, line, "start"),
            (x + beside, top, x + beside + wide, bottom),
        )
        yield (
            Name(words, kind, x - beside, line, "end"),
            (x - beside - wide, top, x - beside, bottom),
        )


def _inside(box: Box) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
