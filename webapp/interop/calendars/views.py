"""Pages on which somebody makes and ends private addresses, and what these open."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import feed, web
from webapp.base.access import me, permit, public
from webapp.base.agenda import As
from webapp.base.flow import Refusal
from webapp.base.security import by_key, limiter
from webapp.base.web import Form, goto, page, undone
from webapp.interop.calendars import actions, composing, noting, queries
from webapp.interop.calendars.models import Subscription
from webapp.interop.calendars.rules import AS_WORDS, KIND_WORDS, READS, TRIES, Kind
from webapp.people import actors
from webapp.people.actors import Person
from webapp.people.own import mine

bp = Blueprint("subscriptions", __name__)

web.face("/calendar/", feed.plainly)

OWN = "whoever has the private address reads what it opens; its secret is the key"
PAGES = {Kind.CALENDAR: "subscriptions.calendar", Kind.AREA: "subscriptions.area"}


class Ended(Refusal):
    """The address was revoked, or its owner may sign in no more."""

    status = 410
    code = "ended"


class MakeForm(Form):
    """Which address somebody wants."""

    kind: Kind
    dues: As = As.EVENT


class DuesForm(Form):
    """How what is due is written."""

    dues: As


@bp.get("/people/me/subscriptions")
@permit("subscriptions.make")
def own() -> Response:
    """My private addresses."""
    return _own()


@bp.post("/people/me/subscriptions")
@limiter.limit("30/hour")
@permit("subscriptions.make")
def make() -> ResponseReturnValue:
    """A private address opens it from now on; it is on this page and nowhere else."""
    try:
        form = MakeForm.read(request)
        made, secret = actions.make(mine(), form.kind, dues=form.dues, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _own(status=refusal.status, errors=refusal.fields)
    address = url_for(PAGES[Kind(made.kind)], secret=secret, _external=True)
    return page("calendars/made.html", kind=made.kind, words=KIND_WORDS, address=address)


@bp.post("/people/me/subscriptions/<int:subscription_id>/dues")
@permit("subscriptions.own", of=queries.one)
def write_dues(subscription: Subscription) -> ResponseReturnValue:
    """What is due stands in the calendar in another way."""
    try:
        actions.write_dues(subscription, DuesForm.read(request).dues, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _own(status=refusal.status, errors=refusal.fields)
    return goto("subscriptions.own")


@bp.post("/people/me/subscriptions/<int:subscription_id>/end")
@permit("subscriptions.own", of=queries.one)
def end(subscription: Subscription) -> ResponseReturnValue:
    """The address opens nothing any more."""
    actions.end(subscription, by=me())
    return goto("subscriptions.own")


def _of_this_address() -> str:
    return request.path


@bp.get("/calendar/<secret>.ics")
@by_key
@limiter.limit(TRIES)
@limiter.limit(READS, key_func=_of_this_address)
@public(OWN)
def calendar(secret: str) -> Response:
    """Somebody's calendar, for the program that has its private address."""
    subscription, who = _opened(secret, Kind.CALENDAR)
    return composing.calendar(who, As(subscription.dues))


@bp.get("/feeds/area/<secret>.rss")
@by_key
@limiter.limit(TRIES)
@limiter.limit(READS, key_func=_of_this_address)
@public(OWN)
def area(secret: str) -> Response:
    """Public cases of somebody's area, for the reader that has its private address."""
    return composing.area(_opened(secret, Kind.AREA)[1])


def _opened(secret: str, kind: Kind) -> tuple[Subscription, Person]:
    subscription = queries.opened_by(secret, kind)
    if subscription is None:
        abort(404)
    who = actors.person(subscription.account_id) if subscription.ended_at is None else None
    if who is None:
        raise Ended(_l("This address opens nothing any more."))
    noting.used(subscription)
    return subscription, who


def _own(*, status: int = 200, errors: dict[str, Any] | None = None) -> Response:
    return page(
        "calendars/own.html",
        fragment="own",
        status=status,
        errors=errors or {},
        kinds=KIND_WORDS,
        dues=AS_WORDS,
        found=queries.of_account(mine().id),
    )
