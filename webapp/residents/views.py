"""Pages of households and residents: found, shown with masks, seen whole for a purpose, changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import PurposeForm, goto, page
from webapp.grids import queries as grids
from webapp.people import days, queries as people
from webapp.people.forms import again
from webapp.residents import actions, care, list_queries, queries, shown
from webapp.residents.forms import KeyFlagForm, LeaveForm, ListForm, ResidentForm
from webapp.residents.models import Household, KeyFlag, Resident
from webapp.residents.rules import KEY_GROUPS, RELATION_WORDS, SEX_WORDS

bp = Blueprint("households", __name__)

# What the logs call what was done.
DONE = {
    "move_in": _l("Moved in"),
    "move_out": _l("Moved away"),
    "join": _l("Added to the household"),
    "return": _l("Came back"),
    "change": _l("Changed"),
    "leave": _l("Moved away"),
    "reveal": _l("Name and numbers shown"),
    "look": _l("Key groups looked at"),
    "set_flag": _l("Key group set"),
    "end_flag": _l("Key group ended"),
}


@bp.get("/households")
@permit("households.see")
def listed() -> Response:
    """The households of one's grids, found by address, name, phone or identity number."""
    wish = ListForm.of(request.args.to_dict())
    grid = grids.one(wish.grid) if wish.grid else None
    found = list_queries.households(
        me(), words=wish.q, grid_id=grid.id if grid else None, box=wish.around, after=wish.after
    )
    return page(
        "households/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grids=list_queries.grids_of(me(), "households.see"),
        door=shown.door,
    )


@bp.get("/households/<int:household_id>")
@permit("households.see", of=queries.household)
def one(household: Household) -> Response:
    """One household: where it lives and who belongs to it, with masks."""
    return page("households/one.html", **_household(household), errors={}, sent={})


@bp.post("/households/<int:household_id>/leave")
@permit("households.keep", of=queries.household)
def move_out(household: Household) -> ResponseReturnValue:
    """The household has moved away."""
    try:
        actions.move_out(household, left_at=LeaveForm.read(request).left_at, by=me())
    except Refusal as refusal:
        return again("households/one.html", refusal, **_household(household))
    return goto("buildings.dwelling", dwelling_id=household.dwelling_id)


@bp.get("/households/<int:household_id>/residents/new")
@permit("households.keep", of=queries.household)
def new_resident(household: Household) -> Response:
    """The form of somebody more in the household."""
    return page(
        "households/resident_form.html",
        household=household,
        resident=None,
        known=None,
        errors={},
        sent={},
        **_words(),
    )


@bp.post("/households/<int:household_id>/residents")
@permit("households.keep", of=queries.household)
def join(household: Household) -> ResponseReturnValue:
    """Somebody more lives in the household."""
    try:
        actions.join(household, ResidentForm.read(request), by=me())
    except Refusal as refusal:
        return again(
            "households/resident_form.html",
            refusal,
            household=household,
            resident=None,
            known=None,
            **_words(),
        )
    return goto("households.one", household_id=household.id)


@bp.get("/residents/<int:resident_id>")
@permit("households.see", of=queries.resident)
def resident(resident: Resident) -> Response:
    """Somebody with masks, and what may be done."""
    return page("households/resident.html", **_resident(resident), errors={}, sent={})


@bp.get("/residents/<int:resident_id>/change")
@permit("households.keep", of=queries.resident)
def change_form(resident: Resident) -> Response:
    """The form of somebody; name and numbers are kept where nothing is written."""
    sent = {"relation": resident.relation, "sex": resident.sex, "born": resident.born}
    sent |= {"registered_here": {True: "1", False: "0", None: ""}[resident.registered_here]}
    return page(
        "households/resident_form.html",
        household=resident.household,
        resident=resident,
        known=shown.card(resident),
        errors={},
        sent=sent,
        **_words(),
    )


@bp.post("/residents/<int:resident_id>/change")
@permit("households.keep", of=queries.resident)
def change(resident: Resident) -> ResponseReturnValue:
    """They are described like this now."""
    try:
        actions.change_resident(resident, ResidentForm.read(request), by=me())
    except Refusal as refusal:
        return again(
            "households/resident_form.html",
            refusal,
            household=resident.household,
            resident=resident,
            known=shown.card(resident),
            **_words(),
        )
    return goto("households.resident", resident_id=resident.id)


@bp.post("/residents/<int:resident_id>/leave")
@permit("households.keep", of=queries.resident)
def leave(resident: Resident) -> ResponseReturnValue:
    """They have moved away."""
    try:
        actions.leave(resident, left_at=LeaveForm.read(request).left_at, by=me())
    except Refusal as refusal:
        return again("households/resident.html", refusal, **_resident(resident))
    return goto("households.one", household_id=resident.household_id)


@bp.post("/residents/<int:resident_id>/reveal")
@permit("households.reveal", of=queries.resident)
def reveal(resident: Resident) -> ResponseReturnValue:
    """Name and numbers without masks, for a purpose that stands in the log from now on."""
    try:
        whole = actions.reveal(resident, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("households/resident.html", refusal, **_resident(resident))
    return _once("households/resident.html", resident, whole=whole)


@bp.post("/residents/<int:resident_id>/look")
@permit("key_groups.see", of=queries.resident)
def look(resident: Resident) -> ResponseReturnValue:
    """The key groups they belong to, for a purpose that stands in the log from now on."""
    try:
        flags = care.look([resident], purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("households/resident.html", refusal, **_resident(resident))
    return _once("households/resident.html", resident, flags=flags)


@bp.post("/residents/<int:resident_id>/key-groups")
@permit("key_groups.set", of=queries.resident)
def set_flag(resident: Resident) -> ResponseReturnValue:
    """They belong to a key group until a day."""
    try:
        care.set_flag(resident, KeyFlagForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/resident.html", refusal, setting=True, **_resident(resident))
    return goto("households.resident", resident_id=resident.id)


@bp.post("/key-groups/<int:key_flag_id>/end")
@permit("key_groups.set", of=queries.key_flag)
def end_flag(flag: KeyFlag) -> ResponseReturnValue:
    """They belong to the group no more."""
    resident_id = flag.resident_id
    care.end_flag(flag, by=me())
    return goto("households.resident", resident_id=resident_id)


def _once(template: str, resident: Resident, **seen: Any) -> Response:
    """A page that no browser keeps."""
    answer = page(template, **{**_resident(resident), **seen}, errors={}, sent={})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words() -> dict[str, Any]:
    return {
        "relations": RELATION_WORDS,
        "sexes": SEX_WORDS,
        "home": shown.home,
        "details": shown.asked(),
    }


def _household(household: Household) -> dict[str, Any]:
    return {
        "household": household,
        "cards": [shown.card(each) for each in queries.residents_of(household.id)],
        "home": shown.home,
        "today": days.today(),
        **_logged("household", household.id),
    }


def _resident(resident: Resident) -> dict[str, Any]:
    return {
        "resident": resident,
        "card": shown.card(resident),
        "hidden": shown.hidden(resident),
        "groups": {kind: each.words for kind, each in KEY_GROUPS.items()},
        "whole": None,
        "flags": None,
        "home": shown.home,
        "today": days.today(),
        # Who asked what for is for those who may ask themselves.
        **(_logged("resident", resident.id) if may(me(), "households.reveal", resident) else {}),
    }


def _logged(kind: str, key: int) -> dict[str, Any]:
    events = people.recent_events(kind, key)
    return {"events": events, "names": people.named_in(events), "done": DONE}
