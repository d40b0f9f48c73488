"""Questions about the roll: who is inside a zone, who is on the roll, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import stored
from webapp.cases.rota.models import WorkerPosition
from webapp.cases.rota.rules import FRESH
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.roll.models import RollEntry
from webapp.monitoring.danger.roll.rules import CALLERS, REACHED, UNRESOLVED, RollState, Subject
from webapp.monitoring.danger.rules import ZoneState
from webapp.monitoring.safety.models import Profile
from webapp.people.models import Account, Enterprise, Post

# So many rows stand on one page of the roll.
PAGE = 150

_ORDER = case(
    {
        RollState.NEEDS_HELP: 0,
        RollState.WAITING: 1,
        RollState.NOT_FOUND: 2,
        RollState.AT_MUSTER: 3,
        RollState.SAFE: 4,
    },
    value=RollEntry.state,
)


def entry(entry_id: int) -> RollEntry | None:
    """An entry with its zone."""
    found = select(RollEntry).options(joinedload(RollEntry.zone), joinedload(RollEntry.marked_by))
    return db.session.scalar(found.where(RollEntry.id == entry_id))


def listed(
    who: Actor, zone_id: int, *, resolved: bool, limit: int = PAGE
) -> tuple[list[RollEntry], int]:
    """The roll of a zone as far as `who` may see it, those not out of it or the others, and how many.

    Who needs help stands first, then whom nobody has asked; within these, who does not come out alone.
    """
    of_it = RollEntry.state.in_(UNRESOLVED)
    found = (
        select(RollEntry, func.count().over())
        .options(joinedload(RollEntry.grid), joinedload(RollEntry.marked_by))
        .where(
            RollEntry.zone_id == zone_id,
            ~of_it if resolved else of_it,
            visible(RollEntry, who, "danger.roll"),
        )
        .order_by(_ORDER, RollEntry.helpless.desc(), RollEntry.place, RollEntry.id)
        .limit(limit)
    )
    rows = db.session.execute(found).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def calling(who: Actor) -> Sequence[tuple[DangerZone, int]]:
    """The zones in force whose roll `who` may mark, and how many there are not out of it yet."""
    found = (
        select(DangerZone, func.count(RollEntry.id))
        .join(RollEntry, RollEntry.zone_id == DangerZone.id)
        .where(
            DangerZone.state == ZoneState.IN_FORCE,
            RollEntry.state.in_(UNRESOLVED),
            visible(RollEntry, who, "danger.mark"),
        )
        .group_by(DangerZone.id)
        .order_by(DangerZone.exercise, DangerZone.id)
    )
    return [(zone, many) for zone, many in db.session.execute(found)]


def progress(who: Actor, zone_id: int) -> dict[str, int]:
    """How many stand in each state, how many there are, and how many people, as far as `who` sees."""
    mine = RollEntry.zone_id == zone_id, visible(RollEntry, who, "danger.roll")
    counted = select(RollEntry.state, func.count(), func.coalesce(func.sum(RollEntry.people), 0))
    rows = db.session.execute(counted.where(*mine).group_by(RollEntry.state)).all()
    found: dict[str, int] = dict.fromkeys(RollState, 0)
    found |= {state: many for state, many, _people in rows}
    found["all"] = sum(many for _state, many, _people in rows)
    found["people"] = sum(int(people or 0) for _state, _many, people in rows)
    return found


def on_roll(zone_id: int) -> set[tuple[str, int]]:
    """Who is on the roll already, as (subject, key)."""
    found = select(RollEntry.subject, RollEntry.thing_id).where(RollEntry.zone_id == zone_id)
    return {(subject, key) for subject, key in db.session.execute(found)}


def enterprises_inside(area: BaseGeometry) -> Sequence[Any]:
    """Enterprises in an area (metres), with how many people safety knows to be there."""
    found = (
        select(
            Enterprise.id, Enterprise.name, Enterprise.address, Enterprise.grid_id, Profile.people
        )
        .outerjoin(Profile, Profile.enterprise_id == Enterprise.id)
        .where(Enterprise.closed_at.is_(None), func.ST_Covers(stored(area), Enterprise.geom))
        .order_by(Enterprise.id)
    )
    return db.session.execute(found).all()


def workers_inside(area: BaseGeometry) -> Sequence[Any]:
    """Who of the staff said a moment ago that they are in an area (metres)."""
    found = (
        select(Account.id, Account.name)
        .join(WorkerPosition, WorkerPosition.account_id == Account.id)
        .where(
            WorkerPosition.at > clock.now() - FRESH,
            func.ST_Covers(stored(area), WorkerPosition.geom),
        )
        .order_by(Account.id)
    )
    return db.session.execute(found).all()


def callers(grid_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Who goes from door to door in these grids now, as (account, grid)."""
    found = (
        select(Post.account_id, Post.grid_id)
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.grid_id.in_(list(grid_ids)),
            Post.role.in_(CALLERS),
            Post.valid.op("@>")(clock.now()),
            Account.locked_at.is_(None),
        )
        .distinct()
        .order_by(Post.account_id, Post.grid_id)
    )
    return [(account, grid) for account, grid in db.session.execute(found) if grid is not None]


def reached(zone: DangerZone) -> list[datetime | None]:
    """When each of the roll was first reached; None: never."""
    found = select(RollEntry.reached_at).where(RollEntry.zone_id == zone.id)
    return list(db.session.scalars(found.order_by(RollEntry.id)))


def missed(zone_id: int, limit: int = 60) -> list[RollEntry]:
    """Who of the roll was never reached."""
    found = (
        select(RollEntry)
        .options(joinedload(RollEntry.grid))
        .where(
            RollEntry.zone_id == zone_id,
            RollEntry.reached_at.is_(None),
            RollEntry.state.not_in(REACHED),
        )
    )
    return list(db.session.scalars(found.order_by(RollEntry.id).limit(limit)))


def subjects(zone_id: int) -> dict[Subject, int]:
    """How many of each kind are on the roll."""
    found = select(RollEntry.subject, func.count()).where(RollEntry.zone_id == zone_id)
    rows = db.session.execute(found.group_by(RollEntry.subject))
    return {Subject(subject): many for subject, many in rows}
