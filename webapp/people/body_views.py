"""Bodies: departments, workstations and communities with their codes and who works there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import Form, goto, page, part_of_address
from webapp.grids.models import Unit
from webapp.grids.rules import UNIT_WORDS, UnitKind
from webapp.people import bodies, queries
from webapp.people.forms import again
from webapp.people.rules import POST_UNITS

bp = Blueprint("units", __name__, url_prefix="/people/units")


class UnitForm(Form):
    """What a body is called."""

    name: str = Field(min_length=1, max_length=80)
    name_en: str | None = Field(default=None, max_length=120)


class NewUnitForm(UnitForm):
    """The same, with its kind."""

    kind: UnitKind


class CodeForm(Form):
    """A code in a numbering system."""

    system: str = Field(pattern=f"^({'|'.join(bodies.SYSTEMS)})$")
    code: str = Field(pattern=r"^[0-9A-Za-z-]{1,30}$")
    provisional: bool = False


@bp.get("")
@told_then
@permit("people.see")
def listed() -> Response:
    """Every body by kind, with its codes and how many posts are held there."""
    return page(
        "people/units.html",
        units=queries.units(POST_UNITS),
        held=queries.holders_by_unit(),
        words=UNIT_WORDS,
        systems=bodies.SYSTEMS,
    )


@bp.get("/<int:unit_id>")
@permit("people.see", of=queries.unit)
def one(unit: Unit) -> Response:
    """One body: its codes, its people, its grids."""
    return page("people/unit.html", errors={}, sent={}, **_one(unit))


@bp.get("/new")
@permit("people.manage")
def new() -> Response:
    """The form of a new body."""
    return page("people/unit_form.html", unit=None, errors={}, sent={}, **_kinds())


@bp.post("")
@permit("people.manage")
def create() -> ResponseReturnValue:
    """The body is there."""
    try:
        form = NewUnitForm.read(request)
        made = bodies.add(kind=form.kind, name=form.name, name_en=form.name_en, by=me())
    except Refusal as refusal:
        return again("people/unit_form.html", refusal, unit=None, **_kinds())
    return goto("units.one", unit_id=made.id)


@bp.get("/<int:unit_id>/change")
@permit("people.manage", of=queries.unit)
def change_form(unit: Unit) -> Response:
    """The form of a body."""
    sent = {"name": unit.name, "name_en": unit.name_en}
    return page("people/unit_form.html", unit=unit, errors={}, sent=sent, **_kinds())


@bp.post("/<int:unit_id>/change")
@permit("people.manage", of=queries.unit)
def change(unit: Unit) -> ResponseReturnValue:
    """The body has another name."""
    try:
        form = UnitForm.read(request)
        bodies.change(unit, name=form.name, name_en=form.name_en, by=me())
    except Refusal as refusal:
        return again("people/unit_form.html", refusal, unit=unit, **_kinds())
    return goto("units.one", unit_id=unit.id)


@bp.post("/<int:unit_id>/codes")
@permit("people.manage", of=queries.unit)
def add_code(unit: Unit) -> ResponseReturnValue:
    """The body has one code more."""
    try:
        form = CodeForm.read(request)
        bodies.add_code(
            unit, system=form.system, code=form.code, provisional=form.provisional, by=me()
        )
    except Refusal as refusal:
        return again("people/unit.html", refusal, **_one(unit))
    return goto("units.one", unit_id=unit.id)


@bp.post("/<int:unit_id>/codes/<int:code_id>/remove")
@permit("people.manage", of=lambda unit_id, code_id: queries.unit(unit_id))
def remove_code(unit: Unit) -> ResponseReturnValue:
    """The body has one code less."""
    try:
        bodies.remove_code(unit, int(part_of_address("code_id")), by=me())
    except Refusal as refusal:
        return again("people/unit.html", refusal, **_one(unit))
    return goto("units.one", unit_id=unit.id)


def _one(unit: Unit) -> dict[str, Any]:
    events = queries.recent_events("unit", unit.id)
    return {
        "unit": unit,
        "words": UNIT_WORDS,
        "systems": bodies.SYSTEMS,
        "posts": queries.posts_at(unit_id=unit.id),
        "grids": queries.grids_of_unit(unit.id),
        "events": events,
        "names": queries.named_in(events),
    }


def _kinds() -> dict[str, Any]:
    return {"kinds": [(kind, UNIT_WORDS[kind]) for kind in bodies.ADDED]}
