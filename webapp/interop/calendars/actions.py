"""What is done with private addresses: made, renewed, ended, and noted when they are used."""

from __future__ import annotations

import secrets

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.agenda import As
from webapp.base.db import db, lock
from webapp.interop.calendars import queries
from webapp.interop.calendars.models import Subscription
from webapp.interop.calendars.rules import NOTED_EVERY, Kind
from webapp.people import actions as people
from webapp.people.models import Account


def make(account: Account, kind: Kind, *, dues: As, by: Actor) -> tuple[Subscription, str]:
    """A new address opens it, by the secret that is answered: shown once and never kept.

    The address there was before opens nothing any more.
    """
    lock(account)
    before = queries.of_account(account.id).get(kind)
    if before is not None:
        before.ended_at = clock.now()
        db.session.flush()
    secret = secrets.token_urlsafe(32)
    made = Subscription(
        account_id=account.id,
        kind=kind,
        hash=people.digest(secret),
        dues=dues,
        made_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _record("renew" if before else "make", made, by)
    return made, secret


def write_dues(subscription: Subscription, dues: As, *, by: Actor) -> None:
    """What is due stands in the calendar in this way from now on; the address stays."""
    subscription.dues = dues
    _record("change", subscription, by)


def end(subscription: Subscription, *, by: Actor) -> None:
    """The address opens nothing any more."""
    subscription.ended_at = clock.now()
    _record("end", subscription, by)


def note_use(subscription: Subscription) -> bool:
    """Its use is noted; False where that was done just now."""
    now = clock.now()
    if subscription.used_at is not None and now - subscription.used_at < NOTED_EVERY:
        return False
    subscription.used_at = now
    return True


def _record(move: str, subscription: Subscription, by: Actor) -> None:
    audit.record(
        kind="subscription",
        thing_id=subscription.id,
        move=move,
        by=by,
        data={"kind": subscription.kind},
    )
