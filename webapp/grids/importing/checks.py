"""Are these borders a whole: every grid an area, no gap, no overlap, all that there should be?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from webapp.base.language import N_
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.findings import Finding, Word, shortened
from webapp.grids.rules import GridKind

Progress = Callable[[int, int, str], None]
"""Told after each step: how many are done, how many there are, and an English msgid."""

OVERLAP_M2: Final = 1.0
GAP_M2: Final = 1.0
GAP_WIDTH_M: Final = 10.0
UNCOVERED_M2: Final = 5000.0
OUTSIDE_M2: Final = 5000.0
SLIVER_M2: Final = 300.0
SLIVER_WIDTH_M: Final = 8.0
NEAR_M: Final = 1.0
"""A fault explains another that lies nearer than this."""
MILLIMETRE: Final = 0.001
SAME_SHAPE: Final = 0.999
"""From this share of common ground two grids are the same one drawn twice."""


def quiet(done: int, total: int, words: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Borders:
    """All borders at once, with what several checks need."""

    drafts: Sequence[Draft]
    outline: BaseGeometry | None
    expected_counts: Mapping[str, int]
    explained: Collection[int]

    @cached_property
    def drawn(self) -> list[Draft]:
        """The grids that have a border."""
        return [draft for draft in self.drafts if draft.geometry is not None]

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """Their borders, made valid, so that one broken ring does not stop the other checks."""
        return repaired([draft.geometry for draft in self.drawn])

    @cached_property
    def union(self) -> BaseGeometry:
        """What all of them cover."""
        return shapely.union_all(self.shapes)

    @cached_property
    def mismatches(self) -> NDArray[np.object_]:
        """For each of them the parts of its border that overlap or do not match a neighbour's."""
        return shapely.coverage_invalid_edges(self.shapes)

    @cached_property
    def pairs(self) -> list[tuple[int, int, BaseGeometry]]:
        """Pairs of grids that share more ground than allowed, and that ground."""
        # Of two grids that overlap, one at least has an unmatched border: only those are cut with
        # their neighbours, which may be without a flaw of their own.
        bad = np.flatnonzero(~shapely.is_empty(self.mismatches))
        if not len(bad):
            return []
        one, other = shapely.STRtree(self.shapes).query(self.shapes[bad], predicate="intersects")
        one = bad[one]
        once = (one < other) | ~np.isin(other, bad)
        once &= one != other
        one, other = one[once], other[once]
        common = shapely.intersection(self.shapes[one], self.shapes[other])
        large = shapely.area(common) > OVERLAP_M2
        return sorted(
            (int(min(a, b)), int(max(a, b)), shape)
            for a, b, shape in zip(one[large], other[large], common[large], strict=True)
        )

    @cached_property
    def holes(self) -> list[Polygon]:
        """Ground inside the union that belongs to no grid."""
        parts = shapely.get_parts(self.union)
        rings = [Polygon(ring) for part in parts for ring in part.interiors]
        # A grid that touches nobody stands like an island in the gap around it.
        holes = list(shapely.get_parts(shapely.union_all(rings).difference(self.union)))
        if self.outline is not None:
            # A hole in the outline itself (an enclave of somebody else) is meant to be there.
            holes = [hole for hole in holes if hole.intersection(self.outline).area > GAP_M2]
        return [hole for hole in holes if hole.area > GAP_M2]

    @cached_property
    def unexplained(self) -> list[BaseGeometry]:
        """Stretches of unmatched border, or along narrow gaps, away from overlaps and holes."""
        lines = shapely.coverage_invalid_edges(self.shapes, gap_width=GAP_WIDTH_M)
        known = lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
        if not len(known):
            return []
        faults = shapely.union_all([*self.holes, *(common for _, _, common in self.pairs)])
        # Both sides of a gap are one stretch.
        ground = shapely.union_all(shapely.buffer(known, GAP_WIDTH_M / 2, quad_segs=2))
        all_lines = shapely.union_all(known)
        stretches = [all_lines.intersection(part) for part in shapely.get_parts(ground)]
        return [
            stretch for stretch in stretches if faults.is_empty or stretch.distance(faults) > NEAR_M
        ]

    def near(self, place: BaseGeometry) -> list[Draft]:
        """The grids at a place."""
        found = np.flatnonzero(shapely.dwithin(self.shapes, place, NEAR_M))
        return [self.drawn[number] for number in found]

    def sure(self, drafts: Sequence[Draft]) -> bool:
        """None of these has a broken border line, which makes overlaps and gaps by itself."""
        return all(draft.geometry is not None and draft.geometry.is_valid for draft in drafts)


def check(
    drafts: Sequence[Draft],
    *,
    outline: BaseGeometry | None,
    expected_counts: Mapping[str, int] | None,
    explained: Collection[int] = (),
    progress: Progress = quiet,
) -> list[Finding]:
    """Everything that is wrong with a set of borders in metres, in the order of the checks.

    `outline` is the area of the borders in force, in the same metric CRS; without one nothing can
    be outside. `expected_counts` by kind; empty or None asks for nothing. `explained`: rows whose
    missing border has been told already.
    """
    borders = Borders(drafts, outline, expected_counts or {}, explained)
    findings: list[Finding] = []
    for number, (words, rule) in enumerate(CHECKS):
        progress(number, len(CHECKS), words)
        findings.extend(rule(borders))
    progress(len(CHECKS), len(CHECKS), N_("Checked"))
    return findings


def repaired(shapes: Sequence[BaseGeometry | None]) -> NDArray[np.object_]:
    """The shapes as valid areas; broken rings become what they enclose."""
    array = np.array(shapes, dtype=object)
    bad = ~shapely.is_valid(array)
    if bad.any():
        fixed = shapely.make_valid(array[bad], method="structure", keep_collapsed=False)
        array[bad] = [_areas_only(shape) for shape in fixed]
    return array


def _areas_only(shape: BaseGeometry) -> BaseGeometry:
    if isinstance(shape, Polygon | MultiPolygon):
        return shape
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return MultiPolygon(parts)


def _missing(borders: Borders) -> Iterator[Finding]:
    without = [
        draft
        for draft in borders.drafts
        if draft.geometry is None and draft.row not in borders.explained
    ]
    if without:
        message = N_("%(count)s grids have no usable border: %(grids)s")
        mend = N_("Draw their borders, closed, or take the rows out of the file.")
        yield _finding("E06", message, mend, without, None, count=len(without))


def _invalid(borders: Borders) -> Iterator[Finding]:
    for draft in borders.drawn:
        if draft.geometry is None or draft.geometry.is_valid:
            continue
        said, _, at = explain_validity(draft.geometry).partition("[")
        words = next((each for start, each in BROKEN.items() if said.startswith(start)), "")
        yield _finding(
            "E05",
            N_("%(grids)s: %(reason)s"),
            N_("Correct the border line at this place."),
            [draft],
            _point(at),
            reason=Word(words or BROKEN["Self-intersection"]),
        )


BROKEN: Final[Mapping[str, str]] = {
    "Self-intersection": N_("the border crosses itself"),
    "Ring Self-intersection": N_("the border touches itself"),
    "Too few points": N_("the border has too few points"),
    "Hole lies outside": N_("a hole lies outside the area"),
    "Holes are nested": N_("holes lie in each other"),
    "Nested shells": N_("parts lie in each other"),
    "Duplicate Rings": N_("a ring is there twice"),
    "Interior is disconnected": N_("the area falls apart where its rings touch"),
}
"""What the geometry library says, in words of a person who draws."""


def _point(at: str) -> Point | None:
    figures = re.findall(r"-?\d[\d.eE+-]*", at)
    return Point(float(figures[0]), float(figures[1])) if len(figures) >= 2 else None


def _several_parts(borders: Borders) -> Iterator[Finding]:
    for draft, shape in zip(borders.drawn, borders.shapes, strict=True):
        parts = shapely.get_parts(draft.geometry)
        if len(parts) < 2 or len(shapely.get_parts(shape)) < 2:
            continue
        smaller = sorted(parts, key=lambda part: float(part.area))[:-1]
        yield _finding(
            "E13",
            N_("%(grids)s consists of %(count)s separate parts."),
            N_("Give the smaller parts to their neighbours, or make them grids of their own."),
            [draft],
            MultiPolygon(smaller),
            count=len(parts),
        )


def _counts(borders: Borders) -> Iterator[Finding]:
    expected = borders.expected_counts
    if not expected:
        return
    found = Counter(draft.kind for draft in borders.drafts)
    mend = N_("Complete the file, or change the expected numbers in the settings.")
    if found[None]:
        # Kinds that are not understood are a fault of their own; the sum can still be told.
        wanted = sum(expected.values())
        if len(borders.drafts) != wanted:
            message = N_("%(count)s grids; %(expected)s are expected.")
            params: dict[str, object] = {"count": len(borders.drafts), "expected": wanted}
            yield Finding("E09", message, params, mend)
        return
    for kind in GridKind:
        if found[kind] != expected.get(kind, 0):
            message = N_("%(kind)s: %(count)s; %(expected)s are expected.")
            params = {"kind": Word(KINDS[kind]), "count": found[kind]}
            yield Finding("E09", message, {**params, "expected": expected.get(kind, 0)}, mend)


KINDS: Final[Mapping[GridKind, str]] = {
    GridKind.COMMUNITY: N_("Community grid"),
    GridKind.VILLAGE: N_("Unrelocated-village grid"),
    GridKind.INDUSTRY: N_("Industry grid"),
    GridKind.RELOCATED: N_("Relocated-village grid"),
}


def _overlaps(borders: Borders) -> Iterator[Finding]:
    for first, second, common in borders.pairs:
        pair = [borders.drawn[first], borders.drawn[second]]
        if common.area > SAME_SHAPE * shapely.area(borders.shapes[[first, second]]).max():
            message = N_("%(grids)s are the same area, drawn twice.")
            yield _finding("E18", message, N_("Take one of them out."), pair, common)
        elif borders.sure(pair):
            message = N_("%(grids)s overlap by %(area)s m².")
            mend = N_("Draw their common border once, for both.")
            yield _finding("E10", message, mend, pair, common, area=round(common.area, 1))


def _gaps(borders: Borders) -> Iterator[Finding]:
    for hole in borders.holes:
        around = borders.near(hole)
        if borders.sure(around):
            message = N_("A gap of %(area)s m² between %(grids)s.")
            yield _finding("E11", message, FILL, around, hole, area=round(hole.area, 1))
    for stretch in borders.unexplained:
        around = borders.near(stretch)
        if borders.sure(around) and _is_gap(stretch, borders):
            message = N_("A gap narrower than %(width)s m between %(grids)s.")
            yield _finding("E11", message, FILL, around, stretch, width=round(GAP_WIDTH_M))
    yield from _uncovered(borders)


FILL: Final = N_("Give the gap to a neighbour: every place belongs to a grid.")


def _uncovered(borders: Borders) -> Iterator[Finding]:
    if borders.outline is None:
        return
    rest = borders.outline.difference(shapely.union_all([borders.union, *borders.holes]))
    if rest.area > UNCOVERED_M2:
        message = N_("%(area)s ha of the subdistrict belong to no grid.")
        area = round(rest.area / 1e4, 1)
        yield _finding("E11", message, FILL, borders.near(rest), _large_parts(rest), area=area)


def _is_gap(stretch: BaseGeometry, borders: Borders) -> bool:
    """Open ground lies along the stretch, and not only a line drawn twice."""
    around = borders.union.intersection(stretch.buffer(2 * GAP_WIDTH_M))
    open_ground = slits(around, GAP_WIDTH_M).intersection(stretch.buffer(GAP_WIDTH_M))
    return bool(open_ground.area > GAP_M2)


def slits(ground: BaseGeometry, width: float) -> BaseGeometry:
    """Where something narrower than the width reaches into the ground; a corner is none."""
    # Mitred, or every corner that points inwards would be filled up by a round one.
    wider = ground.buffer(width / 2, join_style="mitre")
    closed = wider.buffer(-width / 2, join_style="mitre")
    # On whole millimetres, or the noise of the figures lies as a hair around everything.
    return closed.difference(ground, grid_size=MILLIMETRE)


def _mismatches(borders: Borders) -> Iterator[Finding]:
    for stretch in borders.unexplained:
        around = borders.near(stretch)
        if borders.sure(around) and not _is_gap(stretch, borders):
            message = N_("The borders of %(grids)s do not match vertex by vertex.")
            mend = N_("Take the common border from one of them, with all its vertices.")
            yield _finding("E24", message, mend, around, stretch)


def _slivers(borders: Borders) -> Iterator[Finding]:
    for draft, shape in zip(borders.drawn, borders.shapes, strict=True):
        # By Bonnesen's inequality only an area below radius times perimeter can vanish when its
        # border is moved inwards by that radius: the others need not be tried.
        radius = SLIVER_WIDTH_M / 2
        thin = shape.area < radius * shape.length and shape.buffer(-radius).is_empty
        if shape.area < SLIVER_M2 or thin:
            yield _finding(
                "W12",
                N_("%(grids)s is a sliver of %(area)s m²."),
                N_("Was it left over from drawing? Then give it to a neighbour."),
                [draft],
                shape,
                area=round(shape.area, 1),
            )


def _outside(borders: Borders) -> Iterator[Finding]:
    if borders.outline is None or not borders.union.intersects(borders.outline):
        return
    beyond = borders.union.difference(borders.outline)
    if beyond.area > OUTSIDE_M2:
        yield _finding(
            "W04",
            N_("%(area)s ha lie outside the borders in force (%(grids)s)."),
            N_("Has the subdistrict grown? Then confirm."),
            borders.near(beyond),
            _large_parts(beyond),
            area=round(beyond.area / 1e4, 1),
        )


def _large_parts(shape: BaseGeometry) -> BaseGeometry:
    """What can be seen on a map; crumbs along a border count in the area, but hide the rest."""
    parts = [part for part in shapely.get_parts(shape) if part.area > 0.001 * shape.area]
    return MultiPolygon([part for part in parts if isinstance(part, Polygon)])


def _finding(
    code: str,
    message: str,
    mend: str,
    drafts: Sequence[Draft],
    place: BaseGeometry | None,
    **params: object,
) -> Finding:
    return Finding(
        code,
        message,
        {"grids": shortened([draft.title for draft in drafts]), **params},
        mend,
        rows=tuple(draft.row for draft in drafts),
        grids=tuple(draft.called for draft in drafts),
        place=place,
    )


CHECKS: Final[tuple[tuple[str, Callable[[Borders], Iterator[Finding]]], ...]] = (
    (N_("Looking for missing borders"), _missing),
    (N_("Looking for broken border lines"), _invalid),
    (N_("Looking for grids in several parts"), _several_parts),
    (N_("Counting the grids"), _counts),
    (N_("Looking for overlaps"), _overlaps),
    (N_("Looking for gaps"), _gaps),
    (N_("Comparing shared edges"), _mismatches),
    (N_("Looking for slivers"), _slivers),
    (N_("Comparing with the borders in force"), _outside),
)
"""Every check and what is said while it runs, in order."""
