"""What is known of grids and numbers when a workbook comes in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from webapp.base.db import db
from webapp.base.web import chunks
from webapp.residents.models import Building, Dwelling, Household, Resident

# So many rows are read at once, whatever the size of the whole.
RUN = 500


def buildings_in(grid_ids: Collection[int]) -> list[Building]:
    """The buildings of these grids."""
    found = select(Building).where(Building.grid_id.in_(grid_ids), Building.closed_at.is_(None))
    return list(db.session.scalars(found))


def dwellings_in(grid_ids: Collection[int]) -> list[Dwelling]:
    """The dwellings of these grids with their buildings."""
    found = (
        select(Dwelling)
        .join(Dwelling.building)
        .where(Building.grid_id.in_(grid_ids), Building.closed_at.is_(None))
        .options(contains_eager(Dwelling.building))
    )
    return list(db.session.scalars(found))


def households_in(grid_ids: Collection[int]) -> list[tuple[Household, list[Resident]]]:
    """The households that live in these grids, each with who belongs to it."""
    found = (
        select(Household)
        .join(Household.dwelling)
        .join(Dwelling.building)
        .where(Building.grid_id.in_(grid_ids), Household.left_at.is_(None))
        .options(contains_eager(Household.dwelling).contains_eager(Dwelling.building))
        .order_by(Household.id)
    )
    households = list(db.session.scalars(found))
    people: dict[int, list[Resident]] = {each.id: [] for each in households}
    for keys in chunks(list(people), RUN * 4):
        living = select(Resident).where(Resident.household_id.in_(keys), Resident.left_at.is_(None))
        for each in db.session.scalars(living):
            people[each.household_id].append(each)
    return [(each, people[each.id]) for each in households]


def residents_by(blinds: Collection[bytes]) -> dict[bytes, Resident]:
    """Whoever is known by these blind indexes, wherever they live or lived."""
    found: dict[bytes, Resident] = {}
    for some in chunks(sorted(blinds), RUN * 4):
        for each in db.session.scalars(select(Resident).where(Resident.id_blind.in_(some))):
            if each.id_blind is not None:
                found[each.id_blind] = each
    return found
