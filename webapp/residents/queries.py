"""Questions about who lives where: things by their keys, and who is inside an area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import among, db
from webapp.base.spatial import WGS84, metric, stored
from webapp.people import days
from webapp.residents.models import Building, Dwelling, Household, KeyFlag, Resident
from webapp.residents.rules import KeyGroup, Relation, masked_name

# A list of people is never longer; the counts say how many there are.
MOST = 2000


@dataclass(frozen=True)
class Inside:
    """How many are in an area now: buildings that reach into it, and who lives in these."""

    buildings: int
    households: int
    residents: int
    key_residents: int
    help_to_leave: int


@dataclass(frozen=True)
class Address:
    """Where somebody lives: the building, what its address is, the way inside, its grid."""

    building: str
    address: str | None
    stair: str
    floor: int | None
    door: str
    grid_id: int | None


@dataclass(frozen=True)
class Home:
    """A household in an area, its head masked; degrees WGS 84 of its building."""

    household_id: int
    at: Address
    head: str
    residents: int
    lon: float
    lat: float


@dataclass(frozen=True)
class KeyResident:
    """Somebody in an area who belongs to key groups, masked; degrees WGS 84 of their building."""

    resident_id: int
    household_id: int
    at: Address
    name: str
    groups: tuple[KeyGroup, ...]
    lon: float
    lat: float

    @property
    def grid_id(self) -> int | None:
        """The grid of their building."""
        return self.at.grid_id

    @property
    def help_to_leave(self) -> bool:
        """True when they do not come out by themselves."""
        return KeyGroup.HELP_TO_LEAVE in self.groups


# By key


def building(building_id: int) -> Building | None:
    """A building with its grid."""
    return db.session.get(Building, building_id, options=[joinedload(Building.grid)])


def building_named(grid_id: int | None, name: str) -> Building | None:
    """The building of this name that stands in a grid."""
    found = select(Building).where(
        Building.grid_id == grid_id, Building.name == name, Building.closed_at.is_(None)
    )
    return db.session.scalar(found)


def lived_in(building_id: int) -> bool:
    """True when somebody lives in the building."""
    found = select(Household.id).join(Household.dwelling)
    found = found.where(Dwelling.building_id == building_id, Household.left_at.is_(None))
    return db.session.scalar(found.limit(1)) is not None


def dwelling(dwelling_id: int) -> Dwelling | None:
    """A dwelling with its building."""
    found = joinedload(Dwelling.building).joinedload(Building.grid)
    return db.session.get(Dwelling, dwelling_id, options=[found])


def dwelling_at(building_id: int, stair: str, door: str) -> Dwelling | None:
    """The dwelling behind a door of a building."""
    found = select(Dwelling).where(
        Dwelling.building_id == building_id, Dwelling.stair == stair, Dwelling.door == door
    )
    return db.session.scalar(found.options(joinedload(Dwelling.building)))


def households_at(dwelling_id: int) -> list[Household]:
    """The households that live in a dwelling."""
    found = select(Household).where(
        Household.dwelling_id == dwelling_id, Household.left_at.is_(None)
    )
    return list(db.session.scalars(found.order_by(Household.id)))


def household(household_id: int) -> Household | None:
    """A household with where it lives."""
    return db.session.get(Household, household_id, options=[_where()])


def resident(resident_id: int) -> Resident | None:
    """Somebody with their household and where it lives."""
    found = joinedload(Resident.household).options(_where())
    return db.session.get(Resident, resident_id, options=[found])


def resident_with(blinds: Sequence[bytes]) -> Resident | None:
    """Whoever has an identity number, by its blind index under any key."""
    found = select(Resident).where(Resident.id_blind.in_(blinds))
    return db.session.scalar(
        found.options(joinedload(Resident.household).options(_where())).limit(1)
    )


def sealed_residents(after: int, *, limit: int = 500) -> list[Resident]:
    """The next of those of whom a number is sealed, by key."""
    found = select(Resident).where(
        Resident.id > after, or_(Resident.id_number.is_not(None), Resident.phone.is_not(None))
    )
    return list(db.session.scalars(found.order_by(Resident.id).limit(limit)))


def residents_of(household_id: int) -> list[Resident]:
    """Who lives in a household now, its head first."""
    found = select(Resident).where(
        Resident.household_id == household_id, Resident.left_at.is_(None)
    )
    return list(
        db.session.scalars(
            found.order_by(Resident.relation != Relation.HEAD, Resident.born, Resident.id)
        )
    )


def key_flag(key_flag_id: int) -> KeyFlag | None:
    """A flag with whose it is."""
    found = joinedload(KeyFlag.resident).joinedload(Resident.household).options(_where())
    return db.session.get(KeyFlag, key_flag_id, options=[found])


def key_flags_of(resident_ids: Iterable[int], *, on: date | None = None) -> list[KeyFlag]:
    """The flags of these people that hold on a day (None: today)."""
    found = select(KeyFlag).where(KeyFlag.resident_id.in_(list(resident_ids)), in_force(on))
    return list(db.session.scalars(found.order_by(KeyFlag.resident_id, KeyFlag.kind)))


def _where() -> Any:
    return joinedload(Household.dwelling).joinedload(Dwelling.building).joinedload(Building.grid)


# Inside an area


def inside(area: BaseGeometry, *, on: date | None = None) -> Inside:
    """How many are inside an area (degrees WGS 84); only figures, so whoever may see the area may ask."""
    hit = _hit(area)
    homes = (
        select(Household.id)
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
        .where(among(Dwelling.building_id, hit), Household.left_at.is_(None))
        .cte("homes")
    )
    people = (
        select(Resident.id)
        .join(homes, homes.c.id == Resident.household_id)
        .where(Resident.left_at.is_(None))
        .cte("people")
    )
    flagged = (
        select(
            KeyFlag.resident_id,
            func.bool_or(KeyFlag.kind == KeyGroup.HELP_TO_LEAVE).label("help"),
        )
        .join(people, people.c.id == KeyFlag.resident_id)
        .where(in_force(on))
        .group_by(KeyFlag.resident_id)
        .cte("flagged")
    )
    row = db.session.execute(
        select(
            select(func.count()).select_from(homes).scalar_subquery(),
            select(func.count()).select_from(people).scalar_subquery(),
            select(func.count()).select_from(flagged).scalar_subquery(),
            select(func.count()).select_from(flagged).where(flagged.c.help).scalar_subquery(),
        )
    ).one()
    return Inside(len(hit), *row)


def homes_inside(area: BaseGeometry, who: Actor, right: str = "households.see") -> list[Home]:
    """The households inside an area (degrees WGS 84) over which `who` has the right, by address."""
    hit = _hit(area)
    head = and_(Resident.relation == Relation.HEAD, Resident.left_at.is_(None))
    found = (
        select(
            Household.id,
            func.max(case((head, Resident.name))),
            func.count(Resident.id),
            *_spot(),
            *_address(),
        )
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
        .join(Building, Building.id == Dwelling.building_id)
        .outerjoin(
            Resident, and_(Resident.household_id == Household.id, Resident.left_at.is_(None))
        )
        .where(
            among(Building.id, hit),
            Household.left_at.is_(None),
            visible(Building, who, right),
        )
        .group_by(Household.id, Dwelling.id, Building.id)
        .order_by(*_in_order(), Household.id)
        .limit(MOST)
    )
    return [
        Home(key, Address(*where), masked_name(name or ""), many, lon, lat)
        for key, name, many, lon, lat, *where in db.session.execute(found)
    ]


def key_residents_inside(
    area: BaseGeometry, who: Actor, right: str = "key_groups.in_danger", *, on: date | None = None
) -> list[KeyResident]:
    """Who inside an area (degrees WGS 84) belongs to a key group, those who need help to leave first.

    Only where `who` has the right. Whoever shows them writes the look down: `care.look_inside`.
    """
    hit = _hit(area)
    groups = func.array_agg(KeyFlag.kind.distinct())
    found = (
        select(Resident.id, Resident.household_id, Resident.name, groups, *_spot(), *_address())
        .join(KeyFlag, and_(KeyFlag.resident_id == Resident.id, in_force(on)))
        .join(Household, Household.id == Resident.household_id)
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
        .join(Building, Building.id == Dwelling.building_id)
        .where(
            among(Building.id, hit),
            Resident.left_at.is_(None),
            Household.left_at.is_(None),
            visible(Building, who, right),
        )
        .group_by(Resident.id, Dwelling.id, Building.id)
        .order_by(
            func.bool_or(KeyFlag.kind == KeyGroup.HELP_TO_LEAVE).desc(),
            *_in_order(),
            Resident.id,
        )
        .limit(MOST)
    )
    return [
        KeyResident(
            key,
            home,
            Address(*where),
            masked_name(name),
            tuple(KeyGroup(each) for each in kinds),
            lon,
            lat,
        )
        for key, home, name, kinds, lon, lat, *where in db.session.execute(found)
    ]


def in_force(on: date | None = None) -> ColumnElement[bool]:
    """The flags that hold on a day (None: today)."""
    day = on or days.today()
    return and_(KeyFlag.first_day <= day, KeyFlag.last_day >= day)


def _hit(area: BaseGeometry) -> list[int]:
    """The buildings whose point or ground plan reaches into the area; each index answers its half.

    Asked by itself: how many are hit is known only then, and decides how the homes are looked up.
    """
    laid = stored(metric(area))
    reaches = or_(
        func.ST_Intersects(Building.geom, laid), func.ST_Intersects(Building.outline, laid)
    )
    found = select(Building.id).where(reaches, Building.closed_at.is_(None))
    return list(db.session.scalars(found))


def _address() -> Sequence[Any]:
    return (
        Building.name,
        Building.address,
        Dwelling.stair,
        Dwelling.floor,
        Dwelling.door,
        Building.grid_id,
    )


def _spot() -> Sequence[Any]:
    spot = func.ST_Transform(Building.geom, WGS84)
    return func.ST_X(spot), func.ST_Y(spot)


def _in_order() -> Sequence[Any]:
    return Building.name, Building.id, Dwelling.stair, Dwelling.floor, Dwelling.door
