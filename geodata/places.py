"""Points and sites: communities, workstations, enterprises, ports, cameras and the like."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import shapely
import shapely.ops
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.curves import Die
from geodata.facts import provenance, table
from geodata.grids import Grid
from geodata.network import Graph, beside
from geodata.plane import Place, point_on_plane
from geodata.relief import Lake, Stream

Row = dict[str, Any]

STREETS = ("primary", "secondary", "tertiary", "residential", "service")
BESIDE_ROAD = 18.0
SITE_LARGER_THAN = 8_000.0
FAR_SIGHTED = ("forest", "reservoir", "port")
JUNCTION_CAMERAS = 40
HECTARES_PER_WATCHTOWER = 60.0


@dataclass(frozen=True)
class Land:
    """What the places stand on."""

    ground: Polygon
    coast: LineString
    parcels: list[Polygon]
    grids: list[Grid]
    graph: Graph
    streams: list[Stream]
    reservoirs: list[Lake]
    forests: list[tuple[str, Polygon]]

    def grid(self, code: str) -> Polygon:
        return next(g.shape for g in self.grids if g.facts["code"] == code)


def _place(row: dict[str, str]) -> Place:
    return point_on_plane(float(row["lon"]), float(row["lat"]))


def _somewhere(shape: BaseGeometry, die: Die, margin: float) -> Place:
    """A place in the shape, away from its border where there is room."""
    inner = shape.buffer(-margin)
    if inner.is_empty:
        return shapely.point_on_surface(shape).coords[0]
    west, south, east, north = inner.bounds
    while True:
        place = (die.between(west, east), die.between(south, north))
        if inner.contains(Point(place)):
            return place


def _told(row: dict[str, str]) -> Row:
    return {
        "basis": row["basis"],
        **provenance(("name", row["source"]), ("place", "illustrative")),
    }


def villages() -> list[Row]:
    return [
        {
            "name": row["name"],
            "stat_code_2020": row["code_2020"],
            "status": row["status"],
            "community": row["community"],
            "name_source": "list of statistical division codes, 2020",
            "position_source": "illustrative",
            "status_basis": row["status_basis"],
            "note": row["note"] or None,
            **_told(row),
            "geometry": Point(_place(row)),
        }
        for row in table("villages")
    ]


def communities(land: Land) -> list[Row]:
    """The 32 communities, each at the heart of its community grids or at its village."""
    village_at = {f"{row['name']}社区": Point(_place(row)) for row in table("villages")}
    rows = []
    for row in table("communities"):
        grids = [g for g in land.grids if g.facts["community_code"] == row["code"]]
        urban = [g.shape for g in grids if g.facts["kind"] == "community"]
        point = village_at.get(row["name"])
        if urban or point is None:
            point = shapely.point_on_surface(shapely.union_all(urban or [g.shape for g in grids]))
        rows.append(
            {
                "code": row["code"],
                "name": row["name"],
                "kind": row["kind"],
                "grids": len(grids),
                "provisional": row["provisional"] == "true",
                "note": row["note"] or None,
                **_told(row),
                "geometry": point,
            }
        )
    return rows


def workstations(land: Land) -> list[Row]:
    return [
        {
            "name": row["name"],
            **_told(row),
            "geometry": beside(land.graph, _place(row), BESIDE_ROAD, STREETS),
        }
        for row in table("workstations")
    ]


def sampling_points(land: Land) -> list[Row]:
    return [
        {
            "name": row["name"],
            "lanes": int(row["lanes"]),
            "round_the_clock": row["round_the_clock"] == "true",
            **_told(row),
            "geometry": beside(land.graph, _place(row), BESIDE_ROAD, STREETS),
        }
        for row in table("sampling_points")
    ]


def fishing_ports(land: Land) -> list[Row]:
    """The ports, on the shore line itself."""
    return [
        {
            "name": row["name"],
            **_told(row),
            "geometry": land.coast.interpolate(land.coast.project(Point(_place(row)))),
        }
        for row in table("fishing_ports")
    ]


def enterprises(land: Land) -> list[Row]:
    rows = []
    for row in table("enterprises"):
        die = Die(f"enterprise {row['name']}")
        place = _somewhere(land.grid(row["grid"]), die, 120)
        rows.append(
            {
                "name": row["name"],
                "industry": row["industry"],
                "grid": row["grid"],
                **_told(row),
                "geometry": beside(land.graph, place, 60, STREETS),
            }
        )
    return rows


def project_sites(land: Land) -> list[Row]:
    """Each site is one block of its grid; the river park is a stretch of the river's banks."""
    taken: set[int] = set()
    rows = []
    for row in table("project_sites"):
        if row["grid"]:
            die = Die(f"project {row['name']}")
            grid = land.grid(row["grid"])
            heart = Point(_somewhere(grid, die, 150))
            block = min(
                (
                    i
                    for i, p in enumerate(land.parcels)
                    if i not in taken
                    and p.area > SITE_LARGER_THAN
                    and grid.contains(p.representative_point())
                ),
                key=lambda i: heart.distance(land.parcels[i].centroid),
            )
            taken.add(block)
            shape = Polygon(land.parcels[block].exterior)
        else:
            river = next(s.shape for s in land.streams if row["name"].startswith(s.name))
            reach = shapely.ops.substring(river, 0.55, 0.8, normalized=True)
            shape = reach.buffer(55).intersection(land.ground)
        rows.append({"name": row["name"], **_told(row), "geometry": shape})
    return rows


Post = tuple[str, Point, str]


def cameras(land: Land, layers: dict[str, list[Row]]) -> list[Row]:
    """Cameras where a subdistrict would have them, numbered in the order of their kinds."""
    die = Die("cameras")
    posts = [
        *_posts_in_nature(land, die),
        *_posts_at_works(land, layers, die),
        *_posts_among_people(land, layers),
        *(("road", point, "路口") for point in _crossings(land.graph)),
    ]
    rows = []
    for number, (kind, point, name) in enumerate(posts, start=1):
        far = kind in FAR_SIGHTED
        rows.append(
            {
                "code": f"CAM{number:04d}",
                "kind": kind,
                "name": name,
                "heading": int(die.between(0, 360)),
                "fov": int(die.between(60, 110)),
                "range_m": int(die.between(600, 2500) if far else die.between(60, 180)),
                **provenance(("all", "illustrative")),
                "geometry": point,
            }
        )
    return rows


def _posts_in_nature(land: Land, die: Die) -> Iterator[Post]:
    for name, wood in land.forests:
        for number in range(max(1, round(wood.area / 1e4 / HECTARES_PER_WATCHTOWER))):
            yield "forest", Point(_somewhere(wood, die, 40)), f"{name}防火瞭望{number + 1}"
    for lake in land.reservoirs:
        bank = lake.shape.exterior.interpolate(0.3, normalized=True).coords[0]
        yield "reservoir", beside(land.graph, bank, BESIDE_ROAD, STREETS), f"{lake.name}水位"


def _posts_at_works(land: Land, layers: dict[str, list[Row]], die: Die) -> Iterator[Post]:
    for row in layers["fishing_ports"]:
        yield "port", row["geometry"], f"{row['name']}全景"
    for row in layers["enterprises"]:
        premises = land.grid(row["grid"]).buffer(-15)
        for part in ("大门", "车间", "库区"):
            yield "enterprise", _about(row["geometry"], 60, die, premises), row["name"] + part
    for row in layers["project_sites"]:
        yield "project", row["geometry"].representative_point(), f"{row['name']}工地"


def _posts_among_people(land: Land, layers: dict[str, list[Row]]) -> Iterator[Post]:
    for row in layers["villages"]:
        if row["status"] == "unrelocated":
            at = beside(land.graph, row["geometry"].coords[0], BESIDE_ROAD, STREETS)
            yield "village", at, f"{row['name']}村口"
    for grid in land.grids:
        if grid.facts["kind"] == "community":
            heart = grid.shape.representative_point().coords[0]
            at = beside(land.graph, heart, BESIDE_ROAD, STREETS)
            yield "community", at, grid.facts["name"]


def _about(point: Point, reach: float, die: Die, within: BaseGeometry) -> Point:
    for _ in range(50):
        turn, far = die.between(0, 2 * math.pi), die.between(0.3, 1) * reach
        place = Point(point.x + far * math.cos(turn), point.y + far * math.sin(turn))
        if within.contains(place):
            return place
    return point


def _crossings(graph: Graph) -> Iterable[Point]:
    """The crossings where the most big roads meet, spread by taking the first of each."""
    big: dict[int, int] = {}
    for edge in graph.edges:
        if edge.manner[0] in ("primary", "secondary", "tertiary"):
            for node in (edge.start, edge.end):
                big[node] = big.get(node, 0) + 1
    crossings = sorted((n for n in big if big[n] >= 3), key=lambda n: (-big[n], graph.places[n]))
    return [Point(graph.places[n]) for n in crossings[:JUNCTION_CAMERAS]]
