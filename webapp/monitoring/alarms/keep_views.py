"""Pages on which alarms are prepared for: shelves and maintenance, caps, ladders, exercises."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.monitoring.alarms import climbing, handling, keeping, queries, shelving, shown
from webapp.monitoring.alarms.forms import (
    CapForm,
    DrillForm,
    RungForm,
    ShelfForm,
    WindowForm,
    rows_of,
)
from webapp.monitoring.alarms.ladders import ROLES, Rung
from webapp.monitoring.alarms.models import Shelf
from webapp.monitoring.alarms.rules import (
    CAP_LEAST,
    CAP_MOST,
    MAINTENANCE_MOST_H,
    NEVER_CAPPED,
    QUIET_WORDS,
    SHELVED_MOST_H,
    USUAL_CAP,
    WINDOW_MOST_DAYS,
    Quiet,
)
from webapp.monitoring.signals import KINDS, Kind
from webapp.people.forms import again
from webapp.points.rules import WEEKDAYS

bp = Blueprint("alarm_keeping", __name__)

QUIETS = (
    (Quiet.SHELVED, QUIET_WORDS[Quiet.SHELVED]),
    (Quiet.MAINTENANCE, QUIET_WORDS[Quiet.MAINTENANCE]),
)


@bp.get("/alarms/shelves")
@permit("alarms.handle")
def shelves() -> Response:
    """What rings nobody now or soon, and the form for more."""
    return page("monitoring/alarms/shelves.html", errors={}, sent=request.args, **_shelves())


@bp.post("/alarms/shelves")
@permit("alarms.handle")
def shelve() -> ResponseReturnValue:
    """Alarms of this scope ring nobody for the time."""
    try:
        shelving.shelve(**ShelfForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return again("monitoring/alarms/shelves.html", refusal, **_shelves())
    return goto("alarm_keeping.shelves")


@bp.post("/alarms/shelves/<int:shelf_id>/take-down")
@permit("alarms.handle", of=queries.shelf)
def take_down(shelf: Shelf) -> ResponseReturnValue:
    """Alarms of this scope ring again."""
    try:
        shelving.take_down(shelf, by=me())
    except Refusal as refusal:
        return again("monitoring/alarms/shelves.html", refusal, **_shelves())
    return goto("alarm_keeping.shelves")


@bp.get("/alarms/windows")
@permit("alarms.keep")
def windows() -> Response:
    """The form of maintenance that comes round."""
    return page("monitoring/alarms/windows.html", errors={}, sent=request.args, **_windows())


@bp.post("/alarms/windows")
@permit("alarms.keep")
def plan() -> ResponseReturnValue:
    """Alarms of this scope ring nobody in these hours of these weekdays."""
    try:
        shelving.plan(WindowForm.read(request), by=me())
    except Refusal as refusal:
        return again("monitoring/alarms/windows.html", refusal, **_windows())
    return goto("alarm_keeping.shelves")


@bp.get("/alarms/caps")
@permit("alarms.keep")
def caps() -> Response:
    """How often one device may ring for a kind, and the form to lay that down."""
    return page("monitoring/alarms/caps.html", errors={}, sent=request.args, **_caps())


@bp.post("/alarms/caps")
@permit("alarms.keep")
def lay_cap() -> ResponseReturnValue:
    """One device rings so often for this kind from now on."""
    try:
        keeping.cap(**CapForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return again("monitoring/alarms/caps.html", refusal, **_caps())
    return goto("alarm_keeping.caps")


@bp.get("/alarms/ladders")
@permit("alarms.handle")
def ladders() -> Response:
    """The steps of every kind of alarm."""
    kept = queries.laid_down()
    rows = [
        (kind, rules, climbing.out_of(kept.get(kind, []), kind, rules.severity), kind in kept)
        for kind, rules in KINDS.items()
    ]
    return page("monitoring/alarms/ladders.html", rows=rows, **shown.words())


@bp.get("/alarms/ladders/<kind>")
@permit("alarms.keep")
def ladder(kind: str) -> Response:
    """The form for the steps of a kind."""
    return page("monitoring/alarms/ladder.html", errors={}, sent={}, **_ladder(_kind(kind)))


@bp.post("/alarms/ladders/<kind>")
@permit("alarms.keep")
def lay_down(kind: str) -> ResponseReturnValue:
    """The steps of a kind are these from now on; without any, the usual ones."""
    of_kind = _kind(kind)
    try:
        rows = [RungForm.of(row) for row in rows_of(request.form, keeping.MOST_RUNGS)]
        rungs = [Rung(each.after_s, each.act, each.until, tuple(each.roles)) for each in rows]
        keeping.lay_down(of_kind, rungs, by=me())
    except Refusal as refusal:
        return again("monitoring/alarms/ladder.html", refusal, **_ladder(of_kind))
    return goto("alarm_keeping.ladders")


@bp.get("/alarms/drill")
@permit("alarms.drill")
def drill() -> Response:
    """The form of an exercise."""
    return page("monitoring/alarms/drill.html", errors={}, sent={}, **_drill())


@bp.post("/alarms/drill")
@permit("alarms.drill")
def begin_drill() -> ResponseReturnValue:
    """The exercise has begun: its alarm rings, and nobody is sent."""
    try:
        alarm = handling.drill(**DrillForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return again("monitoring/alarms/drill.html", refusal, **_drill())
    return goto("alarms.one", alarm_id=alarm.id)


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        abort(404)


def _shelves() -> dict[str, Any]:
    return {
        "shelves": queries.shelves(clock.now()),
        "choices": QUIETS,
        "most": SHELVED_MOST_H,
        "most_maintenance": MAINTENANCE_MOST_H // 24,
        "weekdays": WEEKDAYS,
        **shown.words(),
    }


def _windows() -> dict[str, Any]:
    return {"weekdays": WEEKDAYS, "most_days": WINDOW_MOST_DAYS, **shown.words()}


def _caps() -> dict[str, Any]:
    laid = queries.caps()
    rows = [(kind, laid.get(kind, USUAL_CAP), kind in laid) for kind in KINDS]
    return {
        "rows": [each for each in rows if each[0] not in NEVER_CAPPED],
        "usual": USUAL_CAP,
        "least": CAP_LEAST,
        "most_of_all": CAP_MOST,
        **shown.words(),
    }


def _ladder(kind: Kind) -> dict[str, Any]:
    return {
        "kind": kind,
        "rungs": climbing.in_force(kind, KINDS[kind].severity),
        "most": keeping.MOST_RUNGS,
        "roles": ROLES,
        **shown.words(),
    }


def _drill() -> dict[str, Any]:
    return shown.words()
