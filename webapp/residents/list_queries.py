"""Lists of buildings and households, and what stands in a building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shapely import box as rectangle
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_, union
from sqlalchemy.orm import contains_eager

from webapp.base import sealing
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import as_lonlat, metric, stored
from webapp.base.web import Page
from webapp.grids.models import Grid
from webapp.people import phones
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import HIDDEN, ID_NUMBER, PHONE, Relation, identity, masked_name

PAGE = 50

# West, south, east, north, in degrees WGS 84.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Row:
    """A household of a list: where it lives, its head masked, how many they are."""

    household: Household
    head: str
    residents: int


@dataclass(frozen=True)
class Inhabited:
    """A building of a list with how many households and residents it has."""

    building: Building
    households: int
    residents: int


def buildings_to_draw(who: Actor) -> list[Building]:
    """The buildings whose ground plans `who` may draw."""
    found = select(Building).where(
        visible(Building, who, "buildings.keep"), Building.closed_at.is_(None)
    )
    return list(db.session.scalars(found.order_by(Building.id)))


def buildings_narrowed(who: Actor, *, words: str = "", grid_id: int | None = None) -> Select[Any]:
    """SQL: buildings that `who` may see, by name."""
    found = select(Building).where(
        visible(Building, who, "buildings.see"), Building.closed_at.is_(None)
    )
    if words:
        pattern = containing(words)
        found = found.where(or_(Building.name.ilike(pattern), Building.address.ilike(pattern)))
    if grid_id is not None:
        found = found.where(Building.grid_id == grid_id)
    return found.order_by(Building.name, Building.id)


def buildings(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Inhabited]:
    """Buildings that `who` may see, by name, with who lives in them."""
    found = buildings_narrowed(who, **narrowing).with_only_columns(Building.id)
    if after is not None:
        last = select(Building.name, Building.id).where(Building.id == after)
        found = found.where(tuple_(Building.name, Building.id) > last.scalar_subquery())
    listed = found.limit(limit + 1).subquery()
    rows = db.session.execute(
        select(Building, func.count(Household.id.distinct()), func.count(Resident.id))
        .join(listed, listed.c.id == Building.id)
        .outerjoin(Dwelling, Dwelling.building_id == Building.id)
        .outerjoin(
            Household, and_(Household.dwelling_id == Dwelling.id, Household.left_at.is_(None))
        )
        .outerjoin(
            Resident, and_(Resident.household_id == Household.id, Resident.left_at.is_(None))
        )
        .join(Building.grid)
        .options(contains_eager(Building.grid))
        .group_by(Building.id, Grid.id)
        .order_by(Building.name, Building.id)
    ).all()
    return _page([Inhabited(*row) for row in rows], limit, lambda row: row.building.id)


def dwellings(building_id: int) -> list[tuple[Dwelling, list[Row]]]:
    """The dwellings of a building by staircase, floor and door, each with who lives in it."""
    homes: dict[int, list[Row]] = {}
    for row in _rows(Dwelling.building_id == building_id):
        homes.setdefault(row.household.dwelling_id, []).append(row)
    found = select(Dwelling).where(Dwelling.building_id == building_id)
    listed = db.session.scalars(
        found.order_by(Dwelling.stair, Dwelling.floor, Dwelling.door, Dwelling.id)
    )
    return [(each, homes.get(each.id, [])) for each in listed]


def at_dwelling(dwelling_id: int) -> list[Row]:
    """Who lives in a dwelling now."""
    return _rows(Household.dwelling_id == dwelling_id)


def grids_of(who: Actor, right: str) -> list[Grid]:
    """The grids with buildings that `who` may see, by code."""
    seen = select(Building.grid_id).where(
        visible(Building, who, right), Building.closed_at.is_(None)
    )
    found = select(Grid).where(Grid.id.in_(seen)).order_by(Grid.display_code)
    return list(db.session.scalars(found))


def households_narrowed(
    who: Actor, *, words: str = "", grid_id: int | None = None, box: Box | None = None
) -> Select[Any]:
    """SQL: households that `who` may see, with where they live, as `households` finds them."""
    return _living(*_which(who, words=words, grid_id=grid_id, box=box))


def residents_narrowed(
    who: Actor, *, words: str = "", grid_id: int | None = None, box: Box | None = None
) -> Select[Any]:
    """SQL: who lives in the households found so that `who` may take out, with where that is, home by home."""
    which = _which(who, words=words, grid_id=grid_id, box=box, right="households.export")
    found = _living(*which).join(
        Resident, and_(Resident.household_id == Household.id, Resident.left_at.is_(None))
    )
    return found.order_by(None).order_by(
        Building.id, Dwelling.stair, Dwelling.floor, Dwelling.door, Resident.id
    )


def buildings_of(residents: Select[Any]) -> list[int]:
    """The keys of the buildings in which these residents live."""
    found = residents.order_by(None).with_only_columns(Building.id, maintain_column_froms=True)
    return sorted(set(db.session.scalars(found)))


def place_of() -> tuple[ColumnElement[float], ColumnElement[float]]:
    """SQL: lon and lat of the building of a row, degrees WGS 84."""
    return as_lonlat(Building.geom, of_shape=False)


def _which(
    who: Actor,
    *,
    words: str = "",
    grid_id: int | None = None,
    box: Box | None = None,
    right: str = "households.see",
) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [visible(Building, who, right)]
    if box is not None:
        which.append(Building.geom.op("&&")(stored(metric(rectangle(*box)))))
    if grid_id is not None:
        which.append(Building.grid_id == grid_id)
    if words.strip():
        which.append(_meant(words.strip()))
    return which


def households(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Row]:
    """Households that `who` may see, found by address, name, whole number, or in a box of the map (degrees).

    Of a name its beginning is known, or the form in which it is shown: `示*甲`.
    """
    which = _which(who, **narrowing)
    if after is not None:
        which.append(Household.id > after)
    return _page(_rows(*which, limit=limit + 1), limit, lambda row: row.household.id)


def _living(*which: ColumnElement[bool]) -> Select[Any]:
    found = select(Household).join(Household.dwelling).join(Dwelling.building)
    return found.where(Household.left_at.is_(None), *which).order_by(Household.id)


def _rows(*which: ColumnElement[bool], limit: int | None = None) -> list[Row]:
    listed = _living(*which).with_only_columns(Household.id).limit(limit).subquery()
    head = case((Resident.relation == Relation.HEAD, Resident.name))
    found = (
        select(Household, func.max(head), func.count(Resident.id))
        .join(listed, listed.c.id == Household.id)
        .join(Household.dwelling)
        .join(Dwelling.building)
        .join(Building.grid)
        .outerjoin(
            Resident, and_(Resident.household_id == Household.id, Resident.left_at.is_(None))
        )
        .options(
            contains_eager(Household.dwelling)
            .contains_eager(Dwelling.building)
            .contains_eager(Building.grid)
        )
        .group_by(Household.id, Dwelling.id, Building.id, Grid.id)
        .order_by(Household.id)
    )
    return [
        Row(household, masked_name(name or ""), many)
        for household, name, many in db.session.execute(found)
    ]


def _meant(words: str) -> ColumnElement[bool]:
    """A whole number is looked up by its blind index; words are an address or the beginning of a name."""
    column, blinds = _number(words)
    if column is not None:
        people = select(Resident.household_id).where(column.in_(blinds), Resident.left_at.is_(None))
        return Household.id.in_(people)
    pattern = containing(words)
    beginning = pattern.removeprefix("%")
    named = Resident.name.like(beginning)
    if HIDDEN in words:
        named = Resident.name.like(beginning.removesuffix("%").replace(HIDDEN, "_"))
    places = or_(Building.name.ilike(pattern), Building.address.ilike(pattern))
    return Household.id.in_(
        union(
            select(Resident.household_id).where(named, Resident.left_at.is_(None)),
            select(Household.id)
            .join(Dwelling, Dwelling.id == Household.dwelling_id)
            .join(Building, Building.id == Dwelling.building_id)
            .where(places),
        )
    )


def _number(words: str) -> tuple[Any, list[bytes]]:
    """The column and the blind indexes of what is a whole number; (None, []) of what is none."""
    try:
        return Resident.id_blind, sealing.blinds(identity(words).number, of=ID_NUMBER)
    except Unacceptable:
        pass
    try:
        return Resident.phone_blind, sealing.blinds(phones.normal(words), of=PHONE)
    except Unacceptable:
        return None, []


def _page(rows: list[Any], limit: int, key: Any) -> Page[Any]:
    return Page(rows[:limit], key(rows[limit - 1]) if len(rows) > limit else None)


def households_in() -> ColumnElement[int]:
    """SQL: how many households live in a building."""
    found = select(func.count(Household.id)).join(Dwelling, Dwelling.id == Household.dwelling_id)
    here = Dwelling.building_id == Building.id, Household.left_at.is_(None)
    return found.where(*here).correlate(Building).scalar_subquery()


def residents_in() -> ColumnElement[int]:
    """SQL: how many residents live in a building."""
    found = (
        select(func.count(Resident.id))
        .join(Household, Household.id == Resident.household_id)
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
    )
    here = Dwelling.building_id == Building.id, Resident.left_at.is_(None)
    return found.where(*here, Household.left_at.is_(None)).correlate(Building).scalar_subquery()


def head_name() -> ColumnElement[str]:
    """SQL: the name of the head of a household, whole: it is shown masked."""
    head = case((Resident.relation == Relation.HEAD, Resident.name))
    found: ColumnElement[str] = _of_residents(func.max(head))
    return found


def persons() -> ColumnElement[int]:
    """SQL: how many belong to a household."""
    found: ColumnElement[int] = _of_residents(func.count(Resident.id))
    return found


def _of_residents(value: Any) -> Any:
    here = Resident.household_id == Household.id, Resident.left_at.is_(None)
    return select(value).where(*here).correlate(Household).scalar_subquery()
