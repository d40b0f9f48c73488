"""Pages of the map: the first page of visitors, of the desk, and of the phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit, public
from webapp.base.web import page
from webapp.maps.shell import Shell, ago, shown
from webapp.people.rules import ROLES

bp = Blueprint("maps", __name__)

bp.add_app_template_filter(ago)
bp.add_app_template_filter(shown)


@bp.app_context_processor
def frame() -> dict[str, Any]:
    """Every template knows the frame it stands in."""
    return {"shell": Shell()}


@bp.get("/")
@public("the first page of a visitor")
def home() -> ResponseReturnValue:
    """The map of residents; whoever holds a post is sent to its page."""
    held: Any = getattr(me(), "held", ())
    first = next((ROLES[each.role].home for each in held), "maps.home")
    if first != "maps.home":
        return redirect(url_for(first))
    return page("maps/home.html")


@bp.get("/desk")
@permit("maps.desk")
def desk() -> Response:
    """The desk: queue, map and one case."""
    return page("maps/desk.html")


@bp.get("/phone")
@permit("maps.phone")
def phone() -> Response:
    """The phone: map above, today's stops below."""
    return page("maps/phone.html")


@bp.get("/bell")
@permit("people.self")
def bell() -> Response:
    """How many notices wait, for the bell."""
    return page("parts/bell.html")
