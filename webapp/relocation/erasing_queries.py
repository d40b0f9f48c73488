"""Questions of erasing households that made way: the rule in force, who is due, what of theirs goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.db import db
from webapp.relocation.models import (
    Dispute,
    Paper,
    RelocationErasureRule,
    RelocationHousehold,
)
from webapp.relocation.rules import ERASE_YEARS, RelocationState

DAYS_A_YEAR = 366


def rule() -> RelocationErasureRule | None:
    """The rule in force; None: nobody has laid one down, and the usual years hold."""
    found = select(RelocationErasureRule).options(joinedload(RelocationErasureRule.account))
    return db.session.scalar(found.order_by(RelocationErasureRule.id.desc()).limit(1))


def years() -> int:
    """After how many years a closed household is erased."""
    laid = rule()
    return laid.years if laid else ERASE_YEARS


def due(years: int, limit: int) -> list[int]:
    """The keys of households that were closed so long ago, locked; the oldest first."""
    before = clock.now() - timedelta(days=DAYS_A_YEAR * years)
    found = select(RelocationHousehold.id).where(
        RelocationHousehold.state == RelocationState.CLOSED,
        RelocationHousehold.since < before,
        RelocationHousehold.erased_at.is_(None),
    )
    order = (RelocationHousehold.since, RelocationHousehold.id)
    return list(db.session.scalars(found.order_by(*order).limit(limit).with_for_update()))


def papers_of(keys: Sequence[int]) -> list[int]:
    """The keys of the papers of these households."""
    return list(db.session.scalars(select(Paper.id).where(Paper.household_id.in_(keys))))


def disputes_of(keys: Sequence[int]) -> list[int]:
    """The keys of the disputes of these households."""
    return list(db.session.scalars(select(Dispute.id).where(Dispute.household_id.in_(keys))))


def erased() -> int:
    """How many households were erased so far."""
    found = select(func.count()).where(RelocationHousehold.erased_at.is_not(None))
    return db.session.scalar(found) or 0
