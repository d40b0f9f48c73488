"""Questions of the balancer: proposals, and what is known of ground, work and roads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Row, Select, func, select, union_all
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.cases.field.models import Door, Visit
from webapp.cases.field.rules import VisitState
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.grids.models import (
    BoundarySet,
    Grid,
    GridVersion,
    LandParcel,
    Unit,
    UnitCell,
)
from webapp.grids.rules import GridKind, SetState
from webapp.maps.balance.ground import Shapes
from webapp.maps.balance.models import Balance
from webapp.maps.balance.proposing import Area, Floats
from webapp.maps.balance.rules import BalanceState, Group, Load
from webapp.people.models import Account, Post
from webapp.projects.ground.models import Parcel
from webapp.residents.models import Building, Dwelling, HomeVisit, Household
from webapp.residents.visit_rules import HomeVisitState
from webapp.travel import loaded, queries as travel
from webapp.travel.models import RoadEdge
from webapp.travel.network import Network


def one(balance_id: int) -> Balance | None:
    """A proposal by its key."""
    return db.session.get(Balance, balance_id)


def is_stopped(balance_id: int) -> bool:
    """Somebody has stopped the work, as everybody else sees it, whatever this transaction thinks."""
    with db.engine.connect() as connection:
        found = connection.scalar(select(Balance.state).where(Balance.id == balance_id))
    return found == BalanceState.STOPPED


def recent(who: Actor, *, before: int | None = None, most: int = 30) -> Page[Balance]:
    """The proposals that `who` may work on, the newest first; without those that were refused."""
    found = (
        select(Balance)
        .where(visible(Balance, who, "grids.draw"), Balance.state != BalanceState.DROPPED)
        .order_by(Balance.id.desc())
        .limit(most + 1)
    )
    if before is not None:
        found = found.where(Balance.id < before)
    rows = list(db.session.scalars(found))
    return Page(rows[:most], rows[most - 1].id if len(rows) > most else None)


def made_of_set(set_id: int) -> int | None:
    """The key of the proposal that became a boundary set."""
    return db.session.scalar(select(Balance.id).where(Balance.set_id == set_id))


def areas() -> list[Area]:
    """The grids in force, by code."""
    found = (
        select(GridVersion)
        .join(GridVersion.boundary_set)
        .options(joinedload(GridVersion.community))
        .where(BoundarySet.state == SetState.ACTIVE, GridVersion.community_id.is_not(None))
        .order_by(GridVersion.code)
    )
    return [
        Area(
            code=each.code,
            name=each.name,
            display_code=each.display_code or each.code,
            group=Group(each.community_id or 0, GridKind(each.kind)),
            community=each.community.name if each.community else "",
            shape=each.shape,
        )
        for each in db.session.scalars(found)
    ]


def groups() -> list[tuple[Group, str, int]]:
    """The groups of grids in force with the names of their communities and their sizes, the largest first."""
    many = func.count()
    found = (
        select(GridVersion.community_id, GridVersion.kind, Unit.name, many)
        .join(GridVersion.boundary_set)
        .join(GridVersion.community)
        .where(BoundarySet.state == SetState.ACTIVE)
        .group_by(GridVersion.community_id, GridVersion.kind, Unit.name)
        .order_by(many.desc(), GridVersion.community_id, GridVersion.kind)
    )
    return [
        (Group(community, GridKind(kind)), name, size)
        for community, kind, name, size in db.session.execute(found)
        if community is not None
    ]


def codes() -> frozenset[str]:
    """The codes that grids ever had, in any boundary set."""
    return frozenset(db.session.scalars(select(GridVersion.code).distinct()))


def parcels() -> Shapes:
    """Parcels of the cadastre, and those of projects: the first of them has ground that both claim."""
    return _shapes(
        select(func.ST_AsBinary(LandParcel.geom)).order_by(LandParcel.id),
        select(func.ST_AsBinary(Parcel.geom)).order_by(Parcel.id),
    )


def cells() -> Shapes:
    """The unit cells in use."""
    found = select(func.ST_AsBinary(UnitCell.geom)).where(UnitCell.end_date.is_(None))
    return _shapes(found.order_by(UnitCell.code))


def buildings() -> Shapes:
    """The ground plans of buildings that stand."""
    found = select(func.ST_AsBinary(Building.outline)).where(
        Building.outline.is_not(None), Building.closed_at.is_(None)
    )
    return _shapes(found.order_by(Building.id))


def roads() -> Shapes:
    """The lines of the roads in use."""
    network = travel.version()
    found = select(func.ST_AsBinary(RoadEdge.geom)).where(RoadEdge.network_id == network)
    return _shapes(found.order_by(RoadEdge.id))


def network() -> Network:
    """The roads in memory."""
    return loaded.roads()


def _shapes(*found: Select[Any]) -> Shapes:
    bodies = [bytes(body) for each in found for body in db.session.scalars(each)]
    return np.asarray(shapely.from_wkb(np.array(bodies, dtype=object)))


def points(since: datetime, until: datetime) -> dict[Load, tuple[Floats, Floats]]:
    """Where work was in a period, and where households are today: x and y in metres, by load.

    A case that was merged into another, or turned out to be none, is not counted.
    """
    happened = (
        select(Case.geom)
        .where(
            Case.received_at >= since,
            Case.received_at < until,
            Case.state.not_in((State.MERGED, State.VOID)),
        )
        .order_by(Case.id)
    )
    at_doors = (
        select(Door.geom)
        .join(Visit, Visit.door_id == Door.id)
        .where(Visit.state != VisitState.DUE, Visit.ended_at >= since, Visit.ended_at < until)
    )
    at_homes = (
        select(Building.geom)
        .join(Dwelling, Dwelling.building_id == Building.id)
        .join(Household, Household.dwelling_id == Dwelling.id)
        .join(HomeVisit, HomeVisit.household_id == Household.id)
        .where(
            HomeVisit.state.not_in((HomeVisitState.DUE, HomeVisitState.CALLED_OFF)),
            HomeVisit.ended_at >= since,
            HomeVisit.ended_at < until,
        )
    )
    living = (
        select(Building.geom)
        .join(Dwelling, Dwelling.building_id == Building.id)
        .join(Household, Household.dwelling_id == Dwelling.id)
        .where(Household.left_at.is_(None), Building.closed_at.is_(None))
    )
    return {
        Load.CASES: _at(happened),
        Load.VISITS: _at(union_all(at_doors, at_homes)),
        Load.HOUSEHOLDS: _at(living),
    }


def _at(found: Any) -> tuple[Floats, Floats]:
    rows = found.subquery()
    geom = rows.c.geom
    pairs = db.session.execute(
        select(func.ST_X(geom), func.ST_Y(geom)).where(geom.is_not(None))
    ).all()
    at = np.array([tuple(pair) for pair in pairs], dtype=float).reshape(-1, 2)
    return at[:, 0], at[:, 1]


# Who is concerned when a grid changes: whoever works in it.
CONCERNED = ("grid_worker", "part_time_worker", "grid_leader", "grid_secretary")


def concerned(codes: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """By code of a grid: `name` and `role` of those who hold a post over it today."""
    found = (
        select(Grid.code, Account.name, Post.role)
        .join(Post, Post.grid_id == Grid.id)
        .join(Post.account)
        .where(
            Grid.code.in_(list(codes)),
            Post.role.in_(CONCERNED),
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
        .order_by(Grid.code, Post.role, Post.id)
    )
    who: dict[str, list[Row[Any]]] = {}
    for row in db.session.execute(found).all():
        who.setdefault(row[0], []).append(row)  # type: ignore[arg-type]  # rows of any columns
    return who
