"""Ground cut into pieces that no border divides: parcels, blocks between roads, unit cells.

All in metres of the storage CRS; nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

# A block between roads that is larger is cut along unit cells, where no parcel says otherwise.
LARGE_M2 = 25_000.0
# A piece that is smaller goes with its neighbour: it is what two lines leave between them.
SCRAP_M2 = 600.0
# A building touches a piece when more of it than this lies there.
TOUCH_M2 = 1.0
# A border runs along a road that is so near.
BESIDE_ROAD_M = 8.0
# Pieces hang together by a common border of this length; shorter ones only where a grid needs them.
HOLDS_M = (15.0, 5.0, 0.5, 1e-6)

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sources:
    """What pieces are made of: each an array of shapes in metres, perhaps empty."""

    parcels: Shapes
    roads: Shapes
    cells: Shapes
    buildings: Shapes


@dataclass(frozen=True)
class Links:
    """Common borders of two pieces of one group: metres, and how many of them lie along a road."""

    one: Ints
    other: Ints
    metres: Floats
    by_road: Floats


@dataclass(frozen=True)
class Ground:
    """The ground of some grids in pieces. `home` is the place in `codes` of the grid of each piece.

    `faces` are what the pieces are made of (`piece_of` says of which), so that a grid is drawn from
    them vertex by vertex. `at_edge`: the piece borders on ground that is of no grid of its group.
    """

    codes: Sequence[str]
    faces: Shapes
    piece_of: Ints
    home: Ints
    at_edge: NDArray[np.bool_]
    links: Links
    kinds: Mapping[str, int]
    """How many pieces are a parcel, a block between roads, or a unit cell."""

    def __len__(self) -> int:
        return len(self.home)

    @property
    def areas(self) -> Floats:
        """Square metres of each piece."""
        sums = np.bincount(
            self.piece_of, weights=shapely.area(self.faces), minlength=len(self.home)
        )
        return sums.astype(float)

    def middles(self) -> Shapes:
        """A point inside each piece: in the largest of its faces."""
        order = np.argsort(shapely.area(self.faces), kind="stable")
        largest = np.zeros(len(self.home), dtype=np.int64)
        largest[self.piece_of[order]] = order
        return np.asarray(shapely.point_on_surface(self.faces[largest]))

    def piece_at(self, x: Floats, y: Floats) -> Ints:
        """The piece in which each point lies, or the nearest within a metre; -1: in none."""
        found = np.full(len(x), -1, dtype=np.int64)
        if not len(x) or not len(self.faces):
            return found
        points = shapely.points(x, y)
        tree = shapely.STRtree(self.faces)
        which, face = tree.query_nearest(points, max_distance=1.0, all_matches=True)
        # Of several faces around a point on their common border the lowest has it, every time.
        for point, number in sorted(zip(which.tolist(), face.tolist(), strict=True), reverse=True):
            found[point] = self.piece_of[number]
        return found


def cut(grids: Mapping[str, Polygon], groups: Mapping[str, Hashable], made_of: Sources) -> Ground:
    """The ground of these grids in pieces. Pieces are linked within their group only.

    A parcel is one piece wherever it lies in one grid; ground without parcels goes by the blocks
    between roads, and large blocks by unit cells. What a building stands on stays together.
    """
    codes = sorted(grids)
    shapes = np.array([grids[code] for code in codes], dtype=object)
    near = _near(made_of, shapes)
    rings = shapely.boundary(shapes)
    edges = shapely.boundary(near.parcels)
    blocks = _faces([*rings, *edges, *near.roads])
    open_ground = blocks[(shapely.area(blocks) > LARGE_M2) & (_inside(blocks, near.parcels) < 0)]
    cells = near.cells[_touching(near.cells, open_ground)]
    faces = _faces([*rings, *edges, *near.roads, *shapely.boundary(cells)])
    grid = _inside(faces, shapes)
    faces, grid = faces[grid >= 0], grid[grid >= 0]
    faces, grid = _whole(faces, grid, shapes)
    parcel, block = _inside(faces, near.parcels), _inside(faces, blocks)
    small = np.append(shapely.area(blocks) <= LARGE_M2, True)[block]
    keys = [
        (of, "parcel", of_parcel)
        if of_parcel >= 0
        else (of, "block", of_block)
        if is_small and of_block >= 0
        else (of, "cell", face)
        for face, (of, of_parcel, of_block, is_small) in enumerate(
            zip(grid.tolist(), parcel.tolist(), block.tolist(), small.tolist(), strict=True)
        )
    ]
    together = _Together(len(faces))
    first: dict[tuple[int, str, int], int] = {}
    for face, key in enumerate(keys):
        together.join(first.setdefault(key, face), face)
    _under_buildings(together, faces, grid, near.buildings)
    sides = _Sides.of(faces, near.roads)
    _without_scraps(together, faces, grid, sides)
    roots = np.array([together.of(face) for face in range(len(faces))], dtype=np.int64)
    heads, piece_of = np.unique(roots, return_inverse=True)
    home = grid[heads]
    counted = [keys[head][1] for head in heads.tolist()]
    group = [groups[codes[number]] for number in home.tolist()]
    links, at_edge = sides.between(piece_of, group)
    return Ground(
        codes,
        faces,
        piece_of,
        home,
        at_edge,
        links,
        {kind: counted.count(kind) for kind in ("parcel", "block", "cell")},
    )


def _near(made_of: Sources, shapes: Shapes) -> Sources:
    return Sources(
        *(
            each[_touching(each, shapes)]
            for each in (made_of.parcels, made_of.roads, made_of.cells, made_of.buildings)
        )
    )


def _touching(things: Shapes, shapes: Shapes) -> Ints:
    """Which of the things meet any of the shapes."""
    if not len(things) or not len(shapes):
        return np.array([], dtype=np.int64)
    return np.unique(shapely.STRtree(things).query(shapes, predicate="intersects")[1])


def _faces(lines: Sequence[BaseGeometry]) -> Shapes:
    """What the lines enclose. They are not clipped to anything: a clipped end would lie beside its line."""
    noded = shapely.union_all(np.array(lines, dtype=object))
    return np.asarray(shapely.get_parts(shapely.polygonize([noded])))


def _inside(faces: Shapes, shapes: Shapes) -> Ints:
    """The shape in which each face lies; -1: in none. The lowest where shapes overlap."""
    found = np.full(len(faces), -1, dtype=np.int64)
    if not len(faces) or not len(shapes):
        return found
    which, shape = shapely.STRtree(shapes).query(
        shapely.point_on_surface(faces), predicate="intersects"
    )
    order = np.argsort(-shape, kind="stable")
    found[which[order]] = shape[order]
    return found


def _whole(faces: Shapes, grid: Ints, shapes: Shapes) -> tuple[Shapes, Ints]:
    """A grid whose faces do not fill it stays in one piece, as it is drawn."""
    filled = np.bincount(grid, weights=shapely.area(faces), minlength=len(shapes))
    broken = np.flatnonzero(np.abs(filled - shapely.area(shapes)) > TOUCH_M2)
    if not len(broken):
        return faces, grid
    kept = ~np.isin(grid, broken)
    return np.concatenate([faces[kept], shapes[broken]]), np.concatenate([grid[kept], broken])


class _Together:
    """Faces that belong together."""

    def __init__(self, count: int) -> None:
        self._head = list(range(count))

    def of(self, face: int) -> int:
        while self._head[face] != face:
            self._head[face] = self._head[self._head[face]]
            face = self._head[face]
        return face

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._head[second] = first


def _under_buildings(together: _Together, faces: Shapes, grid: Ints, buildings: Shapes) -> None:
    if not len(buildings):
        return
    building, face = shapely.STRtree(faces).query(buildings, predicate="intersects")
    common = shapely.area(shapely.intersection(buildings[building], faces[face]))
    stands = common > TOUCH_M2
    first: dict[tuple[int, int], int] = {}
    for number, each in sorted(zip(building[stands].tolist(), face[stands].tolist(), strict=True)):
        together.join(first.setdefault((number, int(grid[each])), each), each)


@dataclass(frozen=True)
class _Sides:
    """Stretches of border: the two faces beside each (-1: nothing on that side), metres, along a road or not."""

    one: Ints
    other: Ints
    metres: Floats
    by_road: NDArray[np.bool_]

    @classmethod
    def of(cls, faces: Shapes, roads: Shapes) -> _Sides:
        rings, owner = shapely.get_rings(faces, return_index=True)
        at, ring = shapely.get_coordinates(rings, return_index=True)
        follows = ring[1:] == ring[:-1]
        face = owner[ring[:-1][follows]]
        # Vertices by number, so that a stretch is a pair of numbers whichever way it is walked.
        _, number = np.unique(at[:, 0] + 1j * at[:, 1], return_inverse=True)
        ends = np.sort(np.stack([number[:-1][follows], number[1:][follows]]), axis=0)
        key = ends[0] * (int(number.max()) + 1 if len(number) else 1) + ends[1]
        order = np.argsort(key, kind="stable")
        key, face = key[order], face[order]
        begin, end = at[:-1][follows][order], at[1:][follows][order]
        new = np.ones(len(key), dtype=bool)
        new[1:] = key[1:] != key[:-1]
        where = np.flatnonzero(new)
        twin = np.minimum(where + 1, len(key) - 1)
        other = np.where((key[twin] == key[where]) & (twin != where), face[twin], -1)
        middle = shapely.points((begin[where] + end[where]) / 2)
        by_road = np.zeros(len(where), dtype=bool)
        if len(roads):
            beside = shapely.STRtree(roads).query(
                middle, predicate="dwithin", distance=BESIDE_ROAD_M
            )[0]
            by_road[beside] = True
        return cls(face[where], other, np.hypot(*(end[where] - begin[where]).T), by_road)

    def between(self, piece_of: Ints, group: Sequence[Hashable]) -> tuple[Links, NDArray[np.bool_]]:
        """The links of pieces of one group, and which pieces lie at the edge of theirs."""
        at_edge = np.zeros(len(group), dtype=bool)
        total: dict[tuple[int, int], list[float]] = {}
        one = piece_of[self.one]
        other = np.where(self.other >= 0, piece_of[self.other], -1)
        for a, b, metres, by_road in zip(
            one.tolist(), other.tolist(), self.metres.tolist(), self.by_road.tolist(), strict=True
        ):
            if b < 0 or group[a] != group[b]:
                at_edge[a] = True
                if b >= 0:
                    at_edge[b] = True
            elif a != b:
                sums = total.setdefault((min(a, b), max(a, b)), [0.0, 0.0])
                sums[0] += metres
                sums[1] += metres if by_road else 0.0
        pairs = sorted(total)
        metres_of = np.array([total[pair] for pair in pairs], dtype=float).reshape(-1, 2)
        ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return Links(ends[:, 0], ends[:, 1], metres_of[:, 0], metres_of[:, 1]), at_edge


def _without_scraps(together: _Together, faces: Shapes, grid: Ints, sides: _Sides) -> None:
    """Scraps go with the piece of their grid with which they share most border, the smallest first."""
    beside = _beside(together, grid, sides)
    size: dict[int, float] = {}
    for face, m2 in enumerate(shapely.area(faces).tolist()):
        head = together.of(face)
        size[head] = size.get(head, 0.0) + m2
    for scrap in sorted(size, key=lambda each: (size[each], each)):
        head = together.of(scrap)
        if size[head] >= SCRAP_M2:
            continue
        shared: dict[int, float] = {}
        for near, metres in beside.get(head, {}).items():
            near = together.of(near)
            if near != head:
                shared[near] = shared.get(near, 0.0) + metres
        if not shared:
            continue
        best = max(sorted(shared), key=lambda each: shared[each])
        total = size[head] + size[best]
        sums: dict[int, float] = {}
        for part in (head, best):
            for near, metres in beside.get(part, {}).items():
                sums[near] = sums.get(near, 0.0) + metres
        together.join(head, best)
        joined = together.of(head)
        size[joined], beside[joined] = total, sums


def _beside(together: _Together, grid: Ints, sides: _Sides) -> dict[int, dict[int, float]]:
    """For each piece the pieces of its grid beside it, with the metres of their common border."""
    found: dict[int, dict[int, float]] = {}
    for a, b, metres in zip(
        sides.one.tolist(), sides.other.tolist(), sides.metres.tolist(), strict=True
    ):
        if b < 0 or grid[a] != grid[b]:
            continue
        one, other = together.of(a), together.of(b)
        if one != other:
            for x, y in ((one, other), (other, one)):
                near = found.setdefault(x, {})
                near[y] = near.get(y, 0.0) + metres
    return found
