"""Pages of buildings and dwellings: lists, one of them, its doors, what is changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.flow import Refusal, hold
from webapp.base.spatial import degrees, shape_of
from webapp.base.web import goto, page, sent_file
from webapp.grids import queries as grids
from webapp.people import queries as people
from webapp.people.forms import ReasonForm, again
from webapp.residents import actions, list_queries, outlining, queries, shown
from webapp.residents.forms import BuildingForm, DwellingForm, HouseholdForm, ListForm, OutlineForm
from webapp.residents.models import Building, Dwelling
from webapp.residents.rules import BUILDING_WORDS, SEX_WORDS, USE_WORDS, Use

bp = Blueprint("buildings", __name__)

# What the logs call what was done.
DONE = {
    "create": _l("Created"),
    "change": _l("Changed"),
    "outline": _l("Ground plan drawn"),
    "close": _l("Taken off the lists"),
    "export": _l("Residents taken out as a workbook"),
    "relocate": _l("Follows new borders"),
}


@bp.get("/buildings")
@permit("buildings.see")
def listed() -> Response:
    """The buildings of one's grids, found by name, address or grid."""
    wish = ListForm.of(request.args.to_dict())
    grid = grids.one(wish.grid) if wish.grid else None
    found = list_queries.buildings(
        me(), words=wish.q, grid_id=grid.id if grid else None, after=wish.after
    )
    return page(
        "households/buildings.html",
        fragment="found",
        found=found,
        wish=wish,
        grids=list_queries.grids_of(me(), "buildings.see"),
        kinds=BUILDING_WORDS,
    )


@bp.get("/buildings/new")
@permit("buildings.keep")
def new() -> Response:
    """The form of a new building."""
    return page("households/building_form.html", building=None, errors={}, sent={}, **_words())


@bp.post("/buildings")
@permit("buildings.keep")
def create() -> ResponseReturnValue:
    """The building is there."""
    try:
        made = actions.register(BuildingForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/building_form.html", refusal, building=None, **_words())
    return goto("buildings.one", building_id=made.id)


@bp.get("/buildings/<int:building_id>")
@permit("buildings.see", of=queries.building)
def one(building: Building) -> Response:
    """One building: its dwellings and who lives in them."""
    return page("households/building.html", **_building(building), errors={}, sent={})


@bp.get("/buildings/<int:building_id>/change")
@permit("buildings.keep", of=queries.building)
def change_form(building: Building) -> Response:
    """The form of a building."""
    sent = {name: getattr(building, name, None) for name in BuildingForm.model_fields}
    sent |= {"lon": building.raw_lon, "lat": building.raw_lat}
    return page(
        "households/building_form.html", building=building, errors={}, sent=sent, **_words()
    )


@bp.post("/buildings/<int:building_id>/change")
@permit("buildings.keep", of=queries.building)
def change(building: Building) -> ResponseReturnValue:
    """The building is described like this now."""
    try:
        actions.change(building, BuildingForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/building_form.html", refusal, building=building, **_words())
    return goto("buildings.one", building_id=building.id)


@bp.post("/buildings/<int:building_id>/outline")
@permit("buildings.keep", of=queries.building)
def draw(building: Building) -> ResponseReturnValue:
    """The building has the ground plan that was drawn on the map, or written down."""
    try:
        form = OutlineForm.read(request)
        hold(building, form.version)
        actions.draw(building, form.ground, by=me())
    except Refusal as refusal:
        return again("households/building.html", refusal, **_building(building))
    return goto("buildings.one", building_id=building.id)


@bp.get("/buildings/outlines")
@permit("buildings.keep")
def outlines_form() -> Response:
    """The form for a file with the ground plans of many buildings."""
    return page("households/outlines.html", outcome=None, errors={})


@bp.post("/buildings/outlines")
@permit("buildings.keep")
def outlines() -> Response:
    """The buildings that stand in these ground plans have them now."""
    try:
        outcome = outlining.carry_out(sent_file(outlining.MOST_BYTES + 1), by=me())
    except Refusal as refusal:
        return again("households/outlines.html", refusal, outcome=None)
    return page("households/outlines.html", outcome=outcome, errors={})


@bp.post("/buildings/<int:building_id>/close")
@permit("buildings.keep", of=queries.building)
def close(building: Building) -> ResponseReturnValue:
    """The building is off the lists."""
    try:
        actions.close(building, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return again("households/building.html", refusal, **_building(building))
    return goto("buildings.listed")


@bp.post("/buildings/<int:building_id>/dwellings")
@permit("buildings.keep", of=queries.building)
def add_dwelling(building: Building) -> ResponseReturnValue:
    """The building has one dwelling more."""
    try:
        actions.add_dwelling(building, DwellingForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/building.html", refusal, **_building(building))
    return goto("buildings.one", building_id=building.id)


@bp.get("/dwellings/<int:dwelling_id>")
@permit("households.see", of=queries.dwelling)
def dwelling(dwelling: Dwelling) -> Response:
    """One dwelling: who lives there, who moves in, how it is used."""
    return page("households/dwelling.html", **_dwelling(dwelling), errors={}, sent={})


@bp.post("/dwellings/<int:dwelling_id>/change")
@permit("buildings.keep", of=queries.dwelling)
def change_dwelling(dwelling: Dwelling) -> ResponseReturnValue:
    """The dwelling is described like this now."""
    try:
        actions.change_dwelling(dwelling, DwellingForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/dwelling.html", refusal, changing=True, **_dwelling(dwelling))
    return goto("buildings.dwelling", dwelling_id=dwelling.id)


@bp.post("/dwellings/<int:dwelling_id>/households")
@permit("households.keep", of=queries.dwelling)
def move_in(dwelling: Dwelling) -> ResponseReturnValue:
    """A household lives there."""
    try:
        made = actions.move_in(dwelling, HouseholdForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/dwelling.html", refusal, **_dwelling(dwelling))
    return goto("households.one", household_id=made.id)


def _words() -> dict[str, Any]:
    return {"kinds": BUILDING_WORDS}


def _building(building: Building) -> dict[str, Any]:
    events = people.recent_events("building", building.id)
    return {
        "building": building,
        "outline": degrees(shape_of(building.outline)) if building.outline is not None else None,
        "dwellings": list_queries.dwellings(building.id),
        "kinds": BUILDING_WORDS,
        "uses": USE_WORDS,
        "door": shown.door,
        "events": events,
        "names": people.named_in(events),
        "done": DONE,
    }


def _dwelling(dwelling: Dwelling) -> dict[str, Any]:
    return {
        "dwelling": dwelling,
        "homes": list_queries.at_dwelling(dwelling.id),
        "uses": USE_WORDS,
        "lived": {use: words for use, words in USE_WORDS.items() if use is not Use.EMPTY},
        "sexes": SEX_WORDS,
        "details": shown.asked(),
        "door": shown.door,
        "home": shown.home,
    }
