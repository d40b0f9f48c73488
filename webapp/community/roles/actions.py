"""What is done with neighbourhood roles: taken, ended; and a community says what its model is."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l

from webapp.base import audit
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.community.roles import queries
from webapp.community.roles.forms import ModelForm, RoleForm
from webapp.community.roles.models import CommunityModel, NeighbourRole
from webapp.community.roles.rules import IN_A_BUILDING
from webapp.grids import queries as grids
from webapp.grids.models import Unit
from webapp.people import phones, queries as people
from webapp.people.refusing import refusing
from webapp.residents import queries as homes

KIND = "neighbour_role"


def appoint(said: RoleForm, *, by: Actor) -> NeighbourRole:
    """Somebody has the role for its term. Raises `Changed` where it is taken in that time."""
    grid = grids.one(said.grid)
    if grid is None:
        words = _l("There is no grid with this code.")
        raise Unacceptable(words, fields={"grid": words})
    building = homes.building(said.building) if said.building else None
    if building is not None and building.grid_id != grid.id:
        words = _l("This building is not in the grid.")
        raise Unacceptable(words, fields={"building": words})
    if building is None and said.kind in IN_A_BUILDING:
        words = _l("Choose the building.")
        raise Unacceptable(words, fields={"building": words})
    if said.until is not None and said.until <= said.since:
        words = _l("It ends after it begins.")
        raise Unacceptable(words, fields={"until": words})
    role = NeighbourRole(
        kind=said.kind,
        grid_id=grid.id,
        building_id=building.id if building else None,
        account_id=_account(said.account_phone),
        name=said.name,
        phone=said.phone,
        words=said.words,
        since=said.since,
        until=said.until,
    )
    if not may(by, "neighbours.keep", role):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    head = _l("The building has a head in this time already. End that term first.")
    twice = _l("They have this role here in this time already.")
    with refusing(
        ex_neighbour_role_head=Changed(head, fields={"since": head}),
        ex_neighbour_role_twice=Changed(twice, fields={"since": twice}),
    ):
        db.session.add(role)
    audit.record(kind=KIND, thing_id=role.id, move="appoint", by=by, grid_id=grid.id)
    return role


def end(role: NeighbourRole, *, until: date, by: Actor) -> None:
    """The term is over before that day."""
    lock(role)
    if role.until is not None and role.until <= until:
        raise NotOpen(_l("The term ends before that day already."))
    if until <= role.since:
        words = _l("It ends after it begins.")
        raise Unacceptable(words, fields={"until": words})
    role.until = until
    data = {"until": str(until)}
    audit.record(kind=KIND, thing_id=role.id, move="end", by=by, grid_id=role.grid_id, data=data)


def describe(unit: Unit, said: ModelForm, *, by: Actor) -> CommunityModel:
    """The community says this of its own model, in place of what it said before."""
    lock(unit)
    model = queries.model_of(unit.id)
    if model is None:
        model = CommunityModel(unit_id=unit.id)
        db.session.add(model)
    model.name, model.words = said.name, said.words
    db.session.flush()
    data = {"name": said.name}
    audit.record(kind="community_model", thing_id=model.id, move="describe", by=by, data=data)
    return model


def _account(phone: str | None) -> int | None:
    """The account of whoever takes the role, so that they see their building."""
    if not phone:
        return None
    found = people.by_phone(phones.normal(phone))
    if found is None:
        words = _l("No account has this phone number.")
        raise Unacceptable(words, fields={"account_phone": words})
    return found.id
