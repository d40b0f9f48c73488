"""Pages of the territory: the list of grids, one grid, and the named places."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.access import may, me, permit
from webapp.base.past import told_then
from webapp.base.web import Form, page
from webapp.grids import history, queries
from webapp.grids.forms import Wanted
from webapp.grids.models import Grid, Place
from webapp.grids.rules import (
    INTERNAL_PLACES,
    KIND_WORDS,
    PLACE_WORDS,
    GridKind,
    PlaceKind,
)

bp = Blueprint("grids", __name__, url_prefix="/grids")


@bp.get("")
@permit("grids.see")
def listed() -> Response:
    """The grids in force by kind, or those that are looked for."""
    wanted = Wanted.of({key: value for key, value in request.args.items() if value})
    everything = queries.living()
    shown = [grid for grid in everything if wanted.fits(grid)]
    return page(
        "grids/list.html",
        fragment="rows",
        grids={kind: [each for each in shown if each.kind == kind] for kind in GridKind},
        counted={kind: sum(each.kind == kind for each in everything) for kind in GridKind},
        found=len(shown),
        wanted=wanted,
        kinds=KIND_WORDS,
    )


@bp.get("/<code>")
@permit("grids.see", of=queries.one)
def one(grid: Grid) -> Response:
    """One grid: its facts, its people, what is in it, its past."""
    places = [each for each in queries.places(grid.id) if _may_see(each)]
    return page(
        "grids/one.html",
        fragment="grid",
        grid=grid,
        version=queries.version_of(grid),
        codes=grid.community.codes,
        places=places,
        steps=history.steps(grid),
        kind=KIND_WORDS[GridKind(grid.kind)],
        code_words=code_words,
        place_words={kind.value: words for kind, words in PLACE_WORDS.items()},
    )


_SYSTEMS = {
    "nbs_2018": _l("statistics 2018-2022"),
    "nbs_2023": _l("statistics 2023"),
    "civil_affairs": _l("civil affairs"),
    "gb2260": _l("administrative division"),
    "local": _l("given here"),
}


def code_words(system: str) -> str:
    """What a numbering system is called."""
    return str(_SYSTEMS.get(system, system))


class Places(Form):
    """Which kind of named places."""

    kind: PlaceKind = Field(default=PlaceKind.WORKSTATION)


@bp.get("/places")
@told_then
@permit("grids.see")
def places() -> Response:
    """The named places of a kind, as a list; those of cameras only for the desk and in one's own grids."""
    hidden = frozenset() if may(me(), "grids.see_cameras") else INTERNAL_PLACES
    open_kinds = {kind: words for kind, words in PLACE_WORDS.items() if kind not in hidden}
    kind = Places.of(request.args.to_dict()).kind
    return page(
        "grids/places.html",
        fragment="rows",
        kind=kind,
        kinds=open_kinds,
        places=[pair for pair in queries.places_of(kind) if _may_see(pair[0])],
    )


def _may_see(place: Place) -> bool:
    return PlaceKind(place.kind) not in INTERNAL_PLACES or may(me(), "grids.see_cameras", place)
