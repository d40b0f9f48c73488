"""Pages on which somebody makes and ends private addresses, and what these open."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from webapp.base import feed, web
from webapp.base.access import demand, may, me, permit, public
from webapp.base.agenda import As
from webapp.base.flow import Refusal
from webapp.base.security import by_key, limiter
from webapp.base.web import Form, goto, page, undone
from webapp.interop.calendars import actions, composing, queries
from webapp.interop.calendars.models import Subscription
from webapp.interop.calendars.opening import opened
from webapp.interop.calendars.rules import AS_WORDS, KIND_WORDS, READS, TRIES, WANTS, Kind
from webapp.people import picture
from webapp.people.own import mine

bp = Blueprint("subscriptions", __name__)

web.face("/calendar/", feed.plainly)

OWN = "whoever has the private address reads what it opens; its secret is the key"
PAGES = {
    Kind.CALENDAR: "subscriptions.calendar",
    Kind.AREA: "subscriptions.area",
    Kind.WALL: "wall.by_address",
}


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
        if form.kind in WANTS:
            demand(WANTS[form.kind])
        made, secret = actions.make(mine(), form.kind, dues=form.dues, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _own(status=refusal.status, errors=refusal.fields)
    address = url_for(PAGES[Kind(made.kind)], secret=secret, _external=True)
    return page(
        "calendars/made.html",
        kind=made.kind,
        words=KIND_WORDS,
        address=address,
        picture=picture.of(address) if made.kind == Kind.WALL else None,
    )


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
    subscription, who = opened(secret, Kind.CALENDAR)
    return composing.calendar(who, As(subscription.dues))


@bp.get("/feeds/area/<secret>.rss")
@by_key
@limiter.limit(TRIES)
@limiter.limit(READS, key_func=_of_this_address)
@public(OWN)
def area(secret: str) -> Response:
    """Public cases of somebody's area, for the reader that has its private address."""
    return composing.area(opened(secret, Kind.AREA)[1])


def _open_to_me(kind: Kind) -> bool:
    return kind not in WANTS or may(me(), WANTS[kind])


def _own(*, status: int = 200, errors: dict[str, Any] | None = None) -> Response:
    return page(
        "calendars/own.html",
        fragment="own",
        status=status,
        errors=errors or {},
        kinds={kind: words for kind, words in KIND_WORDS.items() if _open_to_me(kind)},
        dues=AS_WORDS,
        found=queries.of_account(mine().id),
    )
