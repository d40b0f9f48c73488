"""Which of many areas covers a point: a raster decides most points outright, the borders the rest.

The rule is that of `grid_at`, to the last bit: the first area in order that covers the point, its
border included; where none does, the nearest within reach, distances counted in micrometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Shapes = NDArray[np.object_]

# A raster cell with an edge this near (metres) is left to the exact test: far above what rounding
# can move a point, far below what could be seen.
DOUBT_M = 0.001

MICROMETRES = 1e6

NOBODY = -1
DOUBTFUL = -2

# Points looked up together: what they need stays in the processor's cache.
BLOCK = 1 << 15


@dataclass(frozen=True)
class Covering:
    """For each point the area that has it (-1: none), and whether it lies outside of it, in reach."""

    area: NDArray[np.int32]
    on_border: Flags


class Raster:
    """Areas in their order of precedence, ready to say which of them has a point.

    `side` is the width of a raster cell and `reach` how far outside an area still has a point, both
    in the unit of the coordinates (metres). `extent` (west, south, east, north) holds all areas and
    their reach; rasters of one side and one extent have the same cells.
    """

    def __init__(
        self, areas: Shapes, *, side: float, extent: Sequence[float], reach: float = 0.0
    ) -> None:
        self.side = side
        self.reach = reach
        self.areas = areas
        self._tree = shapely.STRtree(areas)
        self._place(extent)
        edges = _edges(self.areas)
        bands = self._bands(edges)
        self._index(edges, bands)
        self.table = self._decide(edges, bands)

    def find(self, x: Floats, y: Floats) -> Covering:
        """Which area has each point. Raises `ValueError` for a coordinate that is not a number."""
        x, y = np.ascontiguousarray(x, dtype=np.float64), np.ascontiguousarray(y, dtype=np.float64)
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError("x and y must be two rows of equal length")
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise ValueError("a coordinate is not a number")
        code = np.empty(len(x), dtype=np.int32)
        for start in range(0, len(x), BLOCK):
            block = slice(start, start + BLOCK)
            code[block] = self._look_up(x[block], y[block])
        (left,) = np.nonzero(code == DOUBTFUL)
        if len(left):
            code[left] = self._exact(x[left], y[left])
        on_border = code >= len(self.areas)
        if self.reach:
            np.subtract(code, len(self.areas), out=code, where=on_border)
        return Covering(code, on_border)

    def _place(self, extent: Sequence[float]) -> None:
        west, south, east, north = extent
        # The outermost cells are outside for certain: there the rest of the world is looked up.
        rim = 2 * self.side
        self.column0 = int(np.floor((west - rim) / self.side))
        self.row0 = int(np.floor((south - rim) / self.side))
        self.columns = int(np.floor((east + rim) / self.side)) - self.column0 + 1
        self.rows = int(np.floor((north + rim) / self.side)) - self.row0 + 1

    def _look_up(self, x: Floats, y: Floats) -> NDArray[np.int32]:
        column, x_on_line = self._steps(x, self.column0, self.columns)
        row, y_on_line = self._steps(y, self.row0, self.rows)
        row *= self.columns
        row += column
        found = self.table[row].astype(np.int32)
        # Areas may run along the lines of the raster, so on a line nothing is certain.
        found[x_on_line | y_on_line] = DOUBTFUL
        return found

    def _steps(self, along: Floats, first: int, count: int) -> tuple[NDArray[np.int32], Flags]:
        exact = along / self.side
        step = np.floor(exact)
        on_line = exact == step
        step -= first
        np.clip(step, 0, count - 1, out=step)
        return step.astype(np.int32), on_line

    def _exact(self, x: Floats, y: Floats) -> NDArray[np.int32]:
        points = _points(x, y)
        found = np.full(len(x), len(self.areas), dtype=np.int32)
        point, area = self._tree.query(points)
        inside = self._covers(area, x[point], y[point])
        np.minimum.at(found, point[inside], area[inside].astype(np.int32))
        (left,) = np.nonzero(found == len(self.areas))
        found[left] = NOBODY
        if self.reach and len(left):
            nearest = self._nearest(points[left])
            found[left] = np.where(nearest == NOBODY, NOBODY, nearest + len(self.areas))
        return found

    def _nearest(self, points: Shapes) -> NDArray[np.int32]:
        found = np.full(len(points), NOBODY, dtype=np.int32)
        point, area = self._tree.query(points, predicate="dwithin", distance=self.reach + DOUBT_M)
        away = np.round(shapely.distance(points[point], self.areas[area]) * MICROMETRES)
        near = away <= np.round(self.reach * MICROMETRES)
        point, area, away = point[near], area[near], away[near]
        order = np.lexsort((area, away, point))
        first = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
        found[point[first]] = area[first]
        return found

    def _covers(self, area: Ints, x: Floats, y: Floats) -> Flags:
        """PostGIS' own test of a point in a polygon, in the same arithmetic.

        So both answer alike even where a point lies nearer to an edge than rounding can tell.
        """
        row = np.floor(y / self.side).astype(np.int64) - self.row0 - self._first_row[area]
        inside = (row >= 0) & (row < self._height[area])
        band = np.where(inside, self._offset[area] + row, len(self._starts) - 2)
        count = self._starts[band + 1] - self._starts[band]
        pair = np.repeat(np.arange(len(x)), count)
        edge = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
        edge += np.repeat(self._starts[band], count)
        x1, y1, x2, y2 = self._banded[:, edge]
        px, py = x[pair], y[pair]
        side = (x2 - x1) * (py - y1) - (px - x1) * (y2 - y1)
        touches = (
            (side == 0)
            & (np.minimum(x1, x2) <= px)
            & (px <= np.maximum(x1, x2))
            & (np.minimum(y1, y2) <= py)
            & (py <= np.maximum(y1, y2))
        )
        crosses = ((y1 <= py) & (py < y2) & (side > 0)) | ((y2 <= py) & (py < y1) & (side < 0))
        odd: Flags = np.bincount(pair[crosses], minlength=len(x)) % 2 == 1
        odd[pair[touches]] = True
        return odd

    def _bands(self, edges: _Edges) -> _Bands:
        """Every edge once for each row of the raster that it meets."""
        y_low, y_high = np.minimum(edges.y1, edges.y2), np.maximum(edges.y1, edges.y2)
        first = np.floor((y_low - DOUBT_M) / self.side).astype(np.int64) - self.row0
        last = np.floor((y_high + DOUBT_M) / self.side).astype(np.int64) - self.row0
        edge, step = _expanded(last - first + 1)
        return _Bands(edge, first[edge] + step)

    def _index(self, edges: _Edges, bands: _Bands) -> None:
        """The edges of one area in one row of the raster stand side by side."""
        area = edges.area[bands.edge]
        count = len(self.areas)
        lowest = np.full(count, self.rows, dtype=np.int64)
        highest = np.full(count, -1, dtype=np.int64)
        np.minimum.at(lowest, area, bands.row)
        np.maximum.at(highest, area, bands.row)
        self._first_row = lowest
        self._height = highest - lowest + 1
        self._offset = np.cumsum(self._height) - self._height
        band = self._offset[area] + bands.row - lowest[area]
        order = np.argsort(band, kind="stable")
        edge = bands.edge[order]
        self._banded = np.stack([edges.x1[edge], edges.y1[edge], edges.x2[edge], edges.y2[edge]])
        # The last band is empty: rows that an area does not reach are looked up there.
        sizes = np.bincount(band, minlength=int(self._height.sum()) + 1)
        self._starts = np.concatenate(([0], np.cumsum(sizes)))

    def _decide(self, edges: _Edges, bands: _Bands) -> NDArray[np.int16] | NDArray[np.int32]:
        marked, wall = self._marks(edges, bands)
        free = ~marked
        begins = free & wall
        begins[:, 0] = True
        begins[:, 1:] |= free[:, 1:] & marked[:, :-1]
        row, column = np.nonzero(begins)
        owner = self._owner(row, column)
        kind = np.int16 if 2 * len(self.areas) < np.iinfo(np.int16).max else np.int32
        table = np.full(marked.shape, DOUBTFUL, dtype=kind)
        run = np.cumsum(begins.ravel()) - 1
        flat = free.ravel()
        table.ravel()[flat] = owner[run[flat]]
        if self.reach:
            self._decide_near(table, marked)
        return table.ravel()

    def _marks(self, edges: _Edges, bands: _Bands) -> tuple[Flags, Flags]:
        """Cells that an edge meets, and cells on whose western line an edge runs."""
        marked = np.zeros((self.rows, self.columns), dtype=np.bool_)
        wall = np.zeros((self.rows, self.columns), dtype=np.bool_)
        x1, y1, x2, y2 = (part[bands.edge] for part in (edges.x1, edges.y1, edges.x2, edges.y2))
        upright = (x1 == x2) & (x1 % self.side == 0)
        level = (y1 == y2) & (y1 % self.side == 0)
        on_wall = np.floor(x1[upright] / self.side).astype(np.int64) - self.column0
        wall[bands.row[upright], on_wall] = True
        rest = ~(upright | level)
        x1, y1, x2, y2, row = x1[rest], y1[rest], x2[rest], y2[rest], bands.row[rest]
        south = (row + self.row0) * self.side - DOUBT_M
        slope = np.divide(x2 - x1, y2 - y1, out=np.zeros_like(x1), where=y1 != y2)
        ends = []
        for y in (south, south + self.side + 2 * DOUBT_M):
            reached = np.clip(y, np.minimum(y1, y2), np.maximum(y1, y2))
            ends.append(x1 + (reached - y1) * slope)
        flat = y1 == y2
        west = np.where(flat, np.minimum(x1, x2), np.minimum(*ends)) - DOUBT_M
        east = np.where(flat, np.maximum(x1, x2), np.maximum(*ends)) + DOUBT_M
        first = np.floor(west / self.side).astype(np.int64) - self.column0
        last = np.floor(east / self.side).astype(np.int64) - self.column0
        which, step = _expanded(last - first + 1)
        marked[row[which], first[which] + step] = True
        return marked, wall

    def _owner(self, row: Ints, column: Ints) -> NDArray[np.int32]:
        """The first area in order that covers the middle of each cell."""
        found = np.full(len(row), len(self.areas), dtype=np.int32)
        point, area = self._tree.query(self._middle(row, column), predicate="intersects")
        np.minimum.at(found, point, area.astype(np.int32))
        found[found == len(self.areas)] = NOBODY
        return found

    def _middle(self, row: Ints, column: Ints) -> Shapes:
        return _points(
            (column + self.column0 + 0.5) * self.side, (row + self.row0 + 0.5) * self.side
        )

    def _decide_near(self, table: NDArray[np.signedinteger], marked: Flags) -> None:
        """Cells outside every area, but wholly in reach of one and nearer to it than to others."""
        steps = int(np.ceil(self.reach / self.side)) + 1
        row, column = np.nonzero(_grown(marked, steps) & (table == NOBODY))
        half = self.side / np.sqrt(2.0) + DOUBT_M
        middle = self._middle(row, column)
        cell, area = self._tree.query(middle, predicate="dwithin", distance=self.reach + 3 * half)
        away = shapely.distance(middle[cell], self.areas[area])
        least = np.full(len(row), np.inf)
        np.minimum.at(least, cell, away)
        rivals = away <= least[cell] + 2 * half
        count = np.bincount(cell[rivals], minlength=len(row))
        code = np.where(least - half > self.reach, NOBODY, DOUBTFUL)
        sure = rivals & (count[cell] == 1) & (away + half <= self.reach)
        code[cell[sure]] = area[sure] + len(self.areas)
        table[row, column] = code


@dataclass(frozen=True)
class _Edges:
    """Straight edges of areas, in the direction in which they are stored."""

    x1: Floats
    y1: Floats
    x2: Floats
    y2: Floats
    area: Ints


@dataclass(frozen=True)
class _Bands:
    edge: Ints
    row: Ints


def _points(x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]) -> Shapes:
    points: Shapes = shapely.points(x, y)  # type: ignore[assignment]  # arrays in, array out
    return points


def _edges(areas: Shapes) -> _Edges:
    polygons, of_area = shapely.get_parts(areas, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    corner, of_ring = shapely.get_coordinates(rings, return_index=True)
    (start,) = np.nonzero(of_ring[:-1] == of_ring[1:])
    x, y = corner.T
    area = of_area[of_polygon[of_ring[start]]]
    return _Edges(x[start], y[start], x[start + 1], y[start + 1], area)


def _expanded(counts: Ints) -> tuple[Ints, Ints]:
    """For counts 2, 3: the places 0 0 1 1 1 and the steps 0 1 0 1 2."""
    place = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place, step


def _grown(marked: Flags, steps: int) -> Flags:
    """Cells at most so many steps from a marked one, along rows and columns."""
    grown = marked
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (steps + 1, steps)
        total = np.cumsum(np.pad(grown, padding), axis=axis, dtype=np.int32)
        width = 2 * steps + 1
        far = np.take(total, np.arange(width, total.shape[axis]), axis=axis)
        near = np.take(total, np.arange(total.shape[axis] - width), axis=axis)
        grown = far > near
    return grown
