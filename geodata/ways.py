"""Roads and lanes as drawn by hand: splines and rough lines whose ends meet what they lead to."""

from dataclasses import dataclass

import shapely
from shapely import LineString, Point, Polygon

from geodata.curves import Die, roughen, spline
from geodata.facts import ILLUSTRATIVE, drawn
from geodata.plane import Place, lines_of

# Best class first. An edge that two ways share takes the better one.
CLASSES = ("primary", "secondary", "tertiary", "residential", "service", "track")
KMH = {
    "primary": 70,
    "secondary": 50,
    "tertiary": 40,
    "residential": 25,
    "service": 15,
    "track": 15,
}
MAIN = CLASSES[:3]
MEET_WITHIN = 60.0


@dataclass(frozen=True)
class Way:
    """A stretch of road; `cuts` says whether a parcel may end at it."""

    line: LineString
    cls: str
    name: str | None = None
    source: str = ILLUSTRATIVE
    cuts: bool = True


def drawn_ways() -> list[Way]:
    """The roads and lanes of source/roads.geojson, better classes first, ends joined.

    They still run on beyond the subdistrict where they were drawn so.
    """
    ways: list[Way] = []
    rows = sorted(drawn("roads"), key=lambda d: CLASSES.index(d.facts["cls"]))
    for number, row in enumerate(rows):
        points = list(row.geometry.coords)
        points[0] = _meet(points[0], points[1], ways)
        points[-1] = _meet(points[-1], points[-2], ways)
        if row.facts["drawn"] == "spline":
            line = spline(points)
        else:
            die = Die(f"lane {number}")
            line = spline(roughen(points, die, share=0.09, shortest=200), step=20)
        ways.append(Way(line, row.facts["cls"], row.facts["name"], row.facts["source"]))
    return ways


def _meet(end: Place, before: Place, ways: list[Way]) -> Place:
    """The end moved onto the nearest way already there, if one is near."""
    here = Point(end)
    near = min(ways, key=lambda w: float(w.line.distance(here)), default=None)
    if near is None or near.line.distance(here) > MEET_WITHIN:
        return end
    tip = min((near.line.coords[0], near.line.coords[-1]), key=lambda c: here.distance(Point(c)))
    if here.distance(Point(tip)) < MEET_WITHIN:
        return tip
    ray = _crossing(end, before, near.line)
    return ray or near.line.interpolate(near.line.project(here)).coords[0]


def _crossing(end: Place, before: Place, line: LineString) -> Place | None:
    """Where the last stretch, drawn on a little, crosses the line."""
    ex, ey = end
    dx, dy = ex - before[0], ey - before[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    reach = 1.3 * MEET_WITHIN / length
    back = min(0.9, reach)
    hit = LineString(
        [(ex - dx * back, ey - dy * back), (ex + dx * reach, ey + dy * reach)]
    ).intersection(line)
    points = [p for p in shapely.get_parts(hit) if p.geom_type == "Point"]
    return points[0].coords[0] if points else None


def clipped(ways: list[Way], ground: Polygon) -> list[Way]:
    """The ways inside the ground; what lies outside is cut off."""
    return [
        Way(piece, w.cls, w.name, w.source, w.cuts)
        for w in ways
        for piece in lines_of(w.line.intersection(ground))
        if piece.length > 1
    ]


def beyond(ways: list[Way], ground: Polygon) -> list[Way]:
    """The stretches of the drawn main roads that lead on outside the ground."""
    return [
        Way(piece, w.cls, w.name, w.source)
        for w in ways
        if w.cls in MAIN
        for piece in lines_of(w.line.difference(ground))
        if piece.length > 400
    ]
