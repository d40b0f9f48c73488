"""Questions about visits to households: what is due, where it is near, when the next one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, func, null, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from webapp.base import spatial
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.people import days
from webapp.residents.models import (
    Building,
    Dwelling,
    HomeVisit,
    Household,
    KeyFlag,
    Resident,
    VisitInterval,
)
from webapp.residents.queries import in_force
from webapp.residents.rules import KEY_GROUPS, KeyGroup
from webapp.residents.visit_rules import AHEAD_DAYS, CARD_DAYS, HomeVisitState

MOST = 60


@dataclass(frozen=True)
class Due:
    """A visit that is due, with how far away it is as the crow flies (None: nobody said from where)."""

    visit: HomeVisit
    away_m: float | None


@dataclass(frozen=True)
class Plan:
    """By when a household is to be visited; None: nobody there belongs to a key group any more."""

    household_id: int
    due_on: date | None


def home_visit(visit_id: int) -> HomeVisit | None:
    """A visit with its household and where that lives."""
    return db.session.get(HomeVisit, visit_id, options=[_where(), joinedload(HomeVisit.account)])


def due_at(household_id: int) -> HomeVisit | None:
    """The visit that is due at a household."""
    found = select(HomeVisit).where(
        HomeVisit.household_id == household_id, HomeVisit.state == HomeVisitState.DUE
    )
    return db.session.scalar(found.options(_where()))


def due(
    who: Actor,
    *,
    near: tuple[float, float] | None = None,
    until: date | None = None,
    limit: int = MOST,
) -> list[Due]:
    """Visits that `who` may make and that are due soon: the nearest first to a point (degrees WGS 84).

    Without a point the longest due first; `until` is the last day that counts as soon.
    """
    away: ColumnElement[Any] = null()
    if near is not None:
        away = Building.geom.op("<->", return_type=Float())(spatial.point(*near))
    found = (
        select(HomeVisit, away)
        .join(HomeVisit.household)
        .join(Household.dwelling)
        .join(Dwelling.building)
        .where(
            HomeVisit.state == HomeVisitState.DUE,
            HomeVisit.due_on <= (until or days.today() + timedelta(days=AHEAD_DAYS)),
            visible(Building, who, "home_visits.make"),
        )
        .join(Building.grid)
        .options(
            contains_eager(HomeVisit.household)
            .contains_eager(Household.dwelling)
            .contains_eager(Dwelling.building)
            .contains_eager(Building.grid)
        )
        .order_by(*([away] if near is not None else []), HomeVisit.due_on, HomeVisit.id)
        .limit(limit)
    )
    return [Due(visit, metres) for visit, metres in db.session.execute(found)]


def to_make(who: Actor, day: date) -> list[HomeVisit]:
    """Visits due by a day that `who` may make, the longest due first."""
    found = (
        select(HomeVisit)
        .join(HomeVisit.household)
        .join(Household.dwelling)
        .join(Dwelling.building)
        .where(
            HomeVisit.state == HomeVisitState.DUE,
            HomeVisit.due_on <= day,
            visible(Building, who, "home_visits.make"),
        )
        .options(
            contains_eager(HomeVisit.household)
            .contains_eager(Household.dwelling)
            .contains_eager(Dwelling.building)
        )
        .order_by(HomeVisit.due_on, HomeVisit.id)
        .limit(MOST)
    )
    return list(db.session.scalars(found))


def due_in(grid_id: int) -> list[HomeVisit]:
    """The visits of a grid that are due soon, the longest due first."""
    found = (
        select(HomeVisit)
        .join(HomeVisit.household)
        .join(Household.dwelling)
        .join(Dwelling.building)
        .where(
            Building.grid_id == grid_id,
            HomeVisit.state == HomeVisitState.DUE,
            HomeVisit.due_on <= days.today() + timedelta(days=AHEAD_DAYS),
        )
        .options(
            contains_eager(HomeVisit.household)
            .contains_eager(Household.dwelling)
            .contains_eager(Dwelling.building)
        )
        .order_by(HomeVisit.due_on, HomeVisit.id)
    )
    return list(db.session.scalars(found))


def count_due(who: Actor) -> int:
    """How many visits `who` may make are due by today."""
    found = (
        select(func.count())
        .select_from(HomeVisit)
        .join(HomeVisit.household)
        .join(Household.dwelling)
        .join(Dwelling.building)
        .where(
            HomeVisit.state == HomeVisitState.DUE,
            HomeVisit.due_on <= days.today(),
            visible(Building, who, "home_visits.make"),
        )
    )
    return db.session.scalar(found) or 0


def visits_of(household_id: int, *, limit: int = 10) -> list[HomeVisit]:
    """The last visits to a household, the newest first."""
    found = select(HomeVisit).where(HomeVisit.household_id == household_id)
    found = found.options(joinedload(HomeVisit.account)).order_by(HomeVisit.id.desc())
    return list(db.session.scalars(found.limit(limit)))


def intervals() -> dict[KeyGroup, tuple[int | None, str | None]]:
    """After how many days each key group is visited again, and who laid that down (None: assumed)."""
    laid = {each.kind: each for each in db.session.scalars(select(VisitInterval))}
    return {
        kind: (laid[kind].every_days, laid[kind].source)
        if kind in laid
        else (care.every_days, None)
        for kind, care in KEY_GROUPS.items()
    }


def interval(kind: KeyGroup) -> VisitInterval | None:
    """What the street has laid down for a key group."""
    return db.session.scalar(select(VisitInterval).where(VisitInterval.kind == kind))


def to_plan(household_id: int | None = None) -> list[Plan]:
    """Households (or one) whose due visit does not fit: missing, too late, or no more needed."""
    every = case(
        {kind.value: n for kind, (n, _source) in intervals().items() if n}, value=KeyFlag.kind
    )
    one: list[ColumnElement[bool]] = (
        [Household.id == household_id] if household_id is not None else []
    )
    last = (
        select(HomeVisit.household_id, func.max(HomeVisit.id).label("id"))
        .where(HomeVisit.state.not_in((HomeVisitState.DUE, HomeVisitState.CALLED_OFF)))
        .group_by(HomeVisit.household_id)
        .subquery()
    )
    ended = HomeVisit.__table__.alias("ended")
    day = func.date(func.timezone(days.zone().key, ended.c.ended_at))
    # After a card was left it is tried again soon, and never later than it would have been anyway.
    again = case(
        (ended.c.state == HomeVisitState.NOT_HOME, func.least(every, CARD_DAYS)), else_=every
    )
    wanted = (
        select(
            Resident.household_id,
            func.min(case((ended.c.id.is_(None), KeyFlag.first_day), else_=day + again)).label(
                "day"
            ),
        )
        .join(KeyFlag, and_(KeyFlag.resident_id == Resident.id, in_force()))
        .join(Household, Household.id == Resident.household_id)
        .outerjoin(last, last.c.household_id == Household.id)
        .outerjoin(ended, ended.c.id == last.c.id)
        .where(Resident.left_at.is_(None), Household.left_at.is_(None), every.is_not(None), *one)
        .group_by(Resident.household_id)
        .subquery()
    )
    planned = (
        select(HomeVisit.household_id, HomeVisit.due_on)
        .where(HomeVisit.state == HomeVisitState.DUE)
        .subquery()
    )
    found = (
        select(Household.id, wanted.c.day)
        .outerjoin(wanted, wanted.c.household_id == Household.id)
        .outerjoin(planned, planned.c.household_id == Household.id)
        .where(
            or_(
                and_(wanted.c.day.is_not(None), planned.c.due_on.is_(None)),
                wanted.c.day < planned.c.due_on,
                and_(wanted.c.day.is_(None), planned.c.due_on.is_not(None)),
            ),
            *one,
        )
        .order_by(Household.id)
    )
    return [Plan(key, on) for key, on in db.session.execute(found)]


def _where() -> Any:
    return (
        joinedload(HomeVisit.household)
        .joinedload(Household.dwelling)
        .joinedload(Dwelling.building)
        .joinedload(Building.grid)
    )
