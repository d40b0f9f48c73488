"""A zone is drawn from what is known: ammonia, fire, or an area by hand. Decision support, no forecast.

Pure: shapes are in metres of the installation, north up; directions are those from which wind comes,
degrees from north. The same words always draw the same zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, radians, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from webapp.monitoring.danger import plume
from webapp.monitoring.danger.guide import AMMONIA, FIRES, PPM, Fire, Level, Size
from webapp.monitoring.danger.plume import DAYTIME, FARTHEST, Sky, Stability
from webapp.monitoring.weather.rules import CALM

# Counted up whenever the same words would draw another zone.
MODEL = "1"

# The wind turns: the plume is taken so far (degrees) to either side of its direction.
SWING = 15.0
# Half of the angle (degrees) into which smoke is carried.
SMOKE_HALF = 30.0
# Points of a plume along one side, and of a quarter of a circle.
STEPS = 24
QUARTER = 16

Spot = tuple[float, float]


@dataclass(frozen=True)
class Wind:
    """The wind: whence (degrees from north), how fast (m/s)."""

    comes_from: float
    speed_ms: float

    @property
    def calm(self) -> bool:
        """True where nothing can be said about its direction."""
        return self.speed_ms < CALM


@dataclass(frozen=True)
class Drawn:
    """A zone, levels inside and outside of it, and what it was drawn by."""

    area: BaseGeometry
    levels: dict[Level, BaseGeometry] = field(default_factory=dict)
    around_m: float | None = None
    downwind_m: float | None = None
    # How far the harmful level is carried by the model, and the class of the air.
    plume_m: float | None = None
    stability: Stability | None = None

    @property
    def beyond_model(self) -> bool:
        """True where the harmful level goes farther than the model knows anything about."""
        return self.plume_m is not None and self.plume_m >= FARTHEST


def ammonia(at: Spot, *, wind: Wind, sky: Sky, size: Size, rate_kg_s: float | None) -> Drawn:
    """The zone of an ammonia leak: never smaller than the distances of the guide.

    In calm air a circle; else the circle around the leak, the square of the guide downwind, and where
    the rate is known the harmful plume with the turning of the wind.
    """
    kept = AMMONIA[size]
    downwind = kept.downwind(wind.speed_ms, by_day=sky in DAYTIME)
    if wind.calm:
        area = whole([circle(at, max(kept.around, downwind))])
        return Drawn(area, around_m=kept.around, downwind_m=downwind)
    stable = plume.stability(wind.speed_ms, sky)
    square = _turned(shapely.box(0, -downwind / 2, downwind, downwind / 2), at, wind)
    shapes = [circle(at, kept.around), square]
    levels: dict[Level, BaseGeometry] = {}
    carried = None
    if rate_kg_s:
        for level, ppm in PPM.items():
            shape = _plume(rate_kg_s, wind.speed_ms, stable, ppm)
            if shape is not None:
                levels[level] = _swung(shape, at, wind)
        carried = plume.reach(rate_kg_s, wind.speed_ms, stable, PPM[Level.HARMFUL])
        if Level.HARMFUL in levels:
            shapes.append(levels[Level.HARMFUL])
    return Drawn(whole(shapes), levels, kept.around, downwind, carried, stable)


def fire(at: Spot, *, wind: Wind | None, burns: Fire) -> Drawn:
    """The zone of a fire: a circle by what burns, and the sector into which its smoke is carried."""
    kept = FIRES[burns]
    around, smoke = kept.around, kept.day[0]
    shapes = [circle(at, around)]
    if wind is not None and not wind.calm:
        turns = np.radians(np.linspace(-SMOKE_HALF, SMOKE_HALF, QUARTER + 1))
        arc = [(smoke * cos(turn), smoke * sin(turn)) for turn in turns]
        shapes.append(_turned(shapely.Polygon([(0, 0), *arc]), at, wind))
        return Drawn(whole(shapes), around_m=around, downwind_m=smoke)
    return Drawn(whole(shapes), around_m=around)


def whole(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """All shapes as one area, in as many parts as it has."""
    joined = shapely.union_all(list(shapes))
    parts = [each for each in shapely.get_parts(joined) if each.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def circle(at: Spot, metres: float) -> BaseGeometry:
    """A circle that holds every point so near, drawn by straight lines outside of it."""
    return shapely.Point(at).buffer(metres / cos(radians(45 / QUARTER)), quad_segs=QUARTER)


def upwind(area: BaseGeometry, at: Spot | None, wind: Wind | None, *, clear: float = 30.0) -> Spot:
    """A point outside of the area on the side from which the wind comes, so far (metres) from its edge.

    Without wind, or from a point outside of the area, the middle of the area is left to the north.
    """
    start = shapely.Point(at) if at is not None else None
    if start is None or not area.covers(start):
        start = area.representative_point()
    turn = radians(wind.comes_from if wind is not None and not wind.calm else 0.0)
    east, north = sin(turn), cos(turn)
    west, south, right, top = area.bounds
    far = (right - west) + (top - south) + clear
    line = shapely.LineString([(start.x, start.y), (start.x + far * east, start.y + far * north)])
    inside = shapely.intersection(line, area)
    gone = max(start.distance(shapely.Point(xy)) for xy in shapely.get_coordinates(inside))
    return start.x + (gone + clear) * east, start.y + (gone + clear) * north


def _plume(rate_kg_s: float, wind_ms: float, stable: Stability, ppm: float) -> BaseGeometry | None:
    """The outline of a level along the positive axis; None where it is not reached at all."""
    end = plume.reach(rate_kg_s, wind_ms, stable, ppm)
    if end <= plume.NEAREST:
        return None
    # Closer together at both ends, where the outline bends most.
    shares = (1 - np.cos(np.linspace(0, np.pi, STEPS))) / 2
    along = plume.NEAREST + shares * (end - plume.NEAREST)
    aside = [plume.half_width(rate_kg_s, wind_ms, stable, ppm, float(each)) for each in along]
    right = [(float(x), float(y)) for x, y in zip(along, aside, strict=True) if y > 0]
    if len(right) < 2:
        return None
    left: Sequence[Spot] = [(x, -y) for x, y in reversed(right)]
    return shapely.Polygon([(0.0, 0.0), *right, (end, 0.0), *left])


def _swung(shape: BaseGeometry, at: Spot, wind: Wind) -> BaseGeometry:
    """A plume in every direction between the two to which the wind may turn."""
    turned = [
        _turned(shape, at, Wind(wind.comes_from + turn, wind.speed_ms))
        for turn in (-SWING, 0.0, SWING)
    ]
    return shapely.union_all(turned).convex_hull


def _turned(shape: BaseGeometry, at: Spot, wind: Wind) -> BaseGeometry:
    """A shape along the positive x axis, laid downwind from a point."""
    downwind = radians(90.0 - (wind.comes_from + 180.0))
    along, aside = cos(downwind), sin(downwind)
    x, y = at

    def lay(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [x + xy[:, 0] * along - xy[:, 1] * aside, y + xy[:, 0] * aside + xy[:, 1] * along]
        )

    laid: BaseGeometry = shapely.transform(shape, lay)
    return laid
