"""What the land is used for: fields, orchards, woods, beaches and built ground."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from geodata.curves import noise
from geodata.facts import table
from geodata.plane import point_on_plane, polygons_of
from geodata.relief import Relief
from geodata.settle import Settled

WOODED_ABOVE = 44.0
PARK_WOODED_ABOVE = 58.0
BEACH = 70.0
SHELTER_BELT = 230.0
RIVERSIDE = 45.0
SMALLEST_FOREST = 80_000.0
ON_THE_HILL = 700.0
SHELTER_BELT_NAME = "沿海防护林"


@dataclass(frozen=True)
class Patch:
    """A patch of land of one use."""

    kind: str
    shape: Polygon


def patches(
    parcels: list[Polygon],
    settled: list[Settled],
    relief: Relief,
    coast: LineString,
    streams: list[LineString],
) -> list[Patch]:
    """The whole ground in patches, parcels of one use that touch being one patch."""
    inside = shapely.point_on_surface(parcels)
    use = np.full(len(parcels), "", dtype=object)
    for place in settled:
        shapely.prepare(place.ground)
        use[shapely.contains(place.ground, inside) & (use == "")] = place.use
    to_shore = shapely.distance(coast, inside)
    to_stream = shapely.distance(shapely.union_all(streams), inside)
    kinds = [
        _kind(str(use[i]), point, relief, float(to_shore[i]), float(to_stream[i]), parcels[i].area)
        for i, point in enumerate(inside)
    ]
    kinds = np.array(kinds, dtype=object)
    found = []
    for kind in sorted(set(kinds)):
        same = [parcels[i] for i in np.flatnonzero(kinds == kind)]
        found += [Patch(kind, p) for p in polygons_of(shapely.coverage_union_all(same))]
    return found


def _kind(
    use: str, point: Point, relief: Relief, to_shore: float, to_stream: float, area: float
) -> str:
    x, y = point.x, point.y
    if use == "park":
        return "forest" if relief.height(x, y) > PARK_WOODED_ABOVE else "park"
    if use == "residential" and (to_stream < RIVERSIDE or noise(x, y, 260, 12) > 0.86):
        return "park"
    if use == "industrial" and area < 5_000 and to_stream < RIVERSIDE:
        return "park"
    if use:
        return use
    if relief.texture(x, y) > WOODED_ABOVE:
        return "forest"
    if to_shore < BEACH:
        return "beach"
    if to_shore < SHELTER_BELT and noise(x, y, 700, 11) > 0.42:
        return "forest"
    return "orchard" if noise(x, y, 300, 9) > 0.52 else "farmland"


def forests(found: list[Patch]) -> list[tuple[str, Polygon]]:
    """The larger woods with their names: that of the hill they stand on, or the shelter belt."""
    hills = [
        (row["wood"], Point(point_on_plane(float(row["lon"]), float(row["lat"]))))
        for row in table("hills")
    ]
    woods = [p.shape for p in found if p.kind == "forest" and p.shape.area > SMALLEST_FOREST]
    named: list[tuple[str, Polygon]] = []
    count: dict[str, int] = {}
    for wood in sorted(woods, key=lambda w: -w.area):
        name, top = min(hills, key=lambda h: h[1].distance(wood))
        if top.distance(wood) > ON_THE_HILL:
            name = SHELTER_BELT_NAME
        count[name] = count.get(name, 0) + 1
        named.append((name if count[name] == 1 else f"{name}{count[name]}", wood))
    return named
