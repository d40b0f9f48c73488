"""What is done with old doors: written down, changed, linked to the homes of today."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, Unacceptable, hold
from webapp.grids import queries as grids, relocation
from webapp.grids.models import BoundarySet, Grid
from webapp.people.refusing import refusing
from webapp.relocation.old_doors.forms import HomeForm, OldHouseForm
from webapp.relocation.old_doors.models import NewHome, OldHouse
from webapp.residents import queries as residents
from webapp.residents.models import Dwelling


def write_down(village: Grid, said: OldHouseForm, *, by: Actor) -> OldHouse:
    """The house of a former village is known, behind its door and in its years.

    Raises `Unacceptable` where the point lies in another grid or the door is known already,
    `NotAllowed` in a grid that is not one's own.
    """
    house = OldHouse(village_id=village.id, created_at=clock.now(), created_by_id=by.id)
    with refusing(uq_old_house_door=_known()):
        _describe(house, said)
        db.session.add(house)
    _stands_in(house, village, by)
    _record(house, "create", by)
    return house


def change(house: OldHouse, said: OldHouseForm, *, by: Actor) -> None:
    """The house is described like this. Raises as `write_down`, and `Changed` if it was changed."""
    hold(house, said.version)
    with refusing(uq_old_house_door=_known()):
        _describe(house, said)
    _stands_in(house, house.village, by)
    _record(house, "change", by)


def link(house: OldHouse, said: HomeForm, *, by: Actor) -> None:
    """A family of the house lives in this dwelling now; said twice it is so once.

    Raises `Unacceptable` for a home that is not registered.
    """
    dwelling = _dwelling(said)
    lock(house)
    if db.session.get(NewHome, (house.id, dwelling.id)) is not None:
        return
    db.session.add(NewHome(house_id=house.id, dwelling_id=dwelling.id))
    _record(house, "link", by)
    db.session.expire(house, ["homes"])


def unlink(house: OldHouse, dwelling_id: int, *, by: Actor) -> None:
    """No family of the house lives in this dwelling, as far as anybody knows."""
    lock(house)
    known = db.session.get(NewHome, (house.id, dwelling_id))
    if known is not None:
        db.session.delete(known)
        _record(house, "unlink", by)
        db.session.expire(house, ["homes"])


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Old houses are in the grids of the borders in force; their village stays what it was."""
    return len(relocation.relocate_in_log(OldHouse, kind="old_house", by=by))


def reveal(house: OldHouse, *, purpose: str, by: Actor) -> str:
    """The family of the house without a mask, once the log says who wanted it and what for."""
    lock(house)
    _record(house, "reveal", by, purpose=purpose)
    return house.family or ""


def _dwelling(said: HomeForm) -> Dwelling:
    grid = grids.one(said.building_grid)
    building = residents.building_named(grid.id, said.building) if grid is not None else None
    dwelling = (
        residents.dwelling_at(building.id, said.stair, said.door) if building is not None else None
    )
    if dwelling is None:
        words = _l("This home is not registered.")
        raise Unacceptable(words, fields={"building": words})
    return dwelling


def _describe(house: OldHouse, said: OldHouseForm) -> None:
    house.lane, house.number, house.kind = said.lane, said.number, said.kind
    house.year_from, house.year_until = said.year_from, said.year_until
    house.provenance = said.provenance
    # A change that says nothing of the family leaves it: forms show it masked.
    house.family = said.family or house.family
    if (said.lon, said.lat, said.datum.value) != (house.raw_lon, house.raw_lat, house.datum):
        house.place_at(said.lon, said.lat, datum=said.datum)


def _stands_in(house: OldHouse, village: Grid, by: Actor) -> None:
    db.session.flush()
    db.session.refresh(house)
    if house.grid_id != village.id:
        words = _l("This point does not lie in the grid of the village.")
        raise Unacceptable(words, fields={"lon": words})
    if not may(by, "old_doors.keep", house):
        raise NotAllowed(_l("This place is in no grid of yours."))


def _known() -> Unacceptable:
    words = _l("This door is known already, since the same year.")
    return Unacceptable(words, fields={"number": words})


def _record(house: OldHouse, move: str, by: Actor, **data: str) -> None:
    """Events say what was done, never who lived or lives where."""
    house.version = (house.version or 0) + 1
    db.session.flush()
    audit.record(
        kind="old_house", thing_id=house.id, move=move, by=by, grid_id=house.grid_id, data=data
    )
