"""Whom a private address lets in, as they may at this moment."""

from __future__ import annotations

from flask import abort
from flask_babel import lazy_gettext as _l
from sqlalchemy import exc

from webapp.base.access import may
from webapp.base.db import is_away
from webapp.base.flow import Refusal
from webapp.interop.calendars import noting, queries
from webapp.interop.calendars.models import Subscription
from webapp.interop.calendars.rules import WANTS, Kind
from webapp.people import actors
from webapp.people.actors import Person


class Ended(Refusal):
    """The address was revoked, or its owner may sign in no more or see no more what it opens."""

    status = 410
    code = "ended"


def opened(secret: str, kind: Kind) -> tuple[Subscription, Person]:
    """The address of this secret and its owner; its use is noted.

    404 where there never was one, `Ended` where there is none any more.
    """
    subscription = queries.opened_by(secret, kind)
    if subscription is None:
        abort(404)
    who = _owner(subscription, kind)
    if who is None:
        raise Ended(_l("This address opens nothing any more."))
    noting.used(subscription)
    return subscription, who


def opens(secret: str, kind: Kind) -> bool:
    """True while the address of this secret lets its owner in; without a database nobody says that it ended."""
    try:
        subscription = queries.opened_by(secret, kind)
        return subscription is not None and _owner(subscription, kind) is not None
    except exc.SQLAlchemyError as error:
        if not is_away(error):
            raise
        return True


def _owner(subscription: Subscription, kind: Kind) -> Person | None:
    who = actors.person(subscription.account_id) if subscription.ended_at is None else None
    return None if who is None or (kind in WANTS and not may(who, WANTS[kind])) else who
