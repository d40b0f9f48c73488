"""The page of briefings, and each of them as a file that opens with no network."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from webapp.base.access import demand, may, me, public
from webapp.base.web import page
from webapp.maps.briefings.table import BRIEFINGS

bp = Blueprint("briefings", __name__, url_prefix="/maps/briefings")


@bp.get("")
@public("each briefing asks for its own right")
def listed() -> Response:
    """The briefings that one may have."""
    return page(
        "maps/briefings/list.html",
        briefings=[each for each in BRIEFINGS.values() if may(me(), each.right)],
    )


@bp.get("/<name>.html")
@public("each briefing asks for its own right")
def one(name: str) -> Response:
    """A briefing as one file that opens with no network."""
    found = BRIEFINGS.get(name)
    if found is None:
        abort(404)
    demand(found.right)
    sheet = found.made(me())
    answer = Response(sheet.page, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = sheet.policy
    answer.cache_control.private = True
    answer.cache_control.no_store = found.right != "grids.see"
    return answer
