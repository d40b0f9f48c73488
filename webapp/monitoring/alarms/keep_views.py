"""Pages on which alarms are prepared for: shelves and maintenance, ladders, exercises."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.monitoring.alarms import climbing, handling, keeping, queries, shelving, shown
from webapp.monitoring.alarms.forms import DrillForm, RungForm, ShelfForm, rows_of
from webapp.monitoring.alarms.ladders import ROLES, Rung
from webapp.monitoring.alarms.models import Shelf
from webapp.monitoring.alarms.rules import MAINTENANCE_MOST_H, QUIET_WORDS, SHELVED_MOST_H, Quiet
from webapp.monitoring.signals import KINDS, Kind
from webapp.people.forms import again

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
