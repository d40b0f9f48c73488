"""Unit cells (万米单元网格): squares of 100 m cut along communities, numbered as the standard asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

SIDE_M = 100.0

# A scrap smaller than this is given to the neighbour with which it shares the longest border.
SMALLEST_M2 = 2_500.0

# A cell that keeps this share of its ground, and is grown by no more, keeps its code.
SAME_SHARE = 0.95

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Cell:
    """One unit cell: its 15-character code and its shape in metres."""

    code: str
    geom: BaseGeometry


def cut(code: str, area: BaseGeometry, known: Mapping[str, BaseGeometry]) -> list[Cell]:
    """The cells of a community, from its 12-character code and its area in metres.

    They cover it without gap or overlap. A cell that was there before (`known`: every cell the
    community ever had) keeps its code; new ones are numbered after the highest, from north to south
    and in each row from west to east: 001 to 999, then A00 to ZZZ. No code is used for other ground.
    """
    pieces = sorted(_pieces(area), key=_reading_order)
    kept = _kept(pieces, known)
    highest = max((place(each[-3:]) for each in known), default=0)
    cells = []
    for index, piece in enumerate(pieces):
        if index not in kept:
            highest += 1
        cells.append(Cell(kept.get(index) or code + number(highest), piece))
    return cells


def number(place: int) -> str:
    """The last three characters of the code of the n-th cell."""
    if place <= 999:
        return f"{place:03d}"
    letter, rest = divmod(place - 1000, 36 * 36)
    if letter >= 26:
        raise ValueError("a community has more cells than its codes can number")
    return DIGITS[10 + letter] + DIGITS[rest // 36] + DIGITS[rest % 36]


def place(number: str) -> int:
    """Which cell it is, from the last three characters of its code."""
    if number.isdigit():
        return int(number)
    first, second, third = (DIGITS.index(each) for each in number)
    return 1000 + (first - 10) * 36 * 36 + second * 36 + third


def _kept(pieces: list[BaseGeometry], known: Mapping[str, BaseGeometry]) -> dict[int, str]:
    """The codes of pieces that were cells before."""
    codes = sorted(known)
    before = np.array([known[code] for code in codes], dtype=object)
    now = np.array(pieces, dtype=object)
    piece, cell = shapely.STRtree(before).query(now, predicate="intersects")
    common = shapely.area(shapely.intersection(now[piece], before[cell]))
    larger = np.maximum(shapely.area(now[piece]), shapely.area(before[cell]))
    share = common / larger
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for each in np.argsort(-share, kind="stable"):
        if share[each] < SAME_SHARE:
            break
        code = codes[cell[each]]
        if int(piece[each]) not in kept and code not in taken:
            kept[int(piece[each])] = code
            taken.add(code)
    return kept


def _reading_order(piece: BaseGeometry) -> tuple[float, float]:
    centre = piece.centroid
    return -np.floor(centre.y / SIDE_M), centre.x


def _pieces(area: BaseGeometry) -> list[BaseGeometry]:
    if area.is_empty:
        return []
    west, south, east, north = area.bounds
    columns = np.arange(np.floor(west / SIDE_M), np.ceil(east / SIDE_M)) * SIDE_M
    rows = np.arange(np.floor(south / SIDE_M), np.ceil(north / SIDE_M)) * SIDE_M
    x, y = (part.ravel() for part in np.meshgrid(columns, rows))
    squares = shapely.box(x, y, x + SIDE_M, y + SIDE_M)
    shapely.prepare(area)
    touched = squares[shapely.intersects(area, squares)]
    whole = shapely.covers(area, touched)
    cut_squares = shapely.intersection(touched[~whole], area)
    parts = [part for part in shapely.get_parts(cut_squares) if isinstance(part, Polygon)]
    return _without_scraps([*touched[whole], *parts])


def _without_scraps(pieces: list[BaseGeometry]) -> list[BaseGeometry]:
    kept: dict[int, BaseGeometry] = dict(enumerate(pieces))
    tree = shapely.STRtree(pieces)
    home = {index: index for index in kept}

    def owner(index: int) -> int:
        while home[index] != index:
            index = home[index]
        return index

    for index in sorted(kept, key=lambda each: pieces[each].area):
        if index not in kept or kept[index].area >= SMALLEST_M2:
            continue
        scrap = kept[index]
        near = {owner(int(other)) for other in tree.query(scrap, predicate="intersects")}
        near.discard(index)
        shared = {each: scrap.boundary.intersection(kept[each].boundary).length for each in near}
        best = max(shared, key=lambda each: (shared[each], -each), default=None)
        if best is not None and shared[best] > 0:
            kept[best] = shapely.union(kept[best], scrap)
            home[index] = best
            del kept[index]
    return list(kept.values())
