"""Borders drawn anew from pieces of ground, vertex by vertex the same on both sides.

A new border may end on an old one that stays. That place becomes a corner of every grid along the
old one; no other corner moves, so that no gap opens as small as it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import LinearRing, Polygon

# Nearer than this (metres) two corners are one, and a corner lies on a line.
SAME_M = 1e-5

Corner = tuple[float, float]
Floats = NDArray[np.float64]


class FallsApart(Exception):
    """The pieces of a grid, named by its code, are no single area."""


def redrawn(
    before: Mapping[str, Polygon], pieces: Mapping[str, Sequence[Polygon]]
) -> dict[str, Polygon]:
    """The borders of all grids by code: those of `pieces` from what they are made of, others as before.

    A neighbour whose border meets a new one has one corner more, and no other ground. A code that is
    in `pieces` without any piece is gone. Raises `FallsApart`.
    """
    known = shapely.get_coordinates(np.array(list(before.values()), dtype=object))
    corners = cKDTree(known)
    drawn = {
        code: _joined(code, faces, known, corners) for code, faces in pieces.items() if len(faces)
    }
    old = {(x, y) for x, y in known.tolist()}
    kept = {each for area in drawn.values() for ring in _rings(area) for each in _turns(ring, old)}
    result = {code: area for code, area in before.items() if code not in pieces}
    for code, area in drawn.items():
        result[code] = _rebuilt(
            area, lambda ring: [each for each in ring if each in old or each in kept]
        )
    new = sorted(kept)
    if new:
        _shared(result, set(drawn), new)
    return dict(sorted(result.items()))


def _joined(code: str, faces: Sequence[Polygon], known: Floats, corners: cKDTree) -> Polygon:
    parts = shapely.get_parts(shapely.coverage_union_all(np.array(faces, dtype=object)))
    if len(parts) != 1 or not isinstance(parts[0], Polygon):
        raise FallsApart(code)

    def settled(at: Floats) -> Floats:
        far, which = (np.asarray(each) for each in corners.query(at, distance_upper_bound=SAME_M))
        found = np.isfinite(far)
        moved = at.copy()
        moved[found] = known[which[found]]
        return moved

    return shapely.transform(parts[0], settled)


def _rings(area: Polygon) -> list[list[Corner]]:
    return [_corners(ring) for ring in (area.exterior, *area.interiors)]


def _corners(ring: LinearRing) -> list[Corner]:
    """The corners of a ring, the first not said twice."""
    points = [(x, y) for x, y in shapely.get_coordinates(ring)[:-1].tolist()]
    return [each for before, each in pairwise([points[-1], *points]) if before != each]


def _turns(ring: list[Corner], old: set[Corner]) -> list[Corner]:
    """The new corners at which the ring turns."""
    found = []
    for before, at, after in zip(ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1], strict=True):
        if at in old:
            continue
        across, along = after[0] - before[0], after[1] - before[1]
        chord = float(np.hypot(across, along))
        off = abs(across * (at[1] - before[1]) - along * (at[0] - before[0]))
        ahead = across * (at[0] - before[0]) + along * (at[1] - before[1])
        if chord == 0 or off / chord > SAME_M or not 0 < ahead < chord * chord:
            found.append(at)
    return found


def _rebuilt(area: Polygon, keep: Callable[[list[Corner]], list[Corner]]) -> Polygon:
    exterior, *holes = [keep(ring) for ring in _rings(area)]
    return Polygon(exterior, holes)


def _shared(areas: dict[str, Polygon], drawn: set[str], new: list[Corner]) -> None:
    """Every area on whose border a new corner lies has it, too."""
    codes = sorted(areas)
    borders = shapely.boundary(np.array([areas[code] for code in codes], dtype=object))
    which, number = shapely.STRtree(borders).query(
        shapely.points(np.array(new)), predicate="dwithin", distance=SAME_M
    )
    missing: dict[str, list[Corner]] = {}
    for point, area in zip(which.tolist(), number.tolist(), strict=True):
        missing.setdefault(codes[area], []).append(new[point])
    for code, points in missing.items():
        has = {each for ring in _rings(areas[code]) for each in ring}
        lacking = [each for each in points if each not in has]
        if lacking:
            areas[code] = _rebuilt(areas[code], partial(_with, points=lacking))


def _with(ring: list[Corner], points: Sequence[Corner]) -> list[Corner]:
    """The ring with the points as corners on those of its sides on which they lie."""
    begin = np.array(ring)
    side = np.roll(begin, -1, axis=0) - begin
    length = np.hypot(*side.T)
    placed: dict[int, list[tuple[float, Corner]]] = {}
    for point in points:
        off = np.array(point) - begin
        along = np.clip((off * side).sum(axis=1) / length**2, 0, 1)
        far = np.hypot(*(off - side * along[:, None]).T)
        nearest = int(np.argmin(far))
        if far[nearest] <= SAME_M:
            placed.setdefault(nearest, []).append((float(along[nearest]), point))
    result: list[Corner] = []
    for number, corner in enumerate(ring):
        result.append(corner)
        result.extend(point for _, point in sorted(placed.get(number, [])))
    return result
