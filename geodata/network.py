"""The road graph: one connected net of edges between junctions."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, STRtree
from shapely.geometry.base import BaseGeometry

from geodata.curves import Die
from geodata.parcels import Net
from geodata.plane import Place
from geodata.relief import Relief

WELD = 1.0
STUB = 18.0
TRACK_LONGEST = 260.0
TRACK_SHORTEST = 12.0

Manner = tuple[str, str | None, str]


@dataclass
class Edge:
    """A stretch of road between two nodes; `manner` is class, name and source of the name."""

    start: int
    end: int
    line: LineString
    manner: Manner


@dataclass(frozen=True)
class Graph:
    """The road graph. Node n stands at `places[n]`; every edge starts and ends at its nodes."""

    places: dict[int, Place]
    edges: list[Edge]

    def degrees(self) -> dict[int, int]:
        count: dict[int, int] = defaultdict(int)
        for edge in self.edges:
            count[edge.start] += 1
            count[edge.end] += 1
        return count


def build(net: Net, tracks: list[LineString]) -> Graph:
    """The graph of the roads in the net and the tracks.

    Nodes closer than a metre are one node, chains of equal manner are one edge, short dead ends
    and what hangs together with nothing are left out.
    """
    pieces: list[tuple[LineString, Manner]] = [
        (line, (way.cls, way.name, way.source))
        for line, way in zip(net.edges, net.ways, strict=True)
        if way is not None
    ]
    pieces += [(line, ("track", None, "illustrative")) for line in tracks]
    places, edges = _weld(pieces)
    edges = _largest_part(edges)
    edges = _chained(_without_stubs(_chained(edges)))
    used = {n for e in edges for n in (e.start, e.end)}
    return Graph({n: p for n, p in places.items() if n in used}, edges)


def field_tracks(
    net: Net, relief: Relief, ground: BaseGeometry, built: BaseGeometry, water: BaseGeometry
) -> list[LineString]:
    """Tracks grown from the roads along the edges of the fields, rarer uphill and far away."""
    die = Die("tracks")
    inland, wet = ground.buffer(-12), water.buffer(12)
    keep_off = shapely.union_all([built, wet])
    for geometry in (inland, keep_off):
        shapely.prepare(geometry)
    leaving: dict[Place, list[int]] = defaultdict(list)
    reached: set[Place] = set()
    for number, (line, way) in enumerate(zip(net.edges, net.ways, strict=True)):
        ends = (_key(line.coords[0]), _key(line.coords[-1]))
        if way is not None:
            reached.update(ends)
        elif (
            not net.on_stream[number]
            and TRACK_SHORTEST <= line.length <= TRACK_LONGEST
            and inland.contains(line)
            and not keep_off.intersects(line)
        ):
            for end in ends:
                leaving[end].append(number)
    front = sorted(end for end in leaving if end in reached)
    depth = dict.fromkeys(front, 0)
    tracks, tried = [], set()
    while front:
        here = front.pop(0)
        for number in leaving[here]:
            if number in tried:
                continue
            tried.add(number)
            line = net.edges[number]
            first, last = _key(line.coords[0]), _key(line.coords[-1])
            there = last if first == here else first
            chance = (0.36, 0.48, 0.48, 0.33, 0.33, 0.33, 0.33)[min(depth[here], 6)]
            chance *= 1 - min(0.8, relief.height(*there) / 130)
            chance *= 0.3 if there in reached else 1.0
            if die.chance(chance):
                tracks.append(line)
                if there not in reached:
                    reached.add(there)
                    depth[there] = depth[here] + 1
                    front.append(there)
    return tracks


def _key(place: Place) -> Place:
    return (round(place[0], 2), round(place[1], 2))


def _weld(pieces: list[tuple[LineString, Manner]]) -> tuple[dict[int, Place], list[Edge]]:
    numbers: dict[Place, int] = {}
    for line, _ in pieces:
        for end in (line.coords[0], line.coords[-1]):
            numbers.setdefault(_key(end), len(numbers))
    places = list(numbers)
    leader = list(range(len(places)))

    def lead(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    points = shapely.points(places)
    for i, j in STRtree(points).query(points, predicate="dwithin", distance=WELD).T.tolist():
        if i < j:
            leader[lead(j)] = lead(i)
    edges = []
    for line, manner in pieces:
        start, end = (lead(numbers[_key(c)]) for c in (line.coords[0], line.coords[-1]))
        if start == end and line.length < 6:
            continue
        coords = [places[start], *line.coords[1:-1], places[end]]
        edges.append(Edge(start, end, LineString(coords), manner))
    return {lead(n): places[lead(n)] for n in range(len(places))}, edges


def _chained(edges: list[Edge]) -> list[Edge]:
    """Edges of equal manner joined through the nodes where only two of them meet."""
    chained: list[Edge | None] = list(edges)
    at: dict[int, set[int]] = defaultdict(set)
    for number, edge in enumerate(edges):
        at[edge.start].add(number)
        at[edge.end].add(number)
    for node in sorted(at):
        if len(at[node]) != 2:
            continue
        i, j = sorted(at[node])
        a, b = chained[i], chained[j]
        if a is None or b is None or a.manner != b.manner:
            continue
        if a.start == a.end or b.start == b.end:
            continue
        head = a if a.end == node else _turned(a)
        tail = b if b.start == node else _turned(b)
        if head.start == tail.end:
            continue
        line = LineString([*head.line.coords, *tail.line.coords[1:]])
        chained[i], chained[j] = Edge(head.start, tail.end, line, a.manner), None
        at[tail.end].discard(j)
        at[tail.end].add(i)
        at[node] = set()
    return [Edge(e.start, e.end, e.line.simplify(0.4), e.manner) for e in chained if e is not None]


def _turned(edge: Edge) -> Edge:
    return Edge(edge.end, edge.start, edge.line.reverse(), edge.manner)


def _without_stubs(edges: list[Edge]) -> list[Edge]:
    """The edges but for dead ends too short to be anything."""
    degree: dict[int, int] = defaultdict(int)
    for edge in edges:
        degree[edge.start] += 1
        degree[edge.end] += 1
    return [e for e in edges if e.line.length > STUB or min(degree[e.start], degree[e.end]) > 1]


def _largest_part(edges: list[Edge]) -> list[Edge]:
    at: dict[int, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        at[edge.start].append(number)
        at[edge.end].append(number)
    part_of: dict[int, int] = {}
    length: dict[int, float] = defaultdict(float)
    for first in sorted(at):
        stack = [] if first in part_of else [first]
        part_of.setdefault(first, first)
        while stack:
            node = stack.pop()
            for number in at[node]:
                for other in (edges[number].start, edges[number].end):
                    if other not in part_of:
                        part_of[other] = first
                        stack.append(other)
    for edge in edges:
        length[part_of[edge.start]] += edge.line.length
    largest = max(length, key=lambda p: length[p])
    return [e for e in edges if part_of[e.start] == largest]


def beside(graph: Graph, place: Place, within: float, classes: tuple[str, ...]) -> Point:
    """A point at most `within` metres off the nearest road of the classes, on the place's side."""
    here = Point(place)
    lines = [e.line for e in graph.edges if e.manner[0] in classes]
    road = lines[int(np.argmin(shapely.distance(lines, here)))]
    foot = road.interpolate(road.project(here))
    away = foot.distance(here)
    if away <= within:
        return here
    share = within / away
    return Point(foot.x + (here.x - foot.x) * share, foot.y + (here.y - foot.y) * share)
