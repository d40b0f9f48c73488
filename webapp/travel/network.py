"""The roads in memory: from one point to many, along which line, and how far one gets in a time.

Coordinates are metres in the storage CRS; times are seconds, lengths metres. A `Network` is made
once and shared by threads; a `Reach` is one search from one point.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from webapp.travel.rules import DETOUR, FAR_FROM_ROADS, OFF_ROAD_KMH, PACES, Basis, Mode

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KMH = 1 / 3.6
# No arc is free: a sparse matrix does not tell nothing from none.
_LEAST_S = 1e-6
# What a foot leaves on the map beside the road it walks, metres.
BESIDE_ROAD = 60.0


@dataclass(frozen=True)
class Edges:
    """Pieces of road as columns: keys of their nodes, metres, km/h, one-way (1, -1, 0), lines."""

    source: Ints
    target: Ints
    road_class: NDArray[Any]
    length_m: Floats
    speed_kmh: Floats
    oneway: Ints
    line: NDArray[Any]

    def __len__(self) -> int:
        return len(self.source)

    def only(self, which: NDArray[np.bool_]) -> Edges:
        """The pieces that are marked."""
        return Edges(*(getattr(self, each.name)[which] for each in fields(self)))


@dataclass(frozen=True)
class Snapped:
    """Points brought to their nearest road: which edge, how far along (0-1), how far off (metres)."""

    edge: Ints
    along: Floats
    off_m: Floats

    def only(self, number: int) -> Snapped:
        """One of the points."""
        one = slice(number, number + 1)
        return Snapped(self.edge[one], self.along[one], self.off_m[one])


@dataclass(frozen=True)
class Times:
    """Answers for some targets, in their order: seconds, metres, metres to the road, and the basis."""

    seconds: Floats
    metres: Floats
    off_road_m: Floats
    basis: list[Basis]


class Network:
    """All roads of an installation, for every mode.

    `slower` says for each piece how many times its usual time it takes; nothing: just that.
    """

    def __init__(self, edges: Edges, slower: Floats | None = None) -> None:
        self.edges = edges
        self.slower = np.ones(len(edges)) if slower is None else slower
        self.keys, ends = np.unique(
            np.concatenate([edges.source, edges.target]), return_inverse=True
        )
        self.begin, self.end = ends[: len(edges)], ends[len(edges) :]
        self._roads: dict[Mode, _Roads] = {}
        self._making = Lock()

    @property
    def nodes(self) -> int:
        """How many crossings and ends there are."""
        return len(self.keys)

    def around(self, area: BaseGeometry) -> Network:
        """The same roads without every piece that touches the area."""
        outside = ~self._touches(area)
        return Network(self.edges.only(outside), self.slower[outside])

    def shunning(self, area: BaseGeometry, times: float) -> Network:
        """The same roads, but every piece that touches the area takes so many times as long."""
        return Network(self.edges, np.where(self._touches(area), self.slower * times, self.slower))

    def _touches(self, area: BaseGeometry) -> NDArray[np.bool_]:
        return shapely.intersects(self.edges.line, area)

    def roads(self, mode: Mode) -> _Roads:
        """The part of the network that is open to a mode."""
        found = self._roads.get(mode)
        if found is None:
            with self._making:
                if mode not in self._roads:
                    self._roads[mode] = _Roads(self, mode)
                found = self._roads[mode]
        return found

    def reach(self, x: float, y: float, mode: Mode, *, inbound: bool = False) -> Reach:
        """A search from a point, or (`inbound`) of all ways that end at it."""
        return Reach(self.roads(mode), x, y, inbound=inbound)

    def seconds_between(self, x: Floats, y: Floats, mode: Mode, *, rows: Ints) -> Floats:
        """Seconds from some of the points (`rows`: which) to all of them, a row for each of those.

        The same answers as a search from each, but every point is brought to its road only once.
        """
        roads = self.roads(mode)
        at = roads.snap(x, y) if len(roads.lines) else None
        found = np.zeros((len(rows), len(x)))
        for row, number in enumerate(rows.tolist()):
            own = at.only(number) if at is not None else None
            reach = Reach(roads, float(x[number]), float(y[number]), at=own)
            found[row] = reach.to(x, y, at=at).seconds
        return found


class _Roads:
    """The edges of one mode with their seconds there and back, as a graph and as lines."""

    def __init__(self, network: Network, mode: Mode) -> None:
        self.mode = mode
        self.pace = PACES[mode]
        edges = network.edges
        self.used = np.flatnonzero(~np.isin(edges.road_class, list(self.pace.closed)))
        self.lines = edges.line[self.used]
        self.length = edges.length_m[self.used]
        self.begin, self.end = network.begin[self.used], network.end[self.used]
        self.nodes = network.nodes
        speed = np.minimum(self.pace.top_kmh, edges.speed_kmh[self.used] * self.pace.share)
        if self.pace.both_ways:
            speed = np.full(len(self.used), self.pace.top_kmh)
        for road_class, slower in self.pace.slow.items():
            speed[edges.road_class[self.used] == road_class] = slower
        seconds = self.length / (speed * _KMH) * network.slower[self.used]
        seconds = np.maximum(seconds, _LEAST_S)
        oneway = np.zeros(len(self.used)) if self.pace.both_ways else edges.oneway[self.used]
        self.there = np.where(oneway >= 0, seconds, np.inf)
        self.back = np.where(oneway <= 0, seconds, np.inf)
        # As they are travelled, and turned round; threads share them.
        self.outward = _Arcs.of(self, self.there, self.back)
        self.inward = _Arcs.of(self, self.back, self.there)
        self.tree = shapely.STRtree(self.lines)

    def snap(self, x: Any, y: Any) -> Snapped:
        """Points brought to their nearest edge; call it only where there are edges."""
        points = shapely.points(np.atleast_1d(x), np.atleast_1d(y))
        edge = np.asarray(self.tree.nearest(points), dtype=np.int64)
        lines = self.lines[edge]
        along = shapely.line_locate_point(lines, points, normalized=True)
        return Snapped(edge, along, shapely.distance(lines, points))


@dataclass(frozen=True)
class _Arcs:
    """Directed arcs in the order of a sparse matrix: of two between the same nodes, the quicker."""

    start: Ints
    head: Ints
    seconds: Floats
    edge: Ints
    first: Ints

    @classmethod
    def of(cls, roads: _Roads, there: Floats, back: Floats) -> _Arcs:
        number = np.arange(len(roads.begin))
        start = np.concatenate([roads.begin, roads.end])
        head = np.concatenate([roads.end, roads.begin])
        seconds = np.concatenate([there, back])
        edge = np.concatenate([number, number])
        keep = np.isfinite(seconds) & (start != head)
        start, head, seconds, edge = start[keep], head[keep], seconds[keep], edge[keep]
        order = np.lexsort((seconds, head, start))
        start, head, seconds, edge = start[order], head[order], seconds[order], edge[order]
        first_of = np.ones(len(start), dtype=bool)
        first_of[1:] = (start[1:] != start[:-1]) | (head[1:] != head[:-1])
        start, head, seconds, edge = (each[first_of] for each in (start, head, seconds, edge))
        first = np.searchsorted(start, np.arange(roads.nodes + 1))
        return cls(start, head, seconds, edge, first)

    def beginning_at(self, heads: Ints, seconds: Floats) -> csr_matrix:
        """The graph with one more node, from which these arcs lead."""
        size = len(self.first)
        return csr_matrix(
            (
                np.concatenate([self.seconds, np.maximum(seconds, _LEAST_S)]),
                np.concatenate([self.head, heads]),
                np.append(self.first, len(self.seconds) + len(heads)),
            ),
            shape=(size, size),
        )


class Reach:
    """One search: everything that can be got to from a point, or from which a point can be got to."""

    def __init__(
        self,
        roads: _Roads,
        x: float,
        y: float,
        *,
        inbound: bool = False,
        at: Snapped | None = None,
    ) -> None:
        self._roads = roads
        self._x, self._y = x, y
        self._inbound = inbound
        if at is None and len(roads.lines):
            at = roads.snap(x, y)
        self._left: dict[int, float] = {}
        self._led = at is not None and float(at.off_m[0]) <= FAR_FROM_ROADS
        self._there, self._back = (
            (roads.back, roads.there) if inbound else (roads.there, roads.back)
        )
        if at is not None and self._led:
            self._search(at)

    def _search(self, at: Snapped) -> None:
        roads, edge, along = self._roads, int(at.edge[0]), float(at.along[0])
        self._edge, self._along, self._off_m = edge, along, float(at.off_m[0])
        arcs = roads.inward if self._inbound else roads.outward
        # Where the first road is left: for its node the cost, and the share of the road left behind.
        ends = [
            (float(_times(1 - along, self._there[edge])), int(roads.end[edge]), 1.0),
            (float(_times(along, self._back[edge])), int(roads.begin[edge]), 0.0),
        ]
        led: dict[int, float] = {}
        # A lane that ends where it began has one end: the shorter way to it counts.
        for cost, node, share in sorted(ends, reverse=True):
            if np.isfinite(cost):
                led[node], self._left[node] = cost, share
        self._root = roads.nodes
        graph = arcs.beginning_at(
            np.fromiter(led, dtype=np.int64, count=len(led)),
            np.fromiter(led.values(), dtype=np.float64, count=len(led)),
        )
        search: Any = dijkstra  # its types know sequences of sources only
        self._seconds, before = search(graph, indices=self._root, return_predecessors=True)
        self._before = np.where(before < 0, self._root, before).astype(np.int64)
        self._arcs = arcs

    @cached_property
    def _tree_edge(self) -> Ints:
        """For each node the edge by which the quickest way comes to it; -1 at its beginning."""
        arcs = self._arcs
        taken = self._before[arcs.head] == arcs.start
        edge = np.full(self._root + 1, -1, dtype=np.int64)
        edge[arcs.head[taken]] = arcs.edge[taken]
        return edge

    @cached_property
    def _metres(self) -> Floats:
        """For each node the length of the quickest way to it."""
        roads = self._roads
        edge = self._tree_edge
        total = np.where(edge >= 0, roads.length[edge], 0.0)
        for node, share in self._left.items():
            if edge[node] < 0:
                total[node] = abs(share - self._along) * roads.length[self._edge]
        before = self._before.copy()
        before[self._root] = self._root
        # Each round doubles how far back a node has counted.
        while np.any(before != self._root):
            total = total + total[before]
            before = before[before]
        return total

    def to(self, x: Any, y: Any, *, at: Snapped | None = None) -> Times:
        """Seconds and metres to points (arrays of one length), in their order.

        `at`: the same points on their roads, where somebody has brought them there already.
        """
        x, y = np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))
        straight = np.hypot(x - self._x, y - self._y)
        metres = straight * DETOUR
        seconds = metres / (self._roads.pace.straight_kmh * _KMH)
        if not len(self._roads.lines):
            return Times(seconds, metres, np.full(len(x), np.nan), [Basis.NO_ROADS] * len(x))
        at = self._roads.snap(x, y) if at is None else at
        if not self._led or not len(x):
            return Times(seconds, metres, at.off_m, [Basis.FAR] * len(x))
        on_road, road_metres = self._along_roads(at)
        off = (at.off_m + self._off_m) * DETOUR
        by_road = on_road + off / (OFF_ROAD_KMH * _KMH)
        near = straight < at.off_m + self._off_m
        far = ~near & (at.off_m > FAR_FROM_ROADS)
        apart = ~near & ~far & ~np.isfinite(by_road)
        led = ~(near | far | apart)
        walked = straight * DETOUR / (OFF_ROAD_KMH * _KMH)
        seconds = np.where(led, by_road, np.where(near, walked, seconds))
        metres = np.where(led, road_metres + off, metres)
        basis = np.select(
            [near, far, apart], [Basis.NEAR, Basis.FAR, Basis.APART], default=Basis.ROADS
        )
        return Times(seconds, metres, at.off_m, [Basis(each) for each in basis])

    def _ways(self, edge: Ints, along: Floats) -> Floats:
        """Seconds to points on edges, a row for each way: by the begin, by the end, along the edge of the start."""
        roads = self._roads
        ahead = along - self._along
        direct = np.where(
            ahead >= 0, _times(ahead, self._there[edge]), _times(-ahead, self._back[edge])
        )
        return np.stack(
            [
                self._seconds[roads.begin[edge]] + _times(along, self._there[edge]),
                self._seconds[roads.end[edge]] + _times(1 - along, self._back[edge]),
                np.where(edge == self._edge, direct, np.inf),
            ]
        )

    def _along_roads(self, at: Snapped) -> tuple[Floats, Floats]:
        """Seconds and metres to points on edges by the quickest way."""
        roads, edge = self._roads, at.edge
        own = roads.length[edge]
        ways = self._ways(edge, at.along)
        lengths = np.stack(
            [
                self._metres[roads.begin[edge]] + at.along * own,
                self._metres[roads.end[edge]] + (1 - at.along) * own,
                np.abs(at.along - self._along) * own,
            ]
        )
        best = np.argmin(ways, axis=0)
        column = np.arange(len(edge))
        return ways[best, column], lengths[best, column]

    def line_to(self, x: float, y: float) -> BaseGeometry:
        """The line of the way to a point, from the very start to the very point; straight without roads."""
        ends = [(self._x, self._y), (x, y)]
        if self.to([x], [y]).basis[0] is not Basis.ROADS:
            return shapely.LineString(ends)
        pieces = self._pieces(self._roads.snap(x, y))
        spots = [ends[0], *(spot for piece in pieces for spot in piece.coords), ends[1]]
        return shapely.remove_repeated_points(shapely.LineString(spots))

    def _pieces(self, at: Snapped) -> list[Any]:
        roads, edge, along = self._roads, int(at.edge[0]), float(at.along[0])
        best = int(np.argmin(self._ways(at.edge, at.along)[:, 0]))
        if best == 2:  # the third way: along the edge of the start
            return [substring(roads.lines[edge], self._along, along, normalized=True)]
        node = int((roads.begin if best == 0 else roads.end)[edge])
        pieces = [substring(roads.lines[edge], float(best), along, normalized=True)]
        while (taken := int(self._tree_edge[node])) >= 0:
            line = roads.lines[taken]
            forward = int(roads.end[taken]) == node
            pieces.append(line if forward else line.reverse())
            node = int(self._before[node])
        leaves = self._left[node]
        pieces.append(substring(roads.lines[self._edge], self._along, leaves, normalized=True))
        return pieces[::-1]

    def area(self, seconds: float) -> BaseGeometry:
        """Where one gets within a time: what lies beside the roads that are reached; empty without roads."""
        if not self._led:
            return shapely.Polygon()
        left = seconds - self._off_m * DETOUR / (OFF_ROAD_KMH * _KMH)
        roads = self._roads
        from_begin = _share(left - self._seconds[roads.begin], self._there)
        from_end = _share(left - self._seconds[roads.end], self._back)
        whole = np.flatnonzero(from_begin + from_end >= 1)
        part = np.flatnonzero((from_begin + from_end < 1) & (from_begin + from_end > 0))
        lines = list(roads.lines[whole])
        for edge in part:
            if from_begin[edge] > 0:
                lines.append(substring(roads.lines[edge], 0, from_begin[edge], normalized=True))
            if from_end[edge] > 0:
                lines.append(substring(roads.lines[edge], 1 - from_end[edge], 1, normalized=True))
        if edge_part := self._own_part(left):
            lines.append(edge_part)
        around = shapely.buffer(np.array(lines, dtype=object), BESIDE_ROAD, quad_segs=2)
        merged = shapely.union_all(around) if lines else shapely.Polygon()
        return shapely.simplify(merged, BESIDE_ROAD / 6)

    def _own_part(self, left: float) -> BaseGeometry | None:
        if left <= 0:
            return None
        there, back = self._there[self._edge], self._back[self._edge]
        until = min(1.0, self._along + (left / there if np.isfinite(there) else 0.0))
        since = max(0.0, self._along - (left / back if np.isfinite(back) else 0.0))
        return substring(self._roads.lines[self._edge], since, until, normalized=True)


def _times(share: Any, seconds: Any) -> Any:
    """A share of a time; nothing of what cannot be travelled is still nothing."""
    with np.errstate(invalid="ignore"):
        return np.where(np.asarray(share) == 0, 0.0, share * seconds)


def _share(left: Floats, seconds: Floats) -> Floats:
    """How much of an edge (0-1) is travelled in what is left of a time."""
    with np.errstate(invalid="ignore"):
        share = np.where(np.isfinite(seconds) & np.isfinite(left), left / seconds, 0.0)
    return np.clip(share, 0.0, 1.0)
