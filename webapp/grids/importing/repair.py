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

from webapp.grids.importing.checks import Progress, check, quiet, repaired
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.findings import Finding, Severity

MENDABLE: Final = frozenset({"E10", "E11", "E24"})
"""Overlaps, gaps and unmatched edges; everything else somebody has to decide and draw."""
GAP_WIDTH_M: Final = 12.0
SNAP_M: Final = 0.5
FRAME_M: Final = 1500.0
NOISE_M2: Final = 10.0
"""Vertices that lie closer together than `SNAP_M` become one: that much nobody sees."""
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
    progress: Progress = quiet,
) -> Repair:
    """The same grids (in metres) as a whole without small overlaps, gaps and unmatched edges.

    Gaps up to `GAP_WIDTH_M` go to the neighbour with the longest common border. Grids without a
    border stay without. Nothing is changed but the answer.
    """
    drawn = [draft for draft in drafts if draft.geometry is not None]
    before = repaired([shapely.force_2d(draft.geometry) for draft in drawn])
    # The world around the subdistrict takes part: without it, gaps that open outwards stay open and
    # grids grow out of their outline.
    frame = _frame(outline if outline is not None else _closed(before))
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # the stubs are of 2.1
        [*before, frame], gap_width=GAP_WIDTH_M, snapping_distance=SNAP_M
    )
    after = [_single(shape) for shape in cleaned[:-1]]
    moved = dict(zip((draft.row for draft in drawn), after, strict=True))
    mended = [replace(draft, geometry=moved.get(draft.row)) for draft in drafts]
    changes = [
        _change(draft, old, new) for draft, old, new in zip(drawn, before, after, strict=True)
    ]
    left = check(mended, outline=outline, expected_counts=expected_counts, progress=progress)
    return Repair(
        mended,
        sorted(
            (each for each in changes if each.changed_m2 > NOISE_M2), key=lambda each: -each.share
        ),
        left,
    )


def _closed(shapes: NDArray[np.object_]) -> BaseGeometry:
    """The ground of all shapes with narrow gaps closed and holes filled."""
    ground = shapely.union_all(shapes).buffer(GAP_WIDTH_M).buffer(-GAP_WIDTH_M)
    return MultiPolygon([Polygon(part.exterior) for part in shapely.get_parts(ground)])


def _frame(ground: BaseGeometry) -> BaseGeometry:
    return ground.buffer(FRAME_M).difference(ground)


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
