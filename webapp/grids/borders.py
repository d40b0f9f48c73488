"""Shared edges: borders as lines between the places where areas meet, redrawn for both sides at once.

A coverage is taken apart into arcs. Each is one line, however many areas it belongs to; so whatever
line takes its place, no gap and no overlap can open along it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True)
class Arc:
    """A border line between two areas (the second is None along the outline), ends included."""

    areas: tuple[str, str | None]
    points: Line


@dataclass(frozen=True)
class Network:
    """The arcs of a coverage, and how the rings of each area run along them (~n: arc n backwards)."""

    arcs: list[Arc]
    rings: dict[str, list[list[int]]]

    def redrawn(self, lines: Mapping[int, Line]) -> dict[str, Polygon]:
        """The areas along these arcs, with other lines in place of them; all others are as before.

        Raises `LookupError` for an arc that is not there and `ValueError` for a line that does not
        begin and end where its arc does, or is none.
        """
        for number, line in lines.items():
            self._fits(number, line)
        touched = {area for number in lines for area in self.arcs[number].areas if area is not None}
        return {area: self._area(area, lines) for area in sorted(touched)}

    def _fits(self, number: int, line: Line) -> None:
        if not 0 <= number < len(self.arcs):
            raise LookupError(f"there is no arc {number}")
        points = self.arcs[number].points
        if line[:1] != points[:1] or line[-1:] != points[-1:]:
            raise ValueError("the ends of a border stay where it meets others")
        if len(_without_repeats(line)) < (4 if points[0] == points[-1] else 2):
            raise ValueError("a border needs more points than that")
        if not np.isfinite(np.array(line)).all():
            raise ValueError("a coordinate is not a number")

    def _area(self, area: str, lines: Mapping[int, Line]) -> Polygon:
        rings = []
        for ring in self.rings[area]:
            corners: list[Point] = []
            for each in ring:
                number = each if each >= 0 else ~each
                line = lines.get(number, self.arcs[number].points)
                corners.extend((line if each >= 0 else line[::-1])[:-1])
            rings.append(_without_repeats((*corners, corners[0])))
        return Polygon(rings[0], rings[1:])


def network(areas: Mapping[str, Polygon]) -> Network:
    """The arcs of a coverage: areas whose common borders match corner by corner."""
    rings = {name: list(_rings(areas[name])) for name in sorted(areas)}
    owners: dict[frozenset[Point], set[str]] = {}
    beside: dict[Point, set[Point]] = {}
    for name, lines in rings.items():
        for line in lines:
            for a, b in pairwise(line):
                owners.setdefault(frozenset((a, b)), set()).add(name)
                beside.setdefault(a, set()).add(b)
                beside.setdefault(b, set()).add(a)
    meetings = {
        point
        for point, others in beside.items()
        if len(others) != 2 or len({frozenset(owners[frozenset((point, o))]) for o in others}) > 1
    }
    pieces = {name: [list(_pieces(line, meetings)) for line in rings[name]] for name in rings}
    found = {
        min(piece, piece[::-1]): _sides(owners[frozenset(piece[:2])])
        for runs in pieces.values()
        for run in runs
        for piece in run
    }
    # Numbered by what they are, so that a browser and the house mean the same.
    arcs = sorted((Arc(sides, line) for line, sides in found.items()), key=_order)
    number = {arc.points: place for place, arc in enumerate(arcs)}
    return Network(
        arcs,
        {
            name: [[_reference(piece, number) for piece in run] for run in runs]
            for name, runs in pieces.items()
        },
    )


def _order(arc: Arc) -> tuple[str, str, Line]:
    first, second = arc.areas
    return first, second or "", arc.points


def _reference(piece: Line, number: Mapping[Line, int]) -> int:
    return number[piece] if piece in number else ~number[piece[::-1]]


def _sides(owners: set[str]) -> tuple[str, str | None]:
    first, *others = sorted(owners)
    return first, others[0] if others else None


def _rings(area: Polygon) -> Iterator[Line]:
    for ring in (area.exterior, *area.interiors):
        yield _without_repeats(_points(np.asarray(ring.coords)[:, :2]))


def _points(array: NDArray[np.float64]) -> Line:
    return tuple((x, y) for x, y in array.tolist())


def _without_repeats(line: Line) -> Line:
    return line[:1] + tuple(b for a, b in pairwise(line) if a != b)


def _pieces(ring: Line, meetings: set[Point]) -> Iterator[Line]:
    """A closed ring, cut where areas meet; one that meets nothing begins at its lowest corner."""
    corners = ring[:-1]
    cuts = [place for place, point in enumerate(corners) if point in meetings]
    if not cuts:
        lowest = corners.index(min(corners))
        turned = corners[lowest:] + corners[:lowest]
        yield (*turned, turned[0])
        return
    turned = (*corners[cuts[0] :], *corners[: cuts[0]], corners[cuts[0]])
    begin = 0
    for place in range(1, len(turned)):
        if turned[place] in meetings:
            yield turned[begin : place + 1]
            begin = place
