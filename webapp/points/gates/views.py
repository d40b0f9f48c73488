"""The gate page: what goes on, who was led aside, commands, figures of a day, rules, what was deleted."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from webapp.base import broker, clock
from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.points import queries as points
from webapp.points.gates import keeping, queries
from webapp.points.gates.forms import CommandForm, DayForm, ResolveForm, RulesForm, SetUpForm
from webapp.points.gates.models import Diversion, Gate
from webapp.points.gates.rules import (
    COMMAND_FLOW,
    DECISION_WORDS,
    DIVERSION_FLOW,
    MODE_WORDS,
    ORDER_WORDS,
    REASON_WORDS,
    SKEW_S,
    WHAT_WORDS,
)
from webapp.points.models import ServicePoint
from webapp.points.planning import Hour
from webapp.points.rules import STALE_S
from webapp.points.waiting import Queue

bp = Blueprint("gates", __name__)

# Bars of the hours are drawn in a box so high.
BAR_H = 60


@bp.get("/gates")
@permit("gates.see")
def listed() -> Response:
    """The gates one may see."""
    return page(
        "points/gates/list.html",
        gates=queries.listed(me()),
        stale=clock.now() - timedelta(seconds=STALE_S),
    )


@bp.get("/points/<int:point_id>/gate")
@permit("gates.see", of=queries.of_point)
def one(gate: Gate) -> Response:
    """A gate."""
    return _page(gate)


@bp.post("/points/<int:point_id>/gate/commands")
@permit("points.serve", of=queries.of_point)
def command(gate: Gate) -> ResponseReturnValue:
    """The gate is told something."""
    point_id = gate.point_id
    try:
        form = CommandForm.read(request)
        keeping.command(gate, form.kind, form.value, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "command")
    return goto("gates.one", point_id=point_id, _anchor="commands")


@bp.post("/gates/diversions/<int:diversion_id>/<any(let_pass, send_on, turn_away):name>")
@permit("points.serve", of=lambda diversion_id, name: queries.diversion(diversion_id))
def resolve(aside: Diversion) -> ResponseReturnValue:
    """Somebody decides on who was led aside."""
    point_id, move = aside.gate.point_id, part_of_address("name")
    try:
        form = ResolveForm.read(request)
        keeping.resolve(aside, move, note=form.note, base_version=form.base_version, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "aside")
    return goto("gates.one", point_id=point_id, _anchor="aside")


@bp.post("/points/<int:point_id>/gate")
@permit("points.keep", of=points.one)
def set_up(point: ServicePoint) -> ResponseReturnValue:
    """The point has a gate from now on."""
    gate = keeping.set_up(point, SetUpForm.read(request).code, by=me())
    return goto("gates.one", point_id=gate.point_id)


@bp.post("/points/<int:point_id>/gate/rules")
@permit("points.keep", of=queries.of_point)
def rules(gate: Gate) -> ResponseReturnValue:
    """The pass rules are set."""
    point_id = gate.point_id
    try:
        form = RulesForm.read(request)
        ruled = keeping.Ruled(**form.model_dump(exclude={"base_version"}))
        keeping.set_rules(gate, ruled, base_version=form.base_version, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "rules")
    return goto("gates.one", point_id=point_id, _anchor="rules")


@bp.post("/points/<int:point_id>/gate/key")
@permit("points.keep", of=queries.of_point)
def key(gate: Gate) -> Response:
    """A new key of the gate, shown on this page and nowhere else."""
    secret = keeping.new_key(gate, by=me())
    settings: Settings = current_app.extensions["settings"]
    there = broker.place(settings)
    named = f"{there.host}:{there.port}" if there is not None else None
    return page("points/gates/key.html", gate=gate, secret=secret, broker=named)


def _page(gate: Gate, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    now, today = clock.now(), points.today()
    day = DayForm.of(request.args.to_dict()).day or today
    figures = queries.day(gate, day)
    sent: Any = request.form if refusal is not None and tried == "rules" else gate
    return page(
        "points/gates/one.html",
        fragment="now",
        status=refusal.status if refusal else 200,
        gate=gate,
        point=gate.point,
        silent=gate.heard_at is None or now - gate.heard_at > timedelta(seconds=STALE_S),
        skewed=gate.skew_s is not None and abs(gate.skew_s) > SKEW_S,
        aside=queries.led_aside(gate.id),
        waiting=queries.count_aside(gate.id),
        commands=queries.commands(gate.id),
        refused=queries.refused(gate.id),
        refused_count=queries.count_refused(gate.id),
        whats=WHAT_WORDS,
        deletions=queries.deletions(gate.id),
        figures=figures,
        # Asked for by the whole page only, not by the part that comes every ten seconds.
        planned=partial(_planned, gate),
        bar=BAR_H,
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        command_flow=COMMAND_FLOW,
        aside_flow=DIVERSION_FLOW,
        decisions=DECISION_WORDS,
        reasons=REASON_WORDS,
        orders=ORDER_WORDS,
        modes=MODE_WORDS,
        sent=sent,
        told=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
        tried=tried,
    )


def _planned(gate: Gate) -> tuple[list[Hour], Queue]:
    queued = points.queues([gate.point])[gate.point_id]
    return points.planned(gate.point, queued.mean_s), queued


def _refused(point_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.of_point(point_id))
    return _page(again, refusal, tried)
