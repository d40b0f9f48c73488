"""Questions about bonds: which there are, one with what was spent of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.projects.bonds.models import Bond, Spending
from webapp.projects.bonds.rules import BondState
from webapp.projects.models import Project

# A subdistrict has a handful of bonds; a list shows so many.
MOST = 200


def one(bond_id: int) -> Bond | None:
    """A bond with its project, its opinion and what was spent of it."""
    found = select(Bond).options(
        joinedload(Bond.opinion),
        joinedload(Bond.project).options(selectinload(Project.team), selectinload(Project.shares)),
        selectinload(Bond.spendings).joinedload(Spending.account),
    )
    return db.session.scalar(found.where(Bond.id == bond_id))


def narrowed(
    who: Actor, *, state: BondState | None = None, project_id: int | None = None
) -> Select[Any]:
    """SQL: bonds that `who` may see, the newest first."""
    found = select(Bond).where(visible(Bond, who, "bonds.see")).order_by(Bond.id.desc())
    if state is not None:
        found = found.where(Bond.state == state)
    if project_id is not None:
        found = found.where(Bond.project_id == project_id)
    return found


def listed(
    who: Actor, *, state: BondState | None = None, project_id: int | None = None
) -> list[Bond]:
    """Bonds that `who` may see, the newest first."""
    found = narrowed(who, state=state, project_id=project_id)
    return list(db.session.scalars(found.options(joinedload(Bond.project)).limit(MOST)))


def sums(who: Actor) -> Any:
    """How many bonds `who` may see, their `amount` and what is `spent` of it."""
    return db.session.execute(
        select(
            func.count().label("count"),
            func.coalesce(func.sum(Bond.amount_wan), 0).label("amount"),
            func.coalesce(func.sum(Bond.spent_wan), 0).label("spent"),
        )
        .select_from(Bond)
        .where(visible(Bond, who, "bonds.see"))
    ).one()


def spent_on(project_id: int, day: date) -> list[Spending]:
    """What was paid on a day from the bonds of a project."""
    found = (
        select(Spending)
        .join(Spending.bond)
        .options(joinedload(Spending.bond))
        .where(Bond.project_id == project_id, Spending.day == day)
    )
    return list(db.session.scalars(found.order_by(Spending.id)))
