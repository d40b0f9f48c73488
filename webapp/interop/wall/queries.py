"""Questions of the big screen: what came in and was closed today, who is on duty, what is newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import to_lonlats
from webapp.cases import publishing
from webapp.cases.models import Case
from webapp.cases.rota.models import Shift
from webapp.cases.rules import OPEN, State
from webapp.interop.wall.rules import ALARMS, NEWEST, POINTS
from webapp.maps.queries import mark
from webapp.monitoring.alarms.listing import LANES, heaviest
from webapp.monitoring.alarms.models import Alarm
from webapp.ports.models import Voyage
from webapp.ports.rules import VoyageState

# On the wall stands what is real: no exercise, and nothing that was kept quiet.
_REAL = (Alarm.exercise.is_(False), Alarm.live_at.is_not(None), LANES["open"])


def of_today(who: Actor, since: datetime) -> tuple[int, int]:
    """How many cases came in since a moment, and how many were closed, of those that `who` may see."""
    seen = visible(Case, who, "cases.see")
    received = select(func.count()).select_from(Case).where(seen, Case.received_at >= since)
    closed = (
        select(func.count())
        .select_from(Case)
        .where(seen, Case.closed_at >= since, Case.state.in_((State.CLOSED, State.ARCHIVED)))
    )
    row = db.session.execute(select(received.scalar_subquery(), closed.scalar_subquery())).one()
    return row[0], row[1]


def on_duty() -> int:
    """How many people the rota has on duty now."""
    found = select(func.count(Shift.account_id.distinct())).where(Shift.span.op("@>")(clock.now()))
    return db.session.scalar(found) or 0


def at_sea(who: Actor) -> int:
    """How many vessels are at sea by their reports."""
    found = (
        select(func.count())
        .select_from(Voyage)
        .where(visible(Voyage, who, "voyages.see"), Voyage.state == VoyageState.AT_SEA)
    )
    return db.session.scalar(found) or 0


def newest(who: Actor) -> Sequence[Case]:
    """The cases the house heard of last."""
    found = (
        select(Case)
        .options(joinedload(Case.case_class), joinedload(Case.grid))
        .where(visible(Case, who, "cases.see"))
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(NEWEST)
    )
    return db.session.scalars(found).all()


def alarms(who: Actor) -> tuple[Sequence[Alarm], int]:
    """The worst alarms that stand, the oldest of equal ones first, and how many there are in all."""
    found = (
        select(Alarm, func.count().over())
        .options(joinedload(Alarm.grid))
        .where(visible(Alarm, who, "alarms.see"), *_REAL)
        .order_by(heaviest().desc(), Alarm.received_at, Alarm.id)
        .limit(ALARMS)
    )
    rows = db.session.execute(found).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def alarm_points(who: Actor) -> list[tuple[float, float, str]]:
    """(lon, lat, kind) of alarms that stand, the worst first."""
    found = (
        select(func.ST_X(Alarm.geom), func.ST_Y(Alarm.geom), Alarm.kind)
        .where(visible(Alarm, who, "alarms.see"), *_REAL, Alarm.geom.is_not(None))
        .order_by(heaviest().desc(), Alarm.received_at, Alarm.id)
        .limit(POINTS)
    )
    return _placed(db.session.execute(found).all())


def case_points(who: Actor) -> list[tuple[float, float, str]]:
    """(lon, lat, mark) of open cases, newest first; where a home may be meant to the next 100 m only."""
    side = publishing.COARSE_M
    coarse = publishing.coarse()
    x, y = func.ST_X(Case.geom), func.ST_Y(Case.geom)
    found = (
        select(
            case((coarse, func.round(x / side) * side), else_=x),
            case((coarse, func.round(y / side) * side), else_=y),
            mark(),
        )
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)), Case.geom.is_not(None))
        .order_by(Case.id.desc())
        .limit(POINTS)
    )
    return _placed(db.session.execute(found).all())


def _placed(rows: Sequence[Any]) -> list[tuple[float, float, str]]:
    lons, lats = to_lonlats([row[0] for row in rows], [row[1] for row in rows], digits=5)
    return [(lon, lat, row[2]) for row, lon, lat in zip(rows, lons, lats, strict=True)]
