"""Questions of the map: what is in force, what is drawn, what is counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from webapp.base.db import db
from webapp.base.notices import Notice
from webapp.grids.models import BoundarySet, Unit
from webapp.grids.rules import SetState, UnitKind


@dataclass(frozen=True)
class Territory:
    """The subdistrict and the borders in force."""

    name: str | None
    set_id: int | None
    illustrative: bool


def territory() -> Territory:
    """Whose house this is, and by which borders."""
    row = db.session.execute(
        select(Unit.name, BoundarySet.id, BoundarySet.illustrative)
        .outerjoin(BoundarySet, BoundarySet.state == SetState.ACTIVE)
        .where(Unit.kind == UnitKind.SUBDISTRICT)
    ).first()
    return Territory(row[0], row[1], bool(row[2])) if row else Territory(None, None, False)


def unread(account_id: int) -> int:
    """How many notices an account has not read."""
    found = select(func.count()).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return db.session.scalar(found) or 0
