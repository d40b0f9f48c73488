"""Questions about councils: which there are, who could be drawn, who is on their lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.community.deliberation.council_models import Candidate, Council
from webapp.community.deliberation.council_rules import Strata
from webapp.residents.models import Building, Dwelling, Household, Resident

PAGE = 30


def council(council_id: int) -> Council | None:
    """A council with its grid."""
    return db.session.get(Council, council_id, options=[joinedload(Council.grid)])


def listed(who: Actor, *, before: int | None = None) -> Page[Council]:
    """The councils `who` may see, the newest first."""
    found = select(Council).where(visible(Council, who, "councils.see"))
    return _page(found, before)


def public_list(*, before: int | None = None) -> Page[Council]:
    """Every council, the newest first."""
    return _page(select(Council), before)


def everybody() -> Sequence[Council]:
    """Every council, by key."""
    return db.session.scalars(select(Council).order_by(Council.id)).all()


def could_be_drawn(grid_id: int, strata: Strata, born_until: date) -> list[tuple[int, str]]:
    """(resident, stratum) of those of age who live in a grid, by where they live."""
    stratum: Any = {Strata.BUILDING: Building.name, Strata.SEX: Resident.sex}.get(strata)
    found = (
        select(Resident.id, *([stratum] if stratum is not None else []))
        .join(Household, Household.id == Resident.household_id)
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
        .join(Building, Building.id == Dwelling.building_id)
        .where(
            Building.grid_id == grid_id,
            Building.closed_at.is_(None),
            Household.left_at.is_(None),
            Resident.left_at.is_(None),
            Resident.born <= born_until,
        )
        .order_by(Building.name, Building.id, Dwelling.stair, Dwelling.floor, Dwelling.door)
        .order_by(Resident.id)
    )
    rows: Sequence[Any] = db.session.execute(found).all()
    return [(row[0], row[1] if stratum is not None else "all") for row in rows]


def candidates(council_id: int) -> list[tuple[int, str]]:
    """(number, stratum) of the list of a council."""
    found = select(Candidate.number, Candidate.stratum).where(Candidate.council_id == council_id)
    return [(number, stratum) for number, stratum in db.session.execute(found)]


def names(council_id: int, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Number on the list -> (name, building, door) of those who still live there."""
    found = (
        select(Candidate.number, Resident.name, Building.name, Dwelling.door)
        .join(Resident, Resident.id == Candidate.resident_id)
        .join(Household, Household.id == Resident.household_id)
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
        .join(Building, Building.id == Dwelling.building_id)
        .where(Candidate.council_id == council_id, Candidate.number.in_(numbers))
    )
    rows: Sequence[Any] = db.session.execute(found).all()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _page(found: Any, before: int | None) -> Page[Council]:
    if before is not None:
        found = found.where(Council.id < before)
    found = found.options(joinedload(Council.grid)).order_by(Council.id.desc()).limit(PAGE + 1)
    rows = list(db.session.scalars(found))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)
