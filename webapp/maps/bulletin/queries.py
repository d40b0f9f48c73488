"""Questions of the bulletin: what is counted over the whole subdistrict, and the bulletins there are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import undefer

from webapp.base.audit import Event
from webapp.base.db import db
from webapp.cases.field.models import PatrolPoint
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import OPEN, State
from webapp.grids.models import Grid
from webapp.maps.bulletin.models import Bulletin
from webapp.maps.bulletin.rules import LATE, Said
from webapp.maps.queries import late
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import OPEN as ALARM_OPEN
from webapp.projects.models import Blocker, Project
from webapp.projects.rules import LIVING
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.rules import CLEAN

# So many bulletins are listed.
LISTED = 60
# No exercise, and nothing that was kept quiet.
_REAL = (Alarm.exercise.is_(False), Alarm.live_at.is_not(None))


def of_day(day: date) -> Bulletin | None:
    """The bulletin of a day."""
    return db.session.scalar(select(Bulletin).where(Bulletin.day == day))


def with_pictures(day: date) -> Bulletin | None:
    """The same with its pictures."""
    found = select(Bulletin).options(undefer(Bulletin.loads), undefer(Bulletin.weeks))
    return db.session.scalar(found.where(Bulletin.day == day))


def newest() -> Bulletin | None:
    """The last one that was made."""
    return db.session.scalar(select(Bulletin).order_by(Bulletin.day.desc()).limit(1))


def days() -> list[date]:
    """The days of which there is one, the newest first."""
    return list(
        db.session.scalars(select(Bulletin.day).order_by(Bulletin.day.desc()).limit(LISTED))
    )


def happened(since: datetime, until: datetime) -> dict[Said, Any]:
    """The figures of what happened between two moments."""
    within = Case.received_at >= since, Case.received_at < until
    closed = (
        select(Event.thing_id, func.max(Event.at).label("at"))
        .where(
            Event.thing_kind == "case",
            Event.move.in_(("close", "self_close")),
            Event.at >= since,
            Event.at < until,
        )
        .group_by(Event.thing_id)
        .subquery()
    )
    # The limit is one of handling: checking and closing come after it.
    handled = (
        select(func.max(Event.at))
        .where(
            Event.thing_kind == "case",
            Event.thing_id == Case.id,
            Event.move.in_(("feedback", "self_close")),
            Event.at <= closed.c.at,
        )
        .correlate(Case, closed)
        .scalar_subquery()
    )
    in_time = or_(Case.due_at.is_(None), handled <= Case.due_at)
    one = db.session.execute(
        select(
            _many(Case, *within).label(Said.REPORTED),
            _many(Alarm, *_REAL, Alarm.received_at >= since, Alarm.received_at < until).label(
                Said.ALARMS
            ),
            _many(
                PatrolPoint, PatrolPoint.visited_at >= since, PatrolPoint.visited_at < until
            ).label(Said.PATROLLED),
        )
    ).one()
    done = db.session.execute(
        select(func.count(), func.count().filter(in_time))
        .select_from(closed)
        .join(Case, Case.id == closed.c.thing_id)
    ).one()
    share = round(100 * done[1] / done[0], 1) if done[0] else None
    return _said(one) | {Said.CLOSED: done[0], Said.IN_TIME: share}


def standing() -> dict[Said, Any]:
    """The figures of what stands now."""
    open_ = Case.state.in_(list(OPEN))
    held_up = select(func.count(Blocker.project_id.distinct())).where(Blocker.cleared_at.is_(None))
    return _said(
        db.session.execute(
            select(
                _many(Case, open_).label(Said.OPEN),
                _many(Case, open_, late()).label(Said.LATE),
                _many(Case, Case.state == State.REPORTED).label(Said.NEW),
                _many(Alarm, *_REAL, Alarm.state.in_(ALARM_OPEN)).label(Said.STANDING),
                _many(Project, Project.state.in_(LIVING)).label(Said.PROJECTS),
                held_up.scalar_subquery().label(Said.HELD_UP),
                _many(RelocationHousehold, RelocationHousehold.state.in_(CLEAN)).label(Said.CLEAN),
            )
        ).one()
    )


def _said(row: Any) -> dict[Said, Any]:
    return {Said(name): value for name, value in row._mapping.items()}


def _many(model: Any, *clauses: Any) -> Any:
    return select(func.count()).select_from(model).where(*clauses).scalar_subquery()


def late_cases() -> list[Row[Any]]:
    """`number`, `name`, `name_en`, `grid`, `due_at` of the cases that are late longest."""
    found = (
        select(
            Case.number,
            CaseClass.name,
            CaseClass.name_en,
            Grid.name.label("grid"),
            Case.due_at,
        )
        .join(Case.case_class)
        .outerjoin(Grid, Grid.id == Case.grid_id)
        .where(Case.state.in_(list(OPEN)), late())
        .order_by(Case.due_at, Case.id)
        .limit(LATE)
    )
    return list(db.session.execute(found))


def held_up() -> list[Row[Any]]:
    """`name`, `cause`, `raised_at` of what holds living projects up, the oldest first."""
    found = (
        select(Project.name, Blocker.cause, Blocker.raised_at)
        .join(Project, Project.id == Blocker.project_id)
        .where(Blocker.cleared_at.is_(None), Project.state.in_(LIVING))
        .order_by(Blocker.raised_at, Blocker.id)
        .limit(LATE)
    )
    return list(db.session.execute(found))


def loads() -> list[Row[Any]]:
    """`id`, `name`, `open`, `late` of each grid that has open cases, the most first."""
    many = func.count(Case.id)
    found = (
        select(
            Grid.id,
            Grid.name,
            many.label("open"),
            func.count(Case.id).filter(late()).label("late"),
        )
        .join(Case, Case.grid_id == Grid.id)
        .where(Case.state.in_(list(OPEN)))
        .group_by(Grid.id)
        .order_by(many.desc(), Grid.code)
    )
    return list(db.session.execute(found))


def by_grid(until: datetime, *, days: int) -> dict[int, int]:
    """How many cases the house heard of in each grid in the days before a moment."""
    found = (
        select(Case.grid_id, func.count())
        .where(
            Case.received_at >= until - timedelta(days=days),
            Case.received_at < until,
            Case.grid_id.is_not(None),
        )
        .group_by(Case.grid_id)
    )
    return {grid: many for grid, many in db.session.execute(found) if grid is not None}
