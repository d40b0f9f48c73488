"""What lies around: the sea, the neighbours' land, and the main roads that lead on."""

import math

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.curves import Die, roughen, round_corners
from geodata.facts import drawn, provenance, table
from geodata.places import Row
from geodata.plane import point_on_plane, polygons_of
from geodata.ways import Way, beyond

AROUND = 6_000.0
ISLET = 50_000.0


def surroundings(ground: Polygon, coast: LineString) -> list[Row]:
    """The sea and the neighbours' land in a frame six kilometres wider than the ground."""
    frame = ground.buffer(AROUND).envelope
    mainland = _mainland(coast, frame)
    sea = frame.difference(shapely.union_all([mainland, ground]).buffer(0.5))
    land = mainland.difference(ground.buffer(0.5))
    land = shapely.union_all([p for p in polygons_of(land) if p.area > ISLET])
    return [
        {"kind": "sea", **provenance(("shape", "gshhg")), "geometry": sea},
        {"kind": "neighbour_land", **provenance(("shape", "gshhg")), "geometry": land},
    ]


def _mainland(coast: LineString, frame: BaseGeometry) -> Polygon:
    """The land south of the wide shore line, whose middle is the subdistrict's own shore."""
    wide = list(drawn("coast_wide")[0].geometry.coords)
    own = list(coast.coords)
    west = min(range(len(wide)), key=lambda i: math.dist(wide[i], own[0]))
    east = min(range(len(wide)), key=lambda i: math.dist(wide[i], own[-1]))
    die = Die("wide shore")
    shore = [
        *round_corners(roughen([*wide[:west], own[0]], die, share=0.10, shortest=60), 1),
        *own,
        *round_corners(roughen([own[-1], *wide[east + 1 :]], die, share=0.10, shortest=60), 1),
    ]
    left, bottom, right, _ = frame.bounds
    corners = [(right + 5e4, bottom - 5e4), (left - 5e4, bottom - 5e4)]
    return Polygon([*shore, *corners]).buffer(0).intersection(frame)


def leading_on(ways: list[Way], ground: Polygon, around: list[Row]) -> list[Row]:
    """The main roads beyond the border, on land, as far as they were drawn."""
    land = around[1]["geometry"].buffer(-30)
    return [
        {
            "cls": way.cls,
            "name": way.name,
            **provenance(("shape", "illustrative")),
            "geometry": max(shapely.get_parts(line), key=shapely.length),
        }
        for way in beyond(ways, ground.buffer(0.5))
        if not (line := way.line.intersection(land)).is_empty
    ]


def neighbours() -> list[Row]:
    """Towns round about, for their names on the map."""
    return [
        {
            "name": row["name"],
            "name_en": row["name_en"],
            **provenance(("place", row["source"])),
            "geometry": Point(point_on_plane(float(row["lon"]), float(row["lat"]))),
        }
        for row in table("neighbours")
    ]
