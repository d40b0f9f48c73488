"""Where people built: planned areas cut out of their grids, and villages about their centres."""

import math
from dataclasses import dataclass

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.curves import Die, blob, spline
from geodata.facts import Drawn, drawn, table
from geodata.plane import Place, lines_of, point_on_plane, polygons_of
from geodata.streets import lay_out
from geodata.ways import MAIN, Way

SHORE_MARGIN = 45.0
FOREIGN_WIDTH = 170.0
FOREIGN_AREA = 80_000.0
USE = {"community": "residential", "industry": "industrial"}
VILLAGE_RADIUS = {"unrelocated": 165.0, "relocated": 115.0}
BIG_VILLAGE = 1.32
THROUGH_THE_HEART = 40.0


@dataclass(frozen=True)
class Settled:
    """A piece of built ground: `use` is what the land is used for, `ways` its own streets."""

    id: str
    use: str
    ground: BaseGeometry
    ways: list[Way]


def planned_areas(
    ground: Polygon, roads: list[Way], seeds: list[Drawn], water: BaseGeometry
) -> list[Settled]:
    """The planned areas with their streets.

    An area is drawn by hand; what belongs to other grids, the shore and water is taken out of it.
    """
    axes = [w.line for w in roads if w.cls in MAIN]
    rows = drawn("planned_areas")
    shares = _seeds_of(rows, seeds)
    inland = ground.buffer(-SHORE_MARGIN)
    areas = []
    for row, own in zip(rows, shares, strict=True):
        shape = row.geometry.buffer(-70).buffer(70).intersection(inland)
        shape = (
            shape.difference(_foreign(shape, own))
            .difference(water.buffer(25))
            .buffer(-20)
            .buffer(20)
        )
        shape = Polygon(max(polygons_of(shape), key=lambda p: p.area).exterior).simplify(1)
        facts = row.facts
        quarter = lay_out(shape, axes, facts["pattern"], facts["id"], ringed=True)
        use = "park" if facts["pattern"] == "park" else USE[facts["kind"]]
        areas.append(Settled(facts["id"], use, quarter.ground, quarter.ways))
    return areas


def _foreign(shape: BaseGeometry, own: BaseGeometry) -> BaseGeometry:
    """What other grids hold inside the drawn area, where it is wide and large enough to matter."""
    wide = shape.difference(own).buffer(-FOREIGN_WIDTH / 2)
    wide = wide.buffer(FOREIGN_WIDTH).buffer(-FOREIGN_WIDTH / 2)
    return shapely.union_all([p for p in polygons_of(wide) if p.area > FOREIGN_AREA])


def _seeds_of(rows: list[Drawn], seeds: list[Drawn]) -> list[Polygon]:
    """For each planned area the union of the grids of its kind that lie mostly in it."""
    shares: list[list[Polygon]] = [[] for _ in rows]
    for seed in seeds:
        overlaps = [
            seed.geometry.intersection(row.geometry).area
            if row.facts["kind"] == seed.facts["kind"]
            else 0.0
            for row in rows
        ]
        if max(overlaps) > 0:
            shares[overlaps.index(max(overlaps))].append(seed.geometry)
    return [shapely.union_all(share) for share in shares]


def villages(ground: Polygon, roads: list[Way], free: BaseGeometry) -> list[Settled]:
    """The villages on the free ground: living ones with lanes, old sites with a few paths.

    A village that no road passes through has a lane of its own through its heart.
    """
    settled = []
    for row in table("villages"):
        name, lives = row["name"], row["status"] == "unrelocated"
        die = Die(f"village {name}")
        centre = point_on_plane(float(row["lon"]), float(row["lat"]))
        radius = VILLAGE_RADIUS[row["status"]] * die.between(0.92, 1.12)
        radius *= BIG_VILLAGE if lives and int(row["grids"]) > 1 else 1
        turn = die.between(-0.3, 0.3)
        shape = blob(centre, radius, die, turn=turn, stretch=die.between(1.1, 1.6), rough=0.10)
        shape = shape.intersection(ground.buffer(-30)).intersection(free)
        parts = polygons_of(shape)
        if not parts:
            continue
        shape = max(parts, key=lambda p: p.area)
        axes = [w.line for w in roads if w.line.intersects(shape)]
        own = []
        if all(axis.distance(Point(centre)) > THROUGH_THE_HEART for axis in axes):
            lane = _main_lane(shape, centre, turn, die)
            axes.append(lane)
            own = [Way(piece, "residential") for piece in lines_of(lane.intersection(shape))]
        quarter = lay_out(shape, axes, "village" if lives else "site", name, ringed=False)
        settled.append(Settled(name, "village", shape, own + quarter.ways))
    return settled


def _main_lane(shape: Polygon, centre: Place, turn: float, die: Die) -> LineString:
    """The village's own lane through its centre, from edge to edge."""
    reach = math.sqrt(shape.area)
    dx, dy = reach * math.cos(turn), reach * math.sin(turn)
    west, east = (centre[0] - dx, centre[1] - dy), (centre[0] + dx, centre[1] + dy)
    return spline([west, (centre[0], centre[1] + die.between(-12, 12)), east])
