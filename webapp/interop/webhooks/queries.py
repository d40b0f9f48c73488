"""Questions about webhooks: endpoints, what is noted, what is due, what was delivered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.web import Page
from webapp.interop.webhooks.models import Delivery, Endpoint, Noted, Secret, Try
from webapp.interop.webhooks.rules import DeliveryState, EndpointState
from webapp.people.models import Account

PAGE = 50
# So many tries of one message are shown.
TRIES_SHOWN = 30


def endpoints() -> list[Endpoint]:
    """Every endpoint, those given up last."""
    gone = Endpoint.state == EndpointState.RETIRED
    found = select(Endpoint).options(joinedload(Endpoint.account))
    return list(db.session.scalars(found.order_by(gone, Endpoint.name)))


def one(endpoint_id: int) -> Endpoint | None:
    """An endpoint by its key."""
    found = select(Endpoint).options(
        joinedload(Endpoint.account), joinedload(Endpoint.keeper), selectinload(Endpoint.secrets)
    )
    return db.session.scalar(found.where(Endpoint.id == endpoint_id))


def listening() -> list[Endpoint]:
    """Endpoints that are told, whose account is not locked, in the order of their keys."""
    found = (
        select(Endpoint)
        .join(Endpoint.account)
        .where(Endpoint.state == EndpointState.ON, Account.locked_at.is_(None))
        .order_by(Endpoint.id)
    )
    return list(db.session.scalars(found))


def waiting() -> dict[int, int]:
    """How many messages wait for each endpoint."""
    found = select(Delivery.endpoint_id, func.count()).where(
        Delivery.state == DeliveryState.WAITING
    )
    rows = db.session.execute(found.group_by(Delivery.endpoint_id))
    return {endpoint: count for endpoint, count in rows}


def log(endpoint_id: int, *, state: str | None, before: int | None) -> Page[Delivery]:
    """The messages of an endpoint, newest first; `before` is where the last page ended."""
    found = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    if state:
        found = found.where(Delivery.state == state)
    if before is not None:
        found = found.where(Delivery.id < before)
    rows = db.session.scalars(found.order_by(Delivery.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def last_tries(deliveries: Sequence[Delivery]) -> dict[int, Try]:
    """The newest try of each of these messages."""
    found = (
        select(Try)
        .ext(distinct_on(Try.delivery_id))
        .where(Try.delivery_id.in_([each.id for each in deliveries]))
        .order_by(Try.delivery_id, Try.id.desc())
    )
    return {each.delivery_id: each for each in db.session.scalars(found)}


def delivery(delivery_id: int) -> Delivery | None:
    """A message by its key, with its endpoint."""
    found = select(Delivery).options(joinedload(Delivery.endpoint))
    return db.session.scalar(found.where(Delivery.id == delivery_id))


def tries(delivery_id: int) -> list[Try]:
    """The newest tries of a message, newest first."""
    found = select(Try).where(Try.delivery_id == delivery_id)
    return list(db.session.scalars(found.order_by(Try.id.desc()).limit(TRIES_SHOWN)))


def noted(limit: int) -> list[Event]:
    """The oldest events that are noted, held by this transaction so that no other worker takes them."""
    found = (
        select(Event)
        .join(Noted, Noted.event_id == Event.id)
        .order_by(Noted.event_id)
        .limit(limit)
        .with_for_update(of=Noted, skip_locked=True)
    )
    return list(db.session.scalars(found))


def strike(events: Collection[int]) -> None:
    """These events are not noted any more."""
    db.session.execute(delete(Noted).where(Noted.event_id.in_(events)))


def things(model: Any, keys: Collection[int], joined: Sequence[Any]) -> dict[int, Any]:
    """Things of a model by their keys, with what is told of them beside."""
    found = select(model).where(model.id.in_(keys)).options(*map(joinedload, joined))
    return {thing.id: thing for thing in db.session.scalars(found)}


def keys_where(model: Any, keys: Collection[int], clause: ColumnElement[bool]) -> set[int]:
    """Those of the keys whose thing fits the clause."""
    return set(db.session.scalars(select(model.id).where(model.id.in_(keys), clause)))


def idle() -> bool:
    """True when there is nothing to turn into messages and nothing due."""
    return not db.session.scalar(select(or_(exists(select(Noted)), exists(_due(true())))))


def _due(clause: ColumnElement[bool]) -> Any:
    now = clock.now()
    return (
        select(Delivery.id)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .join(Account, Account.id == Endpoint.account_id)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at <= now,
            or_(Delivery.held_until.is_(None), Delivery.held_until <= now),
            _on(now),
            clause,
        )
    )


def _on(now: datetime) -> ColumnElement[bool]:
    rests = or_(Endpoint.rests_until.is_(None), Endpoint.rests_until <= now)
    return and_(Endpoint.state == EndpointState.ON, rests, Account.locked_at.is_(None))


def take(each: int, *, until: datetime) -> list[Delivery]:
    """Due messages, the oldest first and at most so many of one endpoint, held until a moment.

    No other worker takes them before it; the transaction is to be committed before they are sent.
    """
    now = clock.now()
    free = or_(Delivery.held_until.is_(None), Delivery.held_until <= now)
    waiting = (
        select(Delivery.id)
        .where(
            Delivery.endpoint_id == Endpoint.id,
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at <= now,
            free,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(each)
        .correlate(Endpoint)
        .lateral()
    )
    due = (
        select(waiting.c.id)
        .select_from(Endpoint)
        .join(Account, Account.id == Endpoint.account_id)
        .join(waiting, true())
        .where(_on(now))
    )
    first = list(db.session.scalars(due))
    if not first:
        return []
    # Asked once more while it is locked: another worker may have taken it since.
    own = Delivery.id.in_(first)
    locked = (
        select(Delivery.id)
        .where(own, Delivery.state == DeliveryState.WAITING, free)
        .with_for_update(skip_locked=True)
    )
    held = (
        update(Delivery)
        .where(Delivery.id.in_(locked.scalar_subquery()))
        .values(held_until=until)
        .returning(Delivery.id)
    )
    keys = list(db.session.scalars(held, execution_options={"synchronize_session": False}))
    found = (
        select(Delivery)
        .where(Delivery.id.in_(keys))
        .options(joinedload(Delivery.endpoint).selectinload(Endpoint.secrets))
        .order_by(Delivery.endpoint_id, Delivery.due_at, Delivery.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(found))


def give_back(keys: Collection[int]) -> None:
    """These messages are held by nobody: they were not tried."""
    held = update(Delivery).where(Delivery.id.in_(keys)).values(held_until=None)
    db.session.execute(held, execution_options={"synchronize_session": False})


def forget(days: int) -> None:
    """Messages that ended so many days ago are gone, with their tries."""
    old = Delivery.ended_at < clock.now() - timedelta(days=days)
    db.session.execute(delete(Delivery).where(Delivery.state != DeliveryState.WAITING, old))


def secrets_after(key: int, limit: int = PAGE) -> list[Secret]:
    """The next sealed secrets in the order of their keys."""
    found = select(Secret).where(Secret.id > key).order_by(Secret.id).limit(limit)
    return list(db.session.scalars(found))
