"""Questions about old doors: in which village, behind which number, and what is there today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import sealing
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import to_lonlats
from webapp.base.web import Page
from webapp.grids.models import Grid, Place
from webapp.grids.rules import GridKind
from webapp.people.models import Account
from webapp.relocation.old_doors.models import NewHome, OldHouse
from webapp.relocation.old_doors.rules import TODAY_M
from webapp.residents.models import Dwelling, Household, Resident
from webapp.residents.rules import PHONE

PAGE = 30


@dataclass(frozen=True)
class Village:
    """A former village, by its grid, and how many of its doors are known."""

    grid: Grid
    houses: int


@dataclass(frozen=True)
class Sought:
    """Which doors somebody looks for; `year`: those that stood then, as far as it is known."""

    village_id: int | None = None
    words: str = ""
    year: int | None = None
    skip: int = 0


def villages() -> list[Village]:
    """The grids of relocated villages, each with its known doors."""
    found = (
        select(Grid, func.count(OldHouse.id))
        .outerjoin(OldHouse, OldHouse.village_id == Grid.id)
        .where(Grid.kind == GridKind.RELOCATED, Grid.retired_at.is_(None))
        .group_by(Grid.id)
        .order_by(Grid.display_code)
    )
    return [Village(*row) for row in db.session.execute(found)]


def by_code(code: str) -> Grid | None:
    """The grid of a relocated village by its code."""
    found = select(Grid).where(
        or_(Grid.display_code == code, Grid.code == code), Grid.kind == GridKind.RELOCATED
    )
    return db.session.scalar(found)


@dataclass(frozen=True)
class InVillage:
    """The grid of a former village, over which a right is asked."""

    grid: Grid

    @property
    def grid_id(self) -> int:
        """Its key."""
        return self.grid.id


def village_to_keep(village: str) -> InVillage | None:
    """The former village of this code, for whoever writes down its doors."""
    grid = by_code(village)
    return InVillage(grid) if grid is not None else None


def house(house_id: int) -> OldHouse | None:
    """An old house with its village, and where its families live now."""
    found = select(OldHouse).options(
        joinedload(OldHouse.village),
        joinedload(OldHouse.grid),
        joinedload(OldHouse.created_by),
        selectinload(OldHouse.homes).joinedload(NewHome.dwelling).joinedload(Dwelling.building),
    )
    return db.session.scalar(found.where(OldHouse.id == house_id))


def behind(village_id: int, lane: str, number: str, year_from: int | None) -> OldHouse | None:
    """The house that a workbook means: the same door, since the same year."""
    found = select(OldHouse).where(
        OldHouse.village_id == village_id,
        OldHouse.lane == lane,
        OldHouse.number == number,
        OldHouse.year_from.is_not_distinct_from(year_from),
    )
    return db.session.scalar(found)


def doors(*, wish: Sought, limit: int = PAGE) -> Page[OldHouse]:
    """Old doors for everybody, by village, lane and number."""
    return _page(
        _narrowed(select(OldHouse).options(joinedload(OldHouse.village)), wish), wish, limit
    )


def kept(
    who: Actor,
    *,
    wish: Sought,
    limit: int = PAGE,
) -> Page[OldHouse]:
    """Old houses of the grids that `who` watches, with where their families live now."""
    found = select(OldHouse).options(joinedload(OldHouse.village), selectinload(OldHouse.homes))
    found = found.where(visible(OldHouse, who, "old_doors.list"))
    return _page(_narrowed(found, wish), wish, limit)


def drawn(houses: Iterable[OldHouse]) -> list[list[object]]:
    """Old doors on a map: [id, lon, lat, lane and number]; nothing of anybody."""
    keys = {each.id: f"{each.lane} {each.number}" for each in houses}
    found = select(OldHouse.id, func.ST_X(OldHouse.geom), func.ST_Y(OldHouse.geom))
    rows = db.session.execute(found.where(OldHouse.id.in_(keys)).order_by(OldHouse.id)).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [
        [row[0], lon, lat, keys[row[0]]] for row, lon, lat in zip(rows, lons, lats, strict=True)
    ]


def places_near(house: OldHouse, *, limit: int = 5) -> list[tuple[Place, float]]:
    """Named places that are there today, with their distance from where the door was (metres)."""
    away = func.ST_Distance(Place.geom, house.geom)
    found = (
        select(Place, away)
        .where(func.ST_DWithin(Place.geom, house.geom, TODAY_M))
        .order_by(away)
        .limit(limit)
    )
    return [(place, metres) for place, metres in db.session.execute(found)]


def own_doors(who: Actor) -> list[OldHouse]:
    """The old doors of whoever asks: those linked to the dwelling in which they live, known by their phone."""
    phone = (
        db.session.scalar(select(Account.phone).where(Account.id == who.id))
        if who.id is not None
        else None
    )
    if phone is None:
        return []
    lives = (
        select(Household.dwelling_id)
        .join(Resident, Resident.household_id == Household.id)
        .where(
            Resident.phone_blind.in_(sealing.blinds(phone, of=PHONE)),
            Resident.left_at.is_(None),
            Household.left_at.is_(None),
        )
    )
    found = (
        select(OldHouse)
        .options(
            joinedload(OldHouse.village),
            selectinload(OldHouse.homes.and_(NewHome.dwelling_id.in_(lives)))
            .joinedload(NewHome.dwelling)
            .joinedload(Dwelling.building),
        )
        .where(OldHouse.homes.any(NewHome.dwelling_id.in_(lives)))
    )
    return list(db.session.scalars(found.order_by(OldHouse.id)))


def _narrowed(found: Select[OldHouse], wish: Sought) -> Select[OldHouse]:
    if wish.village_id is not None:
        found = found.where(OldHouse.village_id == wish.village_id)
    if wish.year is not None:
        stood = (
            func.coalesce(OldHouse.year_from, wish.year) <= wish.year,
            func.coalesce(OldHouse.year_until, wish.year) >= wish.year,
        )
        found = found.where(*stood)
    for word in wish.words.split():
        pattern = containing(word)
        found = found.where(or_(OldHouse.lane.ilike(pattern), OldHouse.number.ilike(pattern)))
    return found


def _page(found: Select[OldHouse], wish: Sought, limit: int) -> Page[OldHouse]:
    skip = wish.skip
    order = (OldHouse.village_id, OldHouse.lane, func.length(OldHouse.number), OldHouse.number)
    rows = list(
        db.session.scalars(found.order_by(*order, OldHouse.id).offset(skip).limit(limit + 1))
    )
    return Page(rows[:limit], skip + limit if len(rows) > limit else None)
