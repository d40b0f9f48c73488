"""Boxes and tiles in units of the world: whole numbers, as the places of public cases are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.cases.told.models import CELL_ZOOM, WORLD
from webapp.interop.ogc.crs import Crs
from webapp.interop.ogc.tiling.squares import SQUARES, Tile

SIDE = 1 << WORLD
# A told place is a whole number of these degrees, and lies more than two units from the next.
STEP = 1e-6
# Web Mercator ends here.
FARTHEST_NORTH = 85.06

_FINER = WORLD - CELL_ZOOM


@dataclass(frozen=True)
class Ground:
    """A part of the world; its edges belong to it."""

    west: int
    north: int
    east: int
    south: int

    @property
    def squares(self) -> dict[str, int]:
        """First and last column and row of the squares in which cases are counted."""
        sides = ("x0", self.west), ("y0", self.north), ("x1", self.east), ("y1", self.south)
        return {name: max(0, side) >> _FINER for name, side in sides}

    @property
    def values(self) -> dict[str, int]:
        """Its sides and its squares, by their names in a statement."""
        return {**vars(self), **self.squares}

    @property
    def is_empty(self) -> bool:
        """True when nothing can lie in it."""
        return self.west > self.east or self.north > self.south

    def cut(self) -> tuple[Ground | None, list[Ground]]:
        """The part that whole squares fill, and what is left about it."""
        x0, y0 = -(-self.west >> _FINER), -(-self.north >> _FINER)
        x1, y1 = (self.east + 1 >> _FINER) - 1, (self.south + 1 >> _FINER) - 1
        if x0 > x1 or y0 > y1:
            return None, [self]
        inner = Ground(x0 << _FINER, y0 << _FINER, (x1 + 1 << _FINER) - 1, (y1 + 1 << _FINER) - 1)
        rim = (
            Ground(self.west, self.north, inner.west - 1, self.south),
            Ground(inner.east + 1, self.north, self.east, self.south),
            Ground(inner.west, self.north, inner.east, inner.north - 1),
            Ground(inner.west, inner.south + 1, inner.east, self.south),
        )
        return inner, [each for each in rim if not each.is_empty]


def of_box(numbers: Sequence[float], crs: Crs) -> Ground | None:
    """The ground of a box of four numbers in degrees; None for one in metres or across the date line."""
    first, second, third, fourth = numbers
    if crs.north_first:
        first, second, third, fourth = second, first, fourth, third
    if crs.metric or first > third:
        return None
    # Half a step farther out no place can be told, so that none at the edge is lost by rounding.
    more = STEP / 2
    return Ground(
        _across(first - more), _down(fourth + more), _across(third + more), _down(second - more)
    )


def of_tile(at: Tile) -> Ground:
    """The ground of a tile with what reaches in from beside it: as wide as its squares when it is gathered."""
    side = SIDE >> at.zoom
    more = side // SQUARES
    west, north = at.column * side, at.row * side
    return Ground(west - more, north - more, west + side + more - 1, north + side + more - 1)


def _across(lon: float) -> int:
    return math.floor((lon + 180) / 360 * SIDE)


def _down(lat: float) -> int:
    clipped = max(-FARTHEST_NORTH, min(FARTHEST_NORTH, lat))
    down = (1 - math.asinh(math.tan(math.radians(clipped))) / math.pi) / 2
    return max(0, min(SIDE, math.floor(down * SIDE)))
