"""Parcels: the ground cut by everything that can be a border, each edge stored once."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from geodata.curves import Die, roughen
from geodata.plane import Place, lines_of, polygons_of
from geodata.ways import CLASSES, MAIN, Way

GRID_SIZE = 0.01
FIELD = 95.0
ON_THE_LINE = 0.3
BESIDE_MAIN_ROAD = 32.0
BESIDE_LANE = 10.0
BESIDE_BUILT = 45.0


@dataclass(frozen=True)
class Net:
    """Every line of the ground noded once. `ways[i]` is the best way that edge i lies on."""

    edges: list[LineString]
    ways: list[Way | None]
    on_stream: np.ndarray
    parcels: list[Polygon]


def cut(
    ground: Polygon,
    ways: list[Way],
    streams: list[LineString],
    seed_borders: BaseGeometry,
    built: BaseGeometry,
) -> Net:
    """The net of the ground and its parcels: blocks where it is built, fields elsewhere.

    Old grid borders become parcel edges in the open country, so that a grid keeps its border
    there; beside a road they give way to the road.
    """
    roads = shapely.union_all([w.line for w in ways], grid_size=GRID_SIZE)
    fields = _field_edges(ground, built)
    inner = seed_borders.difference(ground.exterior.buffer(BESIDE_LANE))
    borders = _borders_in_the_open(inner, ground.exterior, ways, streams, built)
    net = shapely.union_all(
        [ground.exterior, roads, *streams, fields, borders], grid_size=GRID_SIZE
    )
    edges = lines_of(shapely.intersection(net, ground.buffer(0.5), grid_size=GRID_SIZE))
    owners = _best_way(edges, ways)
    middles = _middles(edges)
    on_stream = np.zeros(len(edges), bool)
    on_stream[STRtree(streams).query(middles, predicate="dwithin", distance=0.5)[0]] = True
    cutting = [e for e, w in zip(edges, owners, strict=True) if w is None or w.cuts]
    parcels = [
        p
        for p in polygons_of(shapely.polygonize(cutting))
        if ground.contains(p.representative_point())
    ]
    return Net(edges, owners, on_stream, parcels)


def _middles(edges: list[LineString]) -> np.ndarray:
    return shapely.line_interpolate_point(edges, 0.5, normalized=True)


def _best_way(edges: list[LineString], ways: list[Way]) -> list[Way | None]:
    rank = {cls: number for number, cls in enumerate(CLASSES)}
    owners: list[Way | None] = [None] * len(edges)
    tree = STRtree([w.line for w in ways])
    pairs = tree.query(_middles(edges), predicate="dwithin", distance=ON_THE_LINE)
    for edge, number in zip(*pairs, strict=True):
        way, best = ways[number], owners[edge]
        if best is None or (rank[way.cls], not way.cuts) < (rank[best.cls], not best.cuts):
            owners[edge] = way
    return owners


def _field_edges(ground: Polygon, built: BaseGeometry) -> BaseGeometry:
    """Voronoi edges of points that keep their distance, each a little crooked."""
    die = Die("fields")
    west, south, east, north = ground.bounds
    taken: dict[tuple[int, int], list[Place]] = defaultdict(list)
    places: list[Place] = []
    for _ in range(60_000):
        x, y = die.between(west, east), die.between(south, north)
        i, j = int(x // FIELD), int(y // FIELD)
        near = (
            q for di in (-1, 0, 1) for dj in (-1, 0, 1) for q in taken.get((i + di, j + dj), ())
        )
        if all((x - qx) ** 2 + (y - qy) ** 2 >= FIELD**2 for qx, qy in near):
            taken[i, j].append((x, y))
            places.append((x, y))
    around = ground.buffer(200).difference(built.buffer(-60))
    xs, ys = np.array(places).T
    kept = shapely.points(np.array(places)[shapely.contains_xy(around, xs, ys)])
    voronoi = shapely.voronoi_polygons(
        shapely.multipoints(kept), only_edges=True, extend_to=ground.envelope
    )
    crooked = [
        LineString(roughen(pair, die, share=0.10, shortest=45))
        for edge in lines_of(voronoi)
        for pair in pairwise(edge.coords)
    ]
    return shapely.union_all(crooked).intersection(ground).difference(built)


def _borders_in_the_open(
    borders: BaseGeometry,
    rim: LineString,
    ways: list[Way],
    streams: list[LineString],
    built: BaseGeometry,
) -> BaseGeometry:
    main = [w.line for w in ways if w.cls in MAIN]
    lanes = [w.line for w in ways if w.cls not in MAIN]
    lines = shapely.union_all([rim, *main, *lanes, *streams, built.boundary])
    room = shapely.union_all(
        [
            *shapely.buffer(main, BESIDE_MAIN_ROAD),
            # One by one: to buffer a whole net of lanes at once takes nine seconds.
            *shapely.buffer([*lanes, *streams], BESIDE_LANE),
            built.buffer(BESIDE_BUILT),
        ]
    )
    pieces = []
    for piece in lines_of(shapely.line_merge(borders.difference(room))):
        start, end = Point(piece.coords[0]), Point(piece.coords[-1])
        before = [_onto(lines, start)] if lines.distance(start) < BESIDE_BUILT + 1 else []
        after = [_onto(lines, end)] if lines.distance(end) < BESIDE_BUILT + 1 else []
        coords = [*before, *piece.coords, *after]
        pieces.append(LineString(coords))
    return shapely.union_all(pieces)


def _onto(lines: BaseGeometry, here: Point) -> Place:
    """The point of the lines nearest to here, and half a metre on, to be sure to cross."""
    x, y = shapely.shortest_line(here, lines).coords[-1]
    away = max(here.distance(Point(x, y)), 1e-9)
    return (x + (x - here.x) / away * 0.5, y + (y - here.y) / away * 0.5)
