"""What is done with buildings, dwellings, households and residents: known, changed, moved, seen whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from webapp.base import audit, clock, sealing
from webapp.base.access import Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.spatial import metric, shape_of, stored, to_lonlat
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import days, phones
from webapp.people.refusing import refusing
from webapp.residents import details, queries, visits
from webapp.residents.forms import BuildingForm, DwellingForm, HouseholdForm, ResidentForm
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import ID_NUMBER, PHONE, Use, identity


@dataclass(frozen=True)
class Whole:
    """Somebody without masks."""

    name: str
    id_number: str | None
    phone: str
    # The words of each field beyond the minimum with what is known.
    details: list[tuple[Any, str]] = field(default_factory=list)


def register(said: BuildingForm, *, by: Actor | None, provenance: str | None = None) -> Building:
    """The building is known and in its grid.

    Raises `Unacceptable` outside every grid or where its name is taken there, `NotAllowed` in a grid
    that is not one's own.
    """
    building = Building(provenance=provenance)
    with refusing(uq_building_name=_taken("name", _l("This grid has a building of this name."))):
        _describe(building, said)
        db.session.add(building)
    _must_stand_in_own_grid(building, by)
    _record("building", building, "create", by)
    return building


def change(building: Building, said: BuildingForm, *, by: Actor) -> None:
    """The building is described like this. Raises as `register`, and `Changed` if it was changed."""
    hold(building, said.version)
    with refusing(uq_building_name=_taken("name", _l("This grid has a building of this name."))):
        _describe(building, said)
    _must_stand_in_own_grid(building, by)
    _record("building", building, "change", by)


def draw(building: Building, ground: BaseGeometry, *, by: Actor | None) -> None:
    """The building has this ground plan (degrees WGS 84); its point moves into it where it was outside."""
    lock(building)
    laid = metric(ground)
    if not isinstance(laid, Polygon) or not laid.is_valid:
        raise _taken("outline", _l("The border of the area crosses itself."))
    building.outline = stored(laid)
    if building.geom is None or not laid.covers(shape_of(building.geom)):
        inside = laid.representative_point()
        lon, lat = to_lonlat(inside.x, inside.y)
        building.place_at(lon, lat, datum=Datum.WGS84)
    _must_stand_in_own_grid(building, by)
    _record("building", building, "outline", by)


def close(building: Building, *, reason: str, by: Actor) -> None:
    """The building is gone from the lists. Raises `NotOpen` while somebody lives in it."""
    lock(building)
    if building.closed_at is not None or queries.lived_in(building.id):
        raise NotOpen(_l("Somebody still lives there, or it was taken off the lists already."))
    building.closed_at = clock.now()
    _record("building", building, "close", by, reason=reason)


def add_dwelling(building: Building, said: DwellingForm, *, by: Actor | None) -> Dwelling:
    """The building has this dwelling. Raises `Unacceptable` where its door is known already."""
    _must_keep(building, by)
    dwelling = Dwelling(building_id=building.id)
    with refusing(uq_dwelling_building_id_stair_door=_door_taken()):
        _fit(dwelling, said)
        db.session.add(dwelling)
    _record("dwelling", dwelling, "create", by)
    return dwelling


def change_dwelling(dwelling: Dwelling, said: DwellingForm, *, by: Actor) -> None:
    """The dwelling is described like this; nobody lives in one that is said to stand empty."""
    hold(dwelling, said.version)
    if said.use is Use.EMPTY and queries.households_at(dwelling.id):
        raise _taken("use", _l("Somebody lives there. Say first that they moved away."))
    with refusing(uq_dwelling_building_id_stair_door=_door_taken()):
        _fit(dwelling, said)
    _record("dwelling", dwelling, "change", by)


def move_in(dwelling: Dwelling, said: HouseholdForm, *, by: Actor | None) -> Household:
    """A household lives in the dwelling, with its first resident. Raises as `join`."""
    _must_keep(dwelling, by)
    lock(dwelling)
    household = Household(dwelling_id=dwelling.id, since=said.since or days.today())
    db.session.add(household)
    if dwelling.use != said.use:
        dwelling.use = said.use
        _record("dwelling", dwelling, "change", by)
    _record("household", household, "move_in", by)
    join(household, said, by=by)
    return household


def move_out(household: Household, *, left_at: date | None, by: Actor) -> None:
    """The household has left, everybody in it; a dwelling in which nobody lives any more stands empty."""
    lock(household)
    if household.left_at is not None:
        raise NotOpen(_l("This household moved away already."))
    day = _day_of_leaving(household, left_at)
    for resident in queries.residents_of(household.id):
        lock(resident)
        resident.left_at = day
        _record("resident", resident, "leave", by)
    _end(household, day, by)
    visits.plan(household.id)


def join(
    household: Household, said: ResidentForm, *, by: Actor | None, provenance: str | None = None
) -> Resident:
    """They live in the household. Whoever was known by this identity number and has left is back.

    Raises `Unacceptable` for a wrong number, for one whose owner lives elsewhere, for a second head.
    """
    _must_keep(household, by)
    lock(household)
    if household.left_at is not None:
        raise NotOpen(_l("This household moved away already."))
    known = _known_by(said)
    if known is not None:
        lock(known)
        if known.left_at is None:
            raise _number_taken()
    resident = known or Resident(provenance=provenance)
    resident.household_id, resident.left_at = household.id, None
    with refusing(**_person_taken()):
        portray(resident, said)
        db.session.add(resident)
    details.write(resident, said.details)
    _record("resident", resident, "join" if known is None else "return", by)
    return resident


def change_resident(resident: Resident, said: ResidentForm, *, by: Actor) -> None:
    """They are described like this; name and numbers stay where nothing is written. Raises as `join`, and `Changed`."""
    hold(resident, said.version)
    known = _known_by(said)
    if known is not None and known.id != resident.id:
        raise _number_taken()
    with refusing(**_person_taken()):
        portray(resident, said)
    details.write(resident, said.details)
    _record("resident", resident, "change", by)


def leave(resident: Resident, *, left_at: date | None, by: Actor) -> None:
    """They live in the household no more; with the last of them it has left as a whole."""
    household = resident.household
    lock(household)
    lock(resident)
    if resident.left_at is not None:
        raise NotOpen(_l("They moved away already."))
    day = _day_of_leaving(household, left_at)
    resident.left_at = day
    _record("resident", resident, "leave", by)
    if not queries.residents_of(household.id):
        _end(household, day, by)
    visits.plan(household.id)


def reveal(resident: Resident, *, purpose: str, by: Actor) -> Whole:
    """Name and numbers without masks, once the log says who wanted them and what for."""
    lock(resident)
    _record("resident", resident, "reveal", by, purpose=purpose)
    return replace(whole(resident), details=details.whole(resident))


def whole(resident: Resident) -> Whole:
    """Name and numbers without masks, for whoever has written the look down."""
    number, phone = (
        sealing.unseal(each).decode() if each else None
        for each in (resident.id_number, resident.phone)
    )
    return Whole(resident.name, number, phones.readable(phone))


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Buildings stand in the grids of the borders in force; answers how many moved."""
    here = Building.closed_at.is_(None)
    return len(relocation.relocate_in_log(Building, here, kind="building", by=by))


def _describe(building: Building, said: BuildingForm) -> None:
    building.name, building.kind = said.name, said.kind
    building.address, building.floors = said.address, said.floors
    if (said.lon, said.lat, said.datum.value) != (
        building.raw_lon,
        building.raw_lat,
        building.datum,
    ):
        building.place_at(said.lon, said.lat, datum=said.datum)


def _fit(dwelling: Dwelling, said: DwellingForm) -> None:
    dwelling.stair, dwelling.floor, dwelling.door = said.stair, said.floor, said.door
    dwelling.use = said.use


def portray(resident: Resident, said: ResidentForm) -> None:
    """They are described as said, numbers under seal. Raises `Unacceptable`; nothing is written yet."""
    if said.name is None and resident.name is None:
        raise _taken("name", _l("This is needed."))
    resident.name = said.name or resident.name
    resident.relation = said.relation
    resident.registered_here = said.registered_here
    if said.id_number:
        stated = identity(said.id_number)
        if stated.born > days.today():
            raise _taken("id_number", _l("Whoever has this number is not born yet."))
        resident.id_number = sealing.seal(stated.number.encode())
        resident.id_blind = sealing.blind(stated.number, of=ID_NUMBER)
        resident.sex, resident.born = stated.sex, stated.born
    elif resident.id_number is None:
        resident.sex, resident.born = said.sex, said.born
    if said.born is not None and said.born > days.today():
        raise _taken("born", _l("This day has not come yet."))
    if said.phone:
        phone = phones.normal(said.phone)
        resident.phone = sealing.seal(phone.encode())
        resident.phone_blind = sealing.blind(phone, of=PHONE)


def _known_by(said: ResidentForm) -> Resident | None:
    """Whoever is known by this identity number, wherever they live or lived."""
    if not said.id_number:
        return None
    number = identity(said.id_number).number
    return queries.resident_with(sealing.blinds(number, of=ID_NUMBER))


def _day_of_leaving(household: Household, said: date | None) -> date:
    day = said or days.today()
    if not household.since <= day <= days.today():
        raise _taken("left_at", _l("This day lies before they moved in, or has not come yet."))
    return day


def _end(household: Household, day: date, by: Actor) -> None:
    household.left_at = day
    _record("household", household, "move_out", by)
    dwelling = household.dwelling
    if not queries.households_at(dwelling.id):
        lock(dwelling)
        dwelling.use = Use.EMPTY
        _record("dwelling", dwelling, "change", by)


def _must_stand_in_own_grid(building: Building, by: Actor | None) -> None:
    db.session.flush()
    db.session.refresh(building)
    if building.grid_id is None:
        raise _taken("lon", _l("This point lies in no grid."))
    _must_keep(building, by)


def _must_keep(thing: Building | Dwelling | Household, by: Actor | None) -> None:
    """By None: what an operator brings in."""
    if by is not None and not may(by, "households.keep", thing):
        raise NotAllowed(_l("This place is in no grid of yours."))


def _person_taken() -> dict[str, Unacceptable]:
    head = _l("The household has a head already. Change theirs first.")
    return {
        "uq_resident_id_blind": _number_taken(),
        "uq_resident_head": _taken("relation", head),
    }


def _number_taken() -> Unacceptable:
    words = _l("Somebody with this number lives at another address. There they must leave first.")
    return _taken("id_number", words)


def _door_taken() -> Unacceptable:
    return _taken("door", _l("The building has this door already."))


def _taken(field: str, words: Any) -> Unacceptable:
    return Unacceptable(words, fields={field: words})


def _record(kind: str, thing: Any, move: str, by: Actor | None, **data: Any) -> None:
    """Events name fields and purposes, never what stands in the fields: they outlive whom they are about."""
    thing.version = (thing.version or 0) + 1
    db.session.flush()
    audit.record(kind=kind, thing_id=thing.id, move=move, by=by, grid_id=thing.grid_id, data=data)
