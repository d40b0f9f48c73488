"""Areas from drawn lines, as CAD files hold them, with the points that stand inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

MEETING: Final = 0.001
"""Ends of lines nearer than this meet, in metres."""
MEETING_DEGREES: Final = 1e-8


@dataclass(frozen=True)
class Areas:
    """What lines enclose."""

    polygons: list[Polygon]
    inside: list[tuple[int, ...]]
    """For each polygon the numbers of the points in it, ascending."""
    loose: BaseGeometry
    """Lines that close nothing."""


def areas_of(
    lines: Sequence[BaseGeometry], points: Sequence[BaseGeometry], *, degrees: bool
) -> Areas:
    """The areas that the lines enclose, and which points stand in which.

    Where nearly all lines are closed rings, each ring is an area of its own, so that overlaps stay
    to be seen; otherwise the lines are cut where they meet and every face is an area.
    """
    parts = [part for part in shapely.get_parts(list(lines)) if not part.is_empty]
    rings = [part for part in parts if _is_ring(part)]
    if sum(part.length for part in rings) >= 0.9 * sum(part.length for part in parts):
        polygons = _without_frames([Polygon(ring) for ring in rings])
        loose = shapely.union_all([part for part in parts if not _is_ring(part)])
    else:
        noded = shapely.union_all(parts, grid_size=MEETING_DEGREES if degrees else MEETING)
        faces, cuts, dangles, _ = shapely.polygonize_full([noded])
        polygons = list(shapely.get_parts(faces))
        loose = shapely.union_all([cuts, dangles])
    return Areas(polygons, _inside(polygons, points), loose)


def _is_ring(part: BaseGeometry) -> bool:
    return isinstance(part, LineString) and len(part.coords) >= 4 and part.is_closed


def _without_frames(polygons: list[Polygon]) -> list[Polygon]:
    """A drawing often has a frame around everything: a ring that holds half the others is none."""
    if len(polygons) < 3:
        return polygons
    tree = shapely.STRtree(shapely.point_on_surface(polygons))
    owners, _ = tree.query(polygons, predicate="contains")
    counts = np.bincount(owners, minlength=len(polygons))
    return [each for each, count in zip(polygons, counts, strict=True) if count < len(polygons) / 2]


def _inside(polygons: list[Polygon], points: Sequence[BaseGeometry]) -> list[tuple[int, ...]]:
    found: list[list[int]] = [[] for _ in polygons]
    if polygons and points:
        owners, numbers = shapely.STRtree(points).query(polygons, predicate="covers")
        for owner, number in sorted(zip(owners.tolist(), numbers.tolist(), strict=True)):
            found[owner].append(number)
    return [tuple(each) for each in found]
