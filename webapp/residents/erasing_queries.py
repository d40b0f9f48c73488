"""Questions of erasing: the rule in force, who is due, what was erased."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.people import days
from webapp.residents.models import Household, Resident, ResidentErasure, ResidentErasureRule
from webapp.residents.rules import ERASE_YEARS


def rule() -> ResidentErasureRule | None:
    """The rule in force; None: nobody has laid one down, and the usual years hold."""
    found = select(ResidentErasureRule).options(joinedload(ResidentErasureRule.account))
    return db.session.scalar(found.order_by(ResidentErasureRule.id.desc()).limit(1))


def years() -> int:
    """After how many years whoever moved away is erased."""
    laid = rule()
    return laid.years if laid else ERASE_YEARS


def due_residents(years: int, limit: int) -> list[int]:
    """The keys of those who moved away so long ago, locked; those who left first come first."""
    found = select(Resident.id).where(Resident.left_at < _before(years))
    return list(
        db.session.scalars(
            found.order_by(Resident.left_at, Resident.id).limit(limit).with_for_update()
        )
    )


def forsaken_households(years: int, limit: int) -> list[int]:
    """The keys of households that left so long ago and of which nobody is left, locked."""
    anybody = select(Resident.id).where(Resident.household_id == Household.id)
    found = select(Household.id).where(Household.left_at < _before(years), ~anybody.exists())
    return list(db.session.scalars(found.order_by(Household.id).limit(limit).with_for_update()))


def erasures(*, limit: int = 30) -> list[ResidentErasure]:
    """What the last nights erased, newest first."""
    found = select(ResidentErasure).order_by(ResidentErasure.id.desc()).limit(limit)
    return list(db.session.scalars(found))


def _before(years: int) -> date:
    today = days.today()
    # The last day of February is one day earlier in most years.
    day = min(today.day, 28) if today.month == 2 else today.day
    return today.replace(year=today.year - years, day=day)
