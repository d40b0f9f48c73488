"""Pages of staff for old doors: the former villages, a house with its homes of today, a workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import PurposeForm, afresh, goto, page, part_of_address, sent_file
from webapp.grids.models import Grid
from webapp.people import queries as people, workbook
from webapp.people.forms import again
from webapp.relocation.old_doors import actions, importing, lane_queries, queries, shown
from webapp.relocation.old_doors.forms import FindForm, HomeForm, OldHouseForm
from webapp.relocation.old_doors.models import OldHouse
from webapp.relocation.old_doors.queries import Sought

bp = Blueprint("old_doors", __name__, url_prefix="/old-doors")


@bp.get("")
@permit("old_doors.list")
def listed() -> Response:
    """The former villages, and the doors of those that one watches."""
    wish = wished()
    village = queries.by_code(wish.village) if wish.village else None
    sought = Sought(village.id if village else None, wish.q, wish.year, wish.skip)
    return page(
        "relocation/old_doors/list.html",
        fragment="found",
        found=queries.kept(me(), wish=sought),
        villages=queries.villages(),
        village=village,
        wish=wish,
        keeps=village is not None and may(me(), "old_doors.keep", queries.InVillage(village)),
        **shown.words(),
    )


@bp.get("/new/<village>")
@permit("old_doors.keep", of=queries.village_to_keep)
def new(village: queries.InVillage) -> Response:
    """The form of a house that is written down."""
    return _form(village.grid, None)


@bp.post("/new/<village>")
@permit("old_doors.keep", of=queries.village_to_keep)
def write_down(village: queries.InVillage) -> ResponseReturnValue:
    """The house is known."""
    code = village.grid.display_code
    try:
        house = actions.write_down(village.grid, OldHouseForm.read(request), by=me())
    except Refusal as refusal:
        there = afresh(refusal, lambda: queries.by_code(code))
        return _form(there, None, refusal)
    return goto("old_doors.one", house_id=house.id)


@bp.get("/<int:house_id>")
@permit("old_doors.list", of=queries.house)
def one(house: OldHouse) -> Response:
    """A house, its family masked, and where its families live now."""
    return _one(house)


@bp.get("/<int:house_id>/change")
@permit("old_doors.keep", of=queries.house)
def change_form(house: OldHouse) -> Response:
    """The form of a house."""
    return _form(house.village, house)


@bp.post("/<int:house_id>/change")
@permit("old_doors.keep", of=queries.house)
def change(house: OldHouse) -> ResponseReturnValue:
    """The house is described like this now."""
    key = house.id
    try:
        actions.change(house, OldHouseForm.read(request), by=me())
    except Refusal as refusal:
        there = afresh(refusal, lambda: queries.house(key), right="old_doors.keep")
        return _form(there.village, there, refusal)
    return goto("old_doors.one", house_id=key)


@bp.post("/<int:house_id>/reveal")
@permit("old_doors.keep", of=queries.house)
def reveal(house: OldHouse) -> ResponseReturnValue:
    """The family without a mask, for a purpose that stands in the log from now on."""
    key = house.id
    try:
        family = actions.reveal(house, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return _again(key, refusal, "reveal")
    answer = _one(house, family=family)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<int:house_id>/homes")
@permit("old_doors.keep", of=queries.house)
def link(house: OldHouse) -> ResponseReturnValue:
    """A family of the house lives in a dwelling now."""
    return _done(house, lambda: actions.link(house, HomeForm.read(request), by=me()), "link")


@bp.post("/<int:house_id>/homes/<int:dwelling_id>/unlink")
@permit("old_doors.keep", of=lambda house_id, dwelling_id: queries.house(house_id))
def unlink(house: OldHouse) -> ResponseReturnValue:
    """The house has nothing to do with that dwelling."""
    key = int(part_of_address("dwelling_id"))
    return _done(house, lambda: actions.unlink(house, key, by=me()), "unlink")


@bp.get("/import")
@permit("old_doors.keep")
def import_form() -> Response:
    """The form of a workbook."""
    return page("relocation/old_doors/import.html", outcome=None, errors={}, **_columns())


@bp.post("/import")
@permit("old_doors.keep")
def import_file() -> Response:
    """Every house of the workbook is known, or none, with what is wrong in which row."""
    try:
        outcome = importing.carry_out(sent_file(workbook.MOST_BYTES + 1), by=me())
    except Refusal as refusal:
        return again("relocation/old_doors/import.html", refusal, outcome=None, **_columns())
    return page(
        "relocation/old_doors/import.html",
        status=422 if outcome.faults else 200,
        outcome=outcome,
        errors={},
        **_columns(),
    )


def wished() -> FindForm:
    """What the address asks for; what cannot be read is left out."""
    try:
        return FindForm.of_address(request)
    except Unacceptable:
        return FindForm()


def _columns() -> dict[str, Any]:
    return {"columns": importing.COLUMNS, "needed": importing.NEEDED}


def _done(house: OldHouse, deed: Callable[[], None], tried: str) -> ResponseReturnValue:
    key = house.id
    try:
        deed()
    except Refusal as refusal:
        return _again(key, refusal, tried)
    return goto("old_doors.one", house_id=key)


def _again(key: int, refusal: Refusal, tried: str) -> Response:
    house = afresh(refusal, lambda: queries.house(key), right="old_doors.list")
    return _one(house, refusal=refusal, tried=tried)


def _form(village: Grid, house: OldHouse | None, refusal: Refusal | None = None) -> Response:
    return page(
        "relocation/old_doors/form.html",
        status=refusal.status if refusal else 200,
        village=village,
        house=house,
        sent=request.form if refusal else shown.said_of(house),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **shown.words(),
    )


def _one(
    house: OldHouse,
    *,
    family: str | None = None,
    refusal: Refusal | None = None,
    tried: str | None = None,
) -> Response:
    who = me()
    events = people.recent_events("old_house", house.id)
    return page(
        "relocation/old_doors/one.html",
        status=refusal.status if refusal else 200,
        house=house,
        family=family,
        keeps=may(who, "old_doors.keep", house),
        drawn=queries.drawn([house]),
        lanes=lane_queries.drawn(
            lane_queries.lanes([house.village_id], year=house.year_until or house.year_from)
        ),
        events=events,
        names=people.named_in(events),
        errors=refusal.fields if refusal else {},
        sent=request.form if tried else {},
        tried=tried,
        **shown.words(),
    )
