"""Pages of the map: home, desk and phone, their layers, and the small parts they ask for."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import to_user_timezone
from pydantic import Field

from webapp.base import clock
from webapp.base.access import demand, may, me, permit, public
from webapp.base.past import REACH, told_by_itself
from webapp.base.reading import may_lag
from webapp.base.then import at_present
from webapp.base.web import Form, page
from webapp.cases import queries as cases
from webapp.cases.desk.forms import Wish
from webapp.cases.rules import CASE_FLOW
from webapp.grids import locate, queries as grids
from webapp.grids.models import Grid
from webapp.grids.rules import KIND_WORDS, GridKind
from webapp.maps import basemaps, queries
from webapp.maps.layers import LAYERS, Wish as LayerWish, answer
from webapp.maps.packed import FOR_EVER, Packed
from webapp.maps.past import replaying as past
from webapp.maps.shell import Shell, ago, shown
from webapp.people import days
from webapp.people.rules import ROLES
from webapp.points import shown as point_words
from webapp.points.nearest import nearest

bp = Blueprint("maps", __name__)

# So many open cases stand on the page of a grid.
NEWEST = 6
# So many workstations are named beside a place.
SHOWN_POINTS = 3


@bp.record_once
def check(state: BlueprintSetupState) -> None:
    """A base map that cannot be used is told when the house opens, not when somebody looks at a map."""
    basemaps.sources(state.app.extensions["settings"])


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
    """The desk: queue, map and one case; the address says how the queue is narrowed."""
    asked = Wish.asked({k: v for k, v in request.args.items() if k != "case"})
    return page(
        "maps/desk.html",
        fragment="figures",
        figures=queries.figures(me()),
        today=to_user_timezone(clock.now()).date(),
        zone=days.zone().key,
        first_day=to_user_timezone(clock.now() - REACH).date(),
        narrowed=asked.address,
    )


@bp.get("/phone")
@permit("maps.phone")
def phone() -> Response:
    """The phone: map above, today's stops below."""
    held: Any = getattr(me(), "held", ())
    mine = sorted({grid for each in held if not each.everywhere for grid in each.grids})
    return page("maps/phone.html", mine=mine, place=held[0].place if len(mine) == 1 else None)


@bp.get("/bell")
@permit("people.self")
def bell() -> Response:
    """How many notices wait, for the bell."""
    return page("parts/bell.html")


@bp.get("/maps/layers/<name>.json")
@told_by_itself
@may_lag
@public("each layer asks for its own right")
def layer(name: str) -> Response:
    """One layer of the table, for those who have its right."""
    found = LAYERS.get(name)
    if found is None:
        abort(404)
    demand(found.right)
    return answer(found, LayerWish.asked(request.args.to_dict()))


class DayForm(Form):
    """A day of the past."""

    day: date


@bp.get("/maps/replay.json")
@permit("maps.desk")
def replay() -> Response:
    """How a day went: of each case, alarm and project from when on it had which mark."""
    span = past.day_of(DayForm.of(request.args.to_dict()).day)
    return Packed.of_json(past.replay(me(), span)).answer()


@bp.get("/maps/base/<name>.json")
@public("the built-in base map is for everybody")
def base(name: str) -> Response:
    """A light layer of the built-in base map."""
    part = basemaps.lean(name)
    if part is None:
        abort(404)
    return part.answer(kept_s=FOR_EVER if request.args.get("v") == part.tag else 0, shared=True)


@bp.get("/maps/search")
@public("names of grids and places; cameras only for staff")
def search() -> Response:
    """Grids and places by name, as a list that works without pointing."""
    words = request.args.get("q", "").strip()
    hits = queries.named(words, who=me()) if words else []
    return page("maps/search.html", fragment="hits", words=words, hits=hits)


class Spot(Form):
    """A point, degrees WGS 84."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


@bp.get("/maps/here")
@public("which grid a point is in, and which workstation serves soonest; nothing personal")
def here() -> Response:
    """Who looks after a point: its grid, the posts there, where one is served soonest on foot."""
    spot = Spot.of(request.args.to_dict())
    found = locate.locate(spot.lon, spot.lat)
    posts = queries.on_watch(found.grid_id) if found.grid_id else []
    near = nearest(spot.lon, spot.lat).points[:SHOWN_POINTS]
    return page(
        "maps/here.html",
        fragment="here",
        found=found,
        kind=KIND_WORDS[GridKind(found.kind)] if found.kind else None,
        posts=[str(ROLES[post.role].words) for post in posts],
        near=near,
        spot=spot,
        shown=point_words,
    )


@bp.get("/maps/grids/<code>/watch")
@permit("grids.see", of=grids.one)
def watch(grid: Grid) -> Response:
    """Who is on watch in a grid and what is open there: names and figures for staff only."""
    return page("maps/watch.html", fragment="watch", **_watch(grid))


def _watch(grid: Grid) -> dict[str, Any]:
    inside, counted = may(me(), "grids.see_inside"), may(me(), "maps.load")
    return {
        "cases": cases.listed(me(), grid_id=grid.id, limit=NEWEST) if counted else [],
        "load": queries.load_by_grid(me()).get(grid.id, [0, 0]) if counted else None,
        "flow": CASE_FLOW,
        "now": clock.now(),
        "posts": queries.on_watch(grid.id),
        "named": inside,
        "roles": ROLES,
    }


def for_maps() -> dict[str, Any]:
    """What every map of a page is told: the set in force, the base maps, the layers one may see."""
    settings = current_app.extensions["settings"]
    parts = {name: basemaps.lean(name) for name in basemaps.PARTS}
    return {
        "set": _set_in_force(),
        "base": [[name, made.tag, basemaps.PARTS[name]] for name, made in parts.items() if made],
        "rasters": basemaps.for_script(settings),
        "layers": [
            [each.name, str(each.title), each.icon, each.from_zoom]
            for each in LAYERS.values()
            if each.shape == "point" and may(me(), each.right)
        ],
        "areas": [
            [each.name, str(each.title), each.look]
            for each in LAYERS.values()
            if each.look and may(me(), each.right)
        ],
        "counts": may(me(), "maps.load"),
    }


def _set_in_force() -> int | None:
    with at_present():
        return queries.territory().set_id


@bp.app_context_processor
def maps_of_pages() -> dict[str, Any]:
    """Templates hand this to their maps."""
    return {"for_maps": for_maps}
