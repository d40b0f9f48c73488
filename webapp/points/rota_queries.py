"""Questions about the rota of the windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.db import db
from webapp.people.models import Account, Post
from webapp.points import queries
from webapp.points.models import ServicePoint, ServiceWindow, WindowShift
from webapp.points.rules import SERVING

DAYS = 7


def one(shift_id: int) -> WindowShift | None:
    """A planned time with its window and point."""
    found = select(WindowShift).options(
        joinedload(WindowShift.window)
        .joinedload(ServiceWindow.point)
        .joinedload(ServicePoint.unit),
        joinedload(WindowShift.account),
    )
    return db.session.scalar(found.where(WindowShift.id == shift_id))


def week(point: ServicePoint, first: date) -> list[WindowShift]:
    """What is planned at a point in seven days, by time and window."""
    since = datetime.combine(first, time(), queries.ZONE)
    span = Range(since, since + timedelta(days=DAYS), bounds="[)")
    found = (
        select(WindowShift)
        .join(WindowShift.window)
        .options(joinedload(WindowShift.account), joinedload(WindowShift.window))
        .where(ServiceWindow.point_id == point.id, WindowShift.span.op("&&")(span))
        .order_by(WindowShift.span, ServiceWindow.number)
    )
    return list(db.session.scalars(found))


def now_at(point: ServicePoint) -> dict[int, Account]:
    """Who is planned at each window of a point right now, by the key of the window."""
    found = (
        select(WindowShift)
        .join(WindowShift.window)
        .options(joinedload(WindowShift.account))
        .where(ServiceWindow.point_id == point.id, WindowShift.span.op("@>")(clock.now()))
    )
    return {shift.window_id: shift.account for shift in db.session.scalars(found)}


def staff(point: ServicePoint, since: datetime, until: datetime) -> Sequence[Account]:
    """Who holds a post of the counter at the body of a point for the whole of a time, by name."""
    found = (
        select(Account)
        .join(Post, Post.account_id == Account.id)
        .where(
            Post.unit_id == point.unit_id,
            Post.role.in_(SERVING),
            Post.valid.op("@>")(Range(since, until, bounds="[)")),
            Account.locked_at.is_(None),
        )
        .distinct()
        .order_by(Account.name, Account.id)
    )
    return db.session.scalars(found).all()
