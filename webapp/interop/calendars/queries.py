"""Questions of private addresses: whose one is, and which somebody has."""

from __future__ import annotations

from sqlalchemy import select

from webapp.base.db import db
from webapp.interop.calendars.models import Subscription
from webapp.interop.calendars.rules import Kind
from webapp.people.actions import digest


def one(subscription_id: int) -> Subscription | None:
    """An address that has not ended."""
    found = db.session.get(Subscription, subscription_id)
    return found if found is not None and found.ended_at is None else None


def opened_by(secret: str, kind: Kind) -> Subscription | None:
    """What this secret opens, or opened until it ended."""
    return db.session.scalar(
        select(Subscription).where(Subscription.hash == digest(secret), Subscription.kind == kind)
    )


def of_account(account_id: int) -> dict[Kind, Subscription]:
    """The addresses that somebody has."""
    found = select(Subscription).where(
        Subscription.account_id == account_id, Subscription.ended_at.is_(None)
    )
    return {Kind(each.kind): each for each in db.session.scalars(found)}
