"""Made-up towns for tests: squares of 100 m dealt out to grids of two communities, with things in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import numpy as np
import shapely
from shapely import LineString, Polygon

from webapp.grids.rules import GridKind
from webapp.maps.balance.ground import Sources
from webapp.maps.balance.proposing import Area, Known
from webapp.maps.balance.rules import COUNTED, Group, Load
from webapp.travel.network import Edges, Network

SIDE = 100.0
NOTHING = np.array([], dtype=object)


def square(column: int, row: int) -> Polygon:
    """One square of the town."""
    x, y = column * SIDE, row * SIDE
    return Polygon([(x, y), (x + SIDE, y), (x + SIDE, y + SIDE), (x, y + SIDE)])


@dataclass
class Town:
    """A town of so many squares: the grid of each, and what is counted at which points."""

    columns: int
    rows: int
    homes: dict[tuple[int, int], str]
    points: dict[Load, list[tuple[float, float]]] = field(
        default_factory=lambda: {load: [] for load in COUNTED}
    )
    parcels: list[Polygon] = field(default_factory=list)
    buildings: list[Polygon] = field(default_factory=list)
    roads: list[LineString] = field(default_factory=list)
    network: Network | None = None

    def areas(self) -> list[Area]:
        """Its grids; the first letter of a grid names its community."""
        found = []
        for code in sorted(set(self.homes.values())):
            squares = [square(*at) for at, home in self.homes.items() if home == code]
            shape = shapely.get_parts(shapely.coverage_union_all(squares))
            assert len(shape) == 1, code
            group = Group(1 if code < "2" else 2, GridKind.COMMUNITY)
            found.append(Area(code, f"grid {code[-1]}", code, group, code[0], shape[0]))
        return found

    def known(self) -> Known:
        """The town as the balancer sees it."""
        cells = [square(c, r) for c in range(self.columns) for r in range(self.rows)]
        return Known(
            areas=self.areas(),
            made_of=Sources(
                *(
                    np.array(each, dtype=object) if each else NOTHING
                    for each in (self.parcels, self.roads, cells, self.buildings)
                )
            ),
            points={
                load: (
                    np.array([x for x, _ in at], dtype=float),
                    np.array([y for _, y in at], dtype=float),
                )
                for load, at in self.points.items()
            },
            network=self.network,
            expected={},
        )


def code(community: int, number: int) -> str:
    """The code of a grid: 12 characters of its community, 3 of its own."""
    return f"{community}{'0' * 11}{number:03d}"


def grown(die: Random, *, columns: int, rows: int, grids: tuple[int, int]) -> Town:
    """A town whose left half is one community and whose right half is another, each grown into grids."""
    homes: dict[tuple[int, int], str] = {}
    middle = columns // 2
    for community, (first, end) in enumerate(((0, middle), (middle, columns)), start=1):
        free = {(c, r) for c in range(first, end) for r in range(rows)}
        seeds = die.sample(sorted(free), grids[community - 1])
        own = {at: code(community, number) for number, at in enumerate(seeds, start=1)}
        while len(own) < len(free):
            ways = sorted(
                (at, name)
                for (c, r), name in own.items()
                for at in ((c + 1, r), (c - 1, r), (c, r + 1), (c, r - 1))
                if at in free and at not in own
            )
            at, name = ways[die.randrange(len(ways))]
            own[at] = name
        homes |= own
    return Town(columns, rows, homes)


def crowded(town: Town, die: Random, many: int) -> Town:
    """Things stand in the town, thick around a few places."""
    width, height = town.columns * SIDE, town.rows * SIDE
    for load in COUNTED:
        for _ in range(many):
            x, y = die.random() * width, die.random() * height
            for _ in range(die.randrange(1, 6)):
                at = x + die.gauss(0, 80), y + die.gauss(0, 80)
                if 0 < at[0] < width and 0 < at[1] < height:
                    town.points[load].append(at)
    return town


def paved(town: Town) -> Town:
    """Along every second line between its squares there is a road, and one can walk on it."""
    lines: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for c in range(town.columns + 1):
        for r in range(town.rows + 1):
            if c % 2 == 0 and r < town.rows:
                lines.append(((c, r), (c, r + 1)))
            if r % 2 == 0 and c < town.columns:
                lines.append(((c, r), (c + 1, r)))
    town.roads = [
        LineString([(a[0] * SIDE, a[1] * SIDE), (b[0] * SIDE, b[1] * SIDE)]) for a, b in lines
    ]
    node = {each: number for number, each in enumerate(sorted({p for ab in lines for p in ab}))}
    count = len(lines)
    town.network = Network(
        Edges(
            source=np.array([node[a] for a, _ in lines]),
            target=np.array([node[b] for _, b in lines]),
            road_class=np.array(["residential"] * count, dtype=object),
            length_m=np.full(count, SIDE),
            speed_kmh=np.full(count, 30.0),
            oneway=np.zeros(count, dtype=np.int64),
            line=np.array(town.roads, dtype=object),
        )
    )
    return town
