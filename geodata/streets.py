"""Streets inside planned areas and villages: blocks halved again and again, each in its manner."""

import math
from dataclasses import dataclass
from itertools import pairwise

import shapely
import shapely.ops
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.curves import Die, arc
from geodata.plane import Place, lines_of, polygons_of
from geodata.ways import Way

NARROWEST_QUARTER = 110.0
SAME_JUNCTION = 28.0


@dataclass(frozen=True)
class Pattern:
    """How an area is cut into blocks. Areas in square metres, angles in degrees, the rest shares.

    Each quarter aims at its own block size and has its own tilt; each street differs from that by
    up to `skew` and bows by up to `bend` of its length.
    """

    smallest: float
    largest: float
    tilt: float
    skew: float
    bend: float
    stays_whole: float
    cul_de_sac: float
    loop: float
    cls: str = "residential"
    narrow: float = 34.0


PATTERNS = {
    "town": Pattern(8_000, 34_000, 10, 9, 0.07, 0.12, 0.32, 0.22),
    "estate": Pattern(7_500, 32_000, 14, 12, 0.09, 0.12, 0.35, 0.20),
    "heavy": Pattern(42_000, 260_000, 14, 6, 0.04, 0.15, 0.45, 0.35),
    "works": Pattern(20_000, 130_000, 14, 7, 0.05, 0.15, 0.45, 0.25),
    "port": Pattern(40_000, 170_000, 6, 5, 0.03, 0.12, 0.55, 0.10),
    "campus": Pattern(18_000, 80_000, 18, 14, 0.14, 0.15, 0.25, 0.40),
    "station": Pattern(15_000, 90_000, 16, 10, 0.07, 0.15, 0.30, 0.25),
    "park": Pattern(90_000, 200_000, 20, 22, 0.24, 0.15, 0.30, 0.30, cls="service"),
    "village": Pattern(2_600, 6_500, 4, 8, 0.06, 0.05, 0.10, 0.0, cls="service", narrow=22),
    "site": Pattern(12_000, 22_000, 10, 14, 0.10, 0.25, 0.0, 0.0, cls="track"),
}


@dataclass(frozen=True)
class Quarter:
    """A built-up area: its ground, the ways inside it that others did not draw, its pattern."""

    ground: BaseGeometry
    ways: list[Way]


def lay_out(
    area: Polygon, axes: list[LineString], pattern: str, name: str, *, ringed: bool
) -> Quarter:
    """The area cut by the axes into quarters and each quarter into blocks.

    Strips narrower than a quarter that the axes leave at the rim are given up: the area then ends
    at the road. With `ringed`, a street follows the rim where no axis does.
    """
    through = shapely.union_all([a.intersection(area.buffer(1)) for a in axes])
    net = shapely.union_all([area.exterior, through], grid_size=0.01)
    narrow = NARROWEST_QUARTER if ringed else 12.0
    parts = [
        p
        for p in polygons_of(shapely.polygonize(lines_of(net)))
        if area.contains(p.representative_point()) and not p.buffer(-narrow / 2).is_empty
    ]
    ground = shapely.union_all(parts)
    style = PATTERNS[pattern]
    ways = []
    if ringed:
        ways += [
            Way(edge, style.cls)
            for edge in lines_of(net)
            if ground.boundary.distance(middle := edge.interpolate(0.5, normalized=True)) < 0.5
            and not through.dwithin(middle, 0.5)
        ]
    junctions: list[Place] = []
    for number, part in enumerate(sorted(parts, key=lambda p: p.centroid.coords[0])):
        die = Die(f"{name} {number}")
        aim = style.smallest * (style.largest / style.smallest) ** die.between(0, 1)
        tilt = die.between(-style.tilt, style.tilt)
        ways += _blocks(Polygon(part.exterior), style, aim, tilt, die, junctions)
    return Quarter(ground, ways)


def _blocks(
    block: Polygon,
    style: Pattern,
    aim: float,
    tilt: float,
    die: Die,
    junctions: list[Place],
) -> list[Way]:
    stop = aim * 3.6 ** die.between(-0.5, 0.8) * (3 if die.chance(style.stays_whole) else 1)
    cut = _halve(block, style, tilt, die, junctions) if block.area > stop else None
    if cut is None:
        return _inside(block, style, die)
    street, halves = cut
    junctions += [street.coords[0], street.coords[-1]]
    ways = [Way(street, style.cls)]
    for half in halves:
        ways += _blocks(half, style, aim, tilt, die, junctions)
    return ways


def _halve(
    block: Polygon, style: Pattern, tilt: float, die: Die, junctions: list[Place]
) -> tuple[LineString, list[Polygon]] | None:
    """A street across the long side and the two halves, or nothing if none fits."""
    corners = shapely.oriented_envelope(block).exterior.coords[:4]
    sides = [math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2])]
    (ax, ay), (bx, by) = (corners[0], corners[1]) if sides[0] >= sides[1] else corners[1:3]
    length, width = max(sides), min(sides)
    along = ((bx - ax) / length, (by - ay) / length)
    centre = block.oriented_envelope.centroid
    reach = length + width
    for _ in range(10):
        off = die.between(-0.21, 0.21) * length
        turn = math.radians(90 + tilt + die.between(-style.skew, style.skew))
        dx = along[0] * math.cos(turn) - along[1] * math.sin(turn)
        dy = along[0] * math.sin(turn) + along[1] * math.cos(turn)
        mx, my = centre.x + along[0] * off, centre.y + along[1] * off
        bulge = die.between(-style.bend, style.bend) * width
        ray = LineString(
            [(mx - dx * reach, my - dy * reach), (mx + dx * reach, my + dy * reach)]
        ).intersection(block)
        pieces = lines_of(ray)
        if not pieces:
            continue
        across = max(pieces, key=lambda piece: piece.length)
        start, end = (_junction(c, block, junctions) for c in (across.coords[0], across.coords[-1]))
        if math.dist(start, end) < 0.5 * width:
            continue
        street = arc(start, end, bulge)
        halves = polygons_of(shapely.ops.split(block, _overshoot(street)))
        if len(halves) == 2 and all(_fits(half, block, style) for half in halves):
            return street, halves
    return None


def _junction(end: Place, block: Polygon, junctions: list[Place]) -> Place:
    """The end, moved to a junction across the street so that crossings meet in one point."""
    here = Point(end)
    near = [
        j
        for j in junctions
        if math.dist(j, end) < SAME_JUNCTION and block.exterior.distance(Point(j)) < 0.02
    ]
    return min(near, key=lambda j: here.distance(Point(j))) if near else end


def _overshoot(line: LineString) -> LineString:
    coords = list(line.coords)

    def on(a: Place, b: Place) -> Place:
        share = 0.4 / math.dist(a, b)
        return (b[0] + (b[0] - a[0]) * share, b[1] + (b[1] - a[1]) * share)

    return LineString([on(coords[1], coords[0]), *coords, on(coords[-2], coords[-1])])


def _fits(half: Polygon, block: Polygon, style: Pattern) -> bool:
    roomy = not half.buffer(-style.narrow / 2).is_empty
    compact = min(0.03, 0.75 * block.area / block.length**2)
    return roomy and half.area > 0.18 * block.area and half.area / half.length**2 > compact


def _inside(block: Polygon, style: Pattern, die: Die) -> list[Way]:
    """What a finished block holds: a loop, a cul-de-sac, or nothing."""
    chance = die.between(0, 1)
    if chance < style.loop and block.area > 0.8 * style.smallest:
        return _loop(block, die)
    if chance < style.loop + style.cul_de_sac:
        return _cul_de_sac(block, die)
    return []


def _cul_de_sac(block: Polygon, die: Die) -> list[Way]:
    rim = block.exterior
    a, b = max(
        pairwise(block.simplify(6).exterior.coords),
        key=lambda side: math.dist(*side),
    )
    share = die.between(0.35, 0.65)
    door = rim.interpolate(
        rim.project(Point(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share))
    )
    heart = block.centroid
    depth = die.between(0.7, 1.15)
    tip = (door.x + (heart.x - door.x) * depth, door.y + (heart.y - door.y) * depth)
    lane = LineString([door.coords[0], tip])
    if not block.buffer(0.1).contains(lane) or rim.distance(Point(tip)) < 12:
        return []
    return [Way(lane, "service", cuts=False)]


def _loop(block: Polygon, die: Die) -> list[Way]:
    depth = die.between(0.2, 0.3) * math.sqrt(block.area)
    rings = polygons_of(block.buffer(-depth - 12).buffer(12).simplify(1.5))
    if len(rings) != 1 or rings[0].area < 0.1 * block.area:
        return []
    ring = LineString(rings[0].exterior.coords)
    ways = [Way(ring, "service", cuts=False)]
    first = die.between(0, 1)
    for share in (first, first + die.between(0.4, 0.6)):
        inner = ring.interpolate(share % 1.0, normalized=True)
        outer = block.exterior.interpolate(block.exterior.project(inner))
        ways.append(Way(LineString([outer, inner]), "service", cuts=False))
    return ways
