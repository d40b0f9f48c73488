"""Questions about supervision orders, and which cases want one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.cases.models import Case
from webapp.cases.rules import OPEN
from webapp.cases.supervision.models import Order
from webapp.cases.supervision.rules import REPEATED, OrderReason, OrderState

PAGE = 50


def one(order_id: int) -> Order | None:
    """An order with its case and those who have it in hand."""
    return db.session.scalar(_whole().where(Order.id == order_id))


def narrowed(who: Actor, *, settled: bool = False) -> Select[Any]:
    """SQL: orders that `who` may see, settled or not, the newest first."""
    state = (Order.state == OrderState.SETTLED) == settled
    found = _whole().where(visible(Order, who, "supervision.see"), state)
    return found.order_by(Order.id.desc())


def listed(
    who: Actor, *, before: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Order]:
    """The orders `who` may see, settled or not, newest first."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(Order.id < before)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def late_without_order(now: datetime, limit: int = 200) -> list[Case]:
    """Open cases that are over their limit and have no order for it, the oldest first."""
    found = _without(OrderReason.LATE).where(Case.paused_at.is_(None), Case.due_at < now)
    return list(db.session.scalars(found.order_by(Case.due_at).limit(limit)))


def repeated_without_order(limit: int = 200) -> list[Case]:
    """Open cases into which reports were merged again and again, without an order for it."""
    joined = aliased(Case)
    again = (
        select(func.count())
        .where(joined.merged_into_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    found = _without(OrderReason.REPEATED).where(again >= REPEATED - 1)
    return list(db.session.scalars(found.order_by(Case.id).limit(limit)))


def _without(reason: OrderReason) -> Select[Case]:
    has: ColumnElement[bool] = (
        select(Order.id).where(Order.case_id == Case.id, Order.reason == reason).exists()
    )
    return select(Case).options(joinedload(Case.case_class)).where(Case.state.in_(OPEN), ~has)


def _whole() -> Select[Order]:
    return select(Order).options(
        joinedload(Order.case).joinedload(Case.case_class),
        joinedload(Order.giver),
        joinedload(Order.unit),
        joinedload(Order.account),
    )
