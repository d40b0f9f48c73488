"""Questions about the past of a grid: its borders through all boundary sets, and what they came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import aliased, contains_eager

from webapp.base.db import db
from webapp.grids.models import BoundarySet, Grid, GridLineage, GridVersion
from webapp.grids.rules import LINEAGE_WORDS, LineageKind, SetState


@dataclass(frozen=True)
class Parent:
    """An older grid from which a version took land; `share` of that grid, 0 to 1."""

    code: str | None
    name: str
    share: float


@dataclass(frozen=True)
class Step:
    """One version of a grid: the border in one boundary set, and what it came from."""

    version: GridVersion
    change: str | None
    parents: list[Parent] = field(default_factory=list)


def steps(grid: Grid) -> list[Step]:
    """Every border the grid has had in force, the newest first."""
    versions = db.session.scalars(
        select(GridVersion)
        .join(GridVersion.boundary_set)
        .options(contains_eager(GridVersion.boundary_set))
        .where(
            GridVersion.grid_id == grid.id,
            BoundarySet.state.in_((SetState.ACTIVE, SetState.RETIRED)),
        )
        .order_by(GridVersion.id.desc())
    ).all()
    older = aliased(GridVersion)
    rows = db.session.execute(
        select(GridLineage, older)
        .outerjoin(older, older.id == GridLineage.old_version_id)
        .where(GridLineage.new_version_id.in_([each.id for each in versions]))
        .order_by(GridLineage.share_of_new.desc())
    ).all()
    found = []
    for version in versions:
        own = [(line, old) for line, old in rows if line.new_version_id == version.id]
        change = str(LINEAGE_WORDS[LineageKind(own[0][0].kind)]) if own else None
        parents = [
            Parent(old.display_code, old.name, line.share_of_old or 0)
            for line, old in own
            if line.old_version_id is not None
        ]
        found.append(Step(version, change, parents))
    return found
