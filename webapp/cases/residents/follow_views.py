"""Pages of followers: what I follow, a new place, the link that confirms or ends it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext as _l

from webapp.base.access import me, permit, public
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.security import limiter
from webapp.base.web import goto, page, wants_json
from webapp.cases import queries as cases
from webapp.cases.forms import with_spot
from webapp.cases.residents import following, queries
from webapp.cases.residents.forms import FollowForm
from webapp.cases.residents.models import Follow
from webapp.cases.residents.rules import EVERY_WORDS, RADII_M
from webapp.grids import queries as grids
from webapp.people import entry
from webapp.people.throttle import TooOften

bp = Blueprint("follows", __name__)


@bp.get("/follow")
@public("whoever wants may follow public cases of a place")
def new() -> Response:
    """What I follow, and the form that begins another."""
    names = ("grid", "lon", "lat")
    return _form(sent={name: request.args.get(name) for name in names})


def _form(
    *,
    sent: dict[str, Any],
    errors: dict[str, Any] | None = None,
    status: int = 200,
    asked: str | None = None,
) -> Response:
    who = me()
    return page(
        "residents/follow.html",
        status=status,
        sent=sent,
        errors=errors or {},
        asked=asked,
        by_phone=entry.phone_codes_leave(),
        mine=queries.follows_of(who.id) if who.id is not None else [],
        every=EVERY_WORDS,
        radii=[(each, each) for each in RADII_M],
        majors=[("", _l("Everything")), *queries.majors()],
        grids=[("", _l("No grid"))] + [(each.display_code, each.name) for each in grids.living()],
        spots=[("", _l("Choose"))]
        + [(f"{row.lon:.6f},{row.lat:.6f}", row.name) for row in cases.named_spots()],
    )


@bp.post("/follow")
@limiter.limit("30/hour")
@public("whoever wants may follow public cases of a place")
def follow() -> ResponseReturnValue:
    """The account follows it; a phone without one is sent a link that asks."""
    try:
        form = FollowForm.read(with_spot(request))
        grid = grids.one(form.grid) if form.grid else None
        if form.grid and grid is None:
            words = _l("There is no grid with this code.")
            raise Unacceptable(words, fields={"grid": words})
        spot = (form.lon, form.lat) if form.lon is not None and form.lat is not None else None
        new = following.follow(
            grid=grid,
            spot=spot,
            radius_m=form.radius_m,
            corners=form.corners,
            name=form.name,
            class_prefix=form.class_prefix,
            every=form.every,
            by=me(),
            phone=form.phone,
            address=request.remote_addr or "",
            locale=str(get_locale()),
        )
    except Refusal as refusal:
        if not isinstance(refusal, TooOften):
            db.session.rollback()
        if wants_json():
            raise
        fields = dict(refusal.fields) or {"phone" if me().id is None else "form": refusal.words}
        if "corners" in fields:
            fields["where"] = fields["corners"]
        return _form(sent=request.form.to_dict(), errors=fields, status=refusal.status)
    if new.confirmed_at is None:
        return _form(sent={}, asked=new.phone)
    return goto("follows.new")


@bp.post("/follow/<int:follow_id>/end")
@permit("follows.own", of=queries.follow)
def end(follow: Follow) -> ResponseReturnValue:
    """It is followed no more."""
    following.end(follow)
    return goto("follows.new")


@bp.get("/follow/<token>")
@public("the link of a text; who has it may confirm or end")
def link(token: str) -> Response:
    """What the link is about, and both ways: yes, and no more."""
    found = queries.follow_by_token(token)
    gone = found is None or found.ended_at is not None
    return page("residents/link.html", status=410 if gone else 200, follow=None if gone else found)


@bp.post("/follow/<token>/<any(confirm, stop):deed>")
@public("the link of a text; who has it may confirm or end")
def answer(token: str, deed: str) -> ResponseReturnValue:
    """It is followed from now on, or no more. A second time changes nothing."""
    found = queries.follow_by_token(token)
    if found is None or found.ended_at is not None:
        return page("residents/link.html", status=410, follow=None)
    if deed == "confirm":
        following.confirm(found)
        return goto("follows.link", token=token)
    following.end(found)
    return page("residents/link.html", follow=None, stopped=True)
