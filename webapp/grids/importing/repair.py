"""Small faults between neighbours mended, and what that changes, for a person to look at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from webapp.grids.importing import checks
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.findings import Finding, Severity

MENDABLE: Final = frozenset({"E10", "E11", "E24"})
"""Overlaps, gaps and unmatched edges; everything else somebody has to decide and draw."""
GAP_WIDTH_M: Final = 12.0
SNAPS_M: Final = (0.5, 0.25, 0.1)
FRAME_M: Final = 1500.0
NOISE_M2: Final = 10.0
"""Vertices that lie closer together than half a metre become one: that much nobody sees."""
ACCEPTED_SHARE: Final = 0.005
"""A grid that changes by more is for a person to accept."""


@dataclass(frozen=True)
class Change:
    """What the repair does to one grid."""

    called: str
    title: str
    before_m2: float
    after_m2: float
    changed_m2: float
    """Ground given or taken."""
    share: float
    """Of the area before."""


@dataclass(frozen=True)
class Repair:
    """The borders after the repair, and what it did."""

    drafts: list[Draft]
    changes: list[Change]
    """Of every grid that gave or took more than `NOISE_M2`, the largest share first."""
    left: list[Finding]
    """What the checks still find."""

    @property
    def worst_share(self) -> float:
        """The largest part of a grid that changed, 0 to 1."""
        return self.changes[0].share if self.changes else 0.0

    @property
    def whole(self) -> bool:
        """No error is left."""
        return all(finding.severity is not Severity.ERROR for finding in self.left)

    @property
    def harmless(self) -> bool:
        """Whole, and no grid changed so much that a person has to accept it."""
        return self.whole and self.worst_share < ACCEPTED_SHARE


def can_mend(findings: Sequence[Finding]) -> bool:
    """There is something to mend, and nothing among the faults that a person has to decide."""
    errors = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    return bool(errors) and errors <= MENDABLE


def repair(
    drafts: Sequence[Draft],
    *,
    outline: BaseGeometry | None,
    expected_counts: Mapping[str, int] | None,
    progress: checks.Progress = checks.quiet,
) -> Repair:
    """The same grids (in metres) as a whole without small overlaps, gaps and unmatched edges.

    Gaps up to `GAP_WIDTH_M` go to the neighbour with the longest common border. Grids without a
    border stay without. Nothing is changed but the answer.
    """
    drawn = [draft for draft in drafts if draft.geometry is not None]
    before = checks.repaired([shapely.force_2d(draft.geometry) for draft in drawn])
    after = [_single(shape) for shape in _cleaned(before, outline)]
    moved = dict(zip((draft.row for draft in drawn), after, strict=True))
    mended = [replace(draft, geometry=moved.get(draft.row)) for draft in drafts]
    changes = [
        _change(draft, old, new) for draft, old, new in zip(drawn, before, after, strict=True)
    ]
    left = checks.check(mended, outline=outline, expected_counts=expected_counts, progress=progress)
    return Repair(
        mended,
        sorted(
            (each for each in changes if each.changed_m2 > NOISE_M2), key=lambda each: -each.share
        ),
        left,
    )


def _frame(shapes: NDArray[np.object_], outline: BaseGeometry | None) -> BaseGeometry:
    """The world around the grids, which takes part: without it, gaps that open outwards stay open.

    It fits the grids as they are drawn. One that fitted the borders in force would leave thin strips
    all along, and a strip goes as a whole to one grid, across the fronts of others.
    """
    union = shapely.union_all(shapes)
    slits = shapely.get_parts(checks.slits(union, GAP_WIDTH_M))
    if outline is not None:
        # A narrow inlet that is there in the borders in force is no slip of whoever drew.
        meant = shapely.intersection(slits, checks.slits(outline, GAP_WIDTH_M))
        slits = slits[shapely.area(meant) < shapely.area(slits) / 2]
    parts = shapely.get_parts(shapely.union_all([union, *slits], grid_size=checks.MILLIMETRE))
    ground = MultiPolygon([Polygon(part.exterior) for part in parts if isinstance(part, Polygon)])
    return ground.buffer(FRAME_M).difference(ground)


def _cleaned(shapes: NDArray[np.object_], outline: BaseGeometry | None) -> NDArray[np.object_]:
    """The shapes as a whole: what one time leaves, or tears anew, the next finds smaller."""
    done = shapes
    for snap in SNAPS_M:
        *cleaned, _frame_after = shapely.coverage_clean(  # type: ignore[attr-defined]  # the stubs are of 2.1
            [*shapes, _frame(shapes, outline)], gap_width=GAP_WIDTH_M, snapping_distance=snap
        )
        after = np.array(cleaned, dtype=object)
        if not _each_keeps_its_own(shapes, after):
            continue
        done = after
        shapes = np.array([_without_crumbs(shape) for shape in done], dtype=object)
        crumbs = any(new is not old for new, old in zip(shapes, done, strict=True))
        if not crumbs and shapely.coverage_is_valid(done, gap_width=checks.GAP_WIDTH_M):
            break
    return done


def _each_keeps_its_own(before: NDArray[np.object_], after: NDArray[np.object_]) -> bool:
    """No grid has lost more than a hair of the ground that was drawn for it alone."""
    # Vertices moved onto each other may close a ring the wrong way: then a whole grid goes to another.
    lost = shapely.difference(before, after)
    for number in np.flatnonzero(shapely.area(lost) > NOISE_M2):
        others = np.delete(before, number)
        near = others[shapely.intersects(others, lost[number])]
        own = lost[number].difference(shapely.union_all(near))
        if not own.buffer(-SNAPS_M[0]).is_empty:
            return False
    return True


def _without_crumbs(shape: BaseGeometry) -> BaseGeometry:
    parts = sorted(shapely.get_parts(shape), key=lambda part: -float(part.area))
    kept = [*parts[:1], *(part for part in parts[1:] if not part.buffer(-GAP_WIDTH_M / 2).is_empty)]
    return shape if len(kept) == len(parts) else shapely.union_all(kept)


def _single(shape: BaseGeometry) -> BaseGeometry | None:
    if shape.is_empty:
        return None
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _change(draft: Draft, before: BaseGeometry, after: BaseGeometry | None) -> Change:
    old = before.area
    if after is None:
        return Change(draft.called, draft.title, old, 0.0, old, 1.0)
    changed = float(before.symmetric_difference(after).area)
    return Change(
        draft.called, draft.title, old, after.area, changed, changed / old if old else 1.0
    )
