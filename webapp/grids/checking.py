"""A boundary set of the house against the rules that a file of borders has to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely
from flask import current_app
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from webapp.base.config import Settings
from webapp.grids import queries
from webapp.grids.actions import Drawn
from webapp.grids.importing.checks import check
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.findings import Finding
from webapp.grids.models import BoundarySet, GridVersion
from webapp.grids.rules import GridKind


def expected_of(made: BoundarySet | None) -> dict[str, int]:
    """How many grids of each kind a set should have: as those meant it who made one more or one fewer
    on purpose, or else as the settings say."""
    settings: Settings = current_app.extensions["settings"]
    meant: dict[str, int] | None = made.report.get("meant") if made is not None else None
    return meant or settings.expected_counts


def of_set(made: BoundarySet, *, expected: Mapping[str, int]) -> list[Finding]:
    """What is wrong with a boundary set. `expected`: how many grids of each kind there should be."""
    versions = queries.versions_of(made.id)
    shapes = {each.code: each.shape for each in versions}
    # The outer border of an imported set was looked at with its file, and may be another one.
    return of_shapes(versions, shapes, within=not made.report.get("import"), expected=expected)


def of_drawn(drawn: Sequence[Drawn], *, expected: Mapping[str, int]) -> list[Finding]:
    """What would be wrong with these grids, which should fill the outer border in force."""
    drafts = [
        Draft(row, each.code, each.kind, each.name, None, each.geom)
        for row, each in enumerate(drawn, start=1)
    ]
    return check(drafts, outline=_outline(), expected_counts=expected)


def _outline() -> BaseGeometry | None:
    in_force = [each.shape for each in queries.active_versions()]
    return shapely.union_all(in_force) if in_force else None


def of_shapes(
    versions: Sequence[GridVersion],
    shapes: Mapping[str, Polygon],
    *,
    within: bool,
    expected: Mapping[str, int],
) -> list[Finding]:
    """What would be wrong if these grids had these borders (by code, in metres).

    `within`: they should fill the outer border in force, no more and no less.
    """
    drafts = [
        Draft(row, each.code, GridKind(each.kind), each.name, None, shapes[each.code])
        for row, each in enumerate(versions, start=1)
    ]
    outline = _outline() if within else None
    return check(drafts, outline=outline, expected_counts=expected)
