"""Questions about neighbourhood roles: who holds which, and which building is whose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base import sealing
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.community.roles.models import CommunityModel, NeighbourRole
from webapp.community.roles.rules import FOR_NEIGHBOURS, RoleKind
from webapp.grids.models import Grid, Unit
from webapp.grids.rules import UnitKind
from webapp.people.models import Account
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import PHONE

PAGE = 40


def _rows() -> Select[NeighbourRole]:
    return select(NeighbourRole).options(
        joinedload(NeighbourRole.grid), joinedload(NeighbourRole.building)
    )


def _on(day: date) -> ColumnElement[bool]:
    return func.daterange(NeighbourRole.since, NeighbourRole.until).op("@>")(day)


def role(role_id: int) -> NeighbourRole | None:
    """A role with its place."""
    return db.session.scalar(_rows().where(NeighbourRole.id == role_id))


def narrowed(who: Actor, *, kind: str | None = None, grid_id: int | None = None) -> Select[Any]:
    """SQL: roles that `who` may see, the newest first."""
    found = _rows().where(visible(NeighbourRole, who, "neighbours.see"))
    if kind in list(RoleKind):
        found = found.where(NeighbourRole.kind == kind)
    if grid_id is not None:
        found = found.where(NeighbourRole.grid_id == grid_id)
    return found.order_by(NeighbourRole.id.desc())


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[NeighbourRole]:
    """The roles `who` may see, the newest first, those that are over among them."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(NeighbourRole.id < before)
    rows = list(db.session.scalars(found.limit(PAGE + 1)))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def counts(who: Actor, day: date) -> dict[str, int]:
    """How many hold each role on a day, of those `who` may see."""
    found = select(NeighbourRole.kind, func.count()).where(
        visible(NeighbourRole, who, "neighbours.see"), _on(day)
    )
    rows = db.session.execute(found.group_by(NeighbourRole.kind)).all()
    return {kind: many for kind, many in rows}


def homes(account_id: int, day: date) -> Sequence[Building]:
    """The buildings in which this account lives by its phone, or holds a role on that day."""
    phone = db.session.scalar(select(Account.phone).where(Account.id == account_id))
    held = select(NeighbourRole.building_id).where(NeighbourRole.account_id == account_id, _on(day))
    which: ColumnElement[bool] = Building.id.in_(held)
    if phone is not None:
        which = or_(which, Building.id.in_(_lived_in(phone)))
    found = select(Building).options(joinedload(Building.grid))
    return db.session.scalars(found.where(which, Building.closed_at.is_(None))).all()


def lives_in(account_id: int, buildings: Select[int]) -> int | None:
    """The key of the resident whose phone this account has proved, who lives in one of them."""
    phone = db.session.scalar(select(Account.phone).where(Account.id == account_id))
    if phone is None:
        return None
    found = _residents(phone).where(Dwelling.building_id.in_(buildings))
    return db.session.scalar(found.order_by(Resident.id).limit(1))


def of_places(
    building_ids: Iterable[int], grid_ids: Iterable[int], day: date
) -> Sequence[NeighbourRole]:
    """Who holds a role for neighbours on a day in these buildings, or in these grids as a whole."""
    found = _rows().where(
        _on(day),
        NeighbourRole.kind.in_(FOR_NEIGHBOURS),
        or_(
            NeighbourRole.building_id.in_(list(building_ids)),
            NeighbourRole.building_id.is_(None) & NeighbourRole.grid_id.in_(list(grid_ids)),
        ),
    )
    return db.session.scalars(found.order_by(NeighbourRole.kind, NeighbourRole.id)).all()


def choosable(grid_id: int) -> Sequence[Building]:
    """The buildings of a grid, by name."""
    found = select(Building).where(Building.grid_id == grid_id, Building.closed_at.is_(None))
    return db.session.scalars(found.order_by(Building.name, Building.id).limit(300)).all()


def community(unit_id: int) -> Unit | None:
    """A community."""
    found = db.session.get(Unit, unit_id)
    return found if found is not None and found.kind == UnitKind.COMMUNITY else None


def communities() -> Sequence[Row[Unit, CommunityModel | None]]:
    """Every community with what it says of its own model, those that say something first."""
    found = (
        select(Unit, CommunityModel)
        .outerjoin(CommunityModel, CommunityModel.unit_id == Unit.id)
        .where(Unit.kind == UnitKind.COMMUNITY)
        .order_by(CommunityModel.id.is_(None), Unit.name)
    )
    return db.session.execute(found).all()


def model_of(unit_id: int) -> CommunityModel | None:
    """What a community says of its own model."""
    return db.session.scalar(select(CommunityModel).where(CommunityModel.unit_id == unit_id))


def community_counts(unit_id: int, day: date) -> dict[str, int]:
    """How many hold each role in the grids of a community on a day."""
    found = (
        select(NeighbourRole.kind, func.count())
        .join(Grid, NeighbourRole.grid_id == Grid.id)
        .where(Grid.community_id == unit_id, _on(day))
        .group_by(NeighbourRole.kind)
    )
    return {kind: many for kind, many in db.session.execute(found).all()}


def _residents(phone: str) -> Select[int]:
    return (
        select(Resident.id)
        .join(Household, Resident.household_id == Household.id)
        .join(Dwelling, Household.dwelling_id == Dwelling.id)
        .where(
            Resident.phone_blind.in_(sealing.blinds(phone, of=PHONE)),
            Resident.left_at.is_(None),
            Household.left_at.is_(None),
        )
    )


def _lived_in(phone: str) -> Select[int]:
    return _residents(phone).with_only_columns(Dwelling.building_id)
