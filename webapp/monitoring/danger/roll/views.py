"""Pages of the roll-call: the roll on the phone and at the desk, its progress, the report of an exercise."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page
from webapp.monitoring.alarms.shown import took as span
from webapp.monitoring.danger import queries as zones, shown
from webapp.monitoring.danger.forms import StepForm
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.roll import actions, queries
from webapp.monitoring.danger.roll.forms import MarkForm, RollForm
from webapp.monitoring.danger.roll.models import RollEntry
from webapp.monitoring.danger.roll.rules import (
    MINUTES,
    REACHED_POINTS,
    ROLL_FLOW,
    STATE_CHIPS,
    SUBJECT_WORDS,
    TIMED,
    Took,
    score,
    share_reached,
)
from webapp.monitoring.danger.rules import ZoneState

bp = Blueprint("roll", __name__)


@bp.post("/danger/<int:zone_id>/roll-call")
@permit("danger.keep", of=zones.one)
def call(zone: DangerZone) -> ResponseReturnValue:
    """Everybody who is known to be inside is on the roll, and those who go from door to door know."""
    zone_id = zone.id
    try:
        form = StepForm.read(request)
        actions.call(zone, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        return _roll(afresh(refusal, lambda: zones.one(zone_id)), refusal)
    return goto("danger.one", zone_id=zone_id)


@bp.get("/danger/calling")
@permit("danger.see")
def calling() -> Response:
    """Where the reader is waited for at doors, for the first page of the phone."""
    return page(
        "monitoring/danger/roll/calling.html",
        fragment="calling",
        calling=queries.calling(me()),
        **shown.words(),
    )


@bp.get("/danger/<int:zone_id>/roll-call")
@permit("danger.see", of=zones.one)
def roll(zone: DangerZone) -> Response:
    """The roll as far as the reader goes from door to door: those who are not out of it first."""
    return _roll(zone)


@bp.post("/danger/roll/<int:entry_id>")
@permit("danger.mark", of=queries.entry)
def mark(entry: RollEntry) -> ResponseReturnValue:
    """What is known of somebody is written down."""
    zone_id = entry.zone_id
    try:
        form = MarkForm.read(request)
        actions.mark(entry, form.state, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        return _roll(afresh(refusal, lambda: zones.one(zone_id)), refusal)
    return goto("roll.roll", zone_id=zone_id)


@bp.get("/danger/<int:zone_id>/progress")
@permit("danger.see", of=zones.one)
def progress(zone: DangerZone) -> Response:
    """How far the roll-call is, for the page of the zone."""
    return page(
        "monitoring/danger/roll/progress.html",
        fragment="progress",
        zone=zone,
        counts=queries.progress(me(), zone.id),
        callable=zone.state == ZoneState.IN_FORCE and may(me(), "danger.keep", zone),
        scored=may(me(), "danger.score"),
        **_words(),
    )


@bp.get("/danger/<int:zone_id>/report")
@permit("danger.score", of=zones.one)
def report(zone: DangerZone) -> Response:
    """How it went, to be printed: the times, who was reached, and the score of an exercise."""
    took = _took(zone)
    return page(
        "monitoring/danger/roll/report.html",
        zone=zone,
        took=took,
        shares=[(minutes, share_reached(took.reached, minutes)) for minutes in MINUTES],
        points=score(took) if zone.exercise else None,
        limits=TIMED,
        most_reached=REACHED_POINTS,
        missed=queries.missed(zone.id),
        subjects=queries.subjects(zone.id),
        counts=queries.progress(me(), zone.id),
        span=span,
        **shown.words(),
        **_words(),
    )


def _took(zone: DangerZone) -> Took:
    alarm = zone.alarm
    begin = alarm.received_at if alarm else zone.drawn_at

    def since(moment: Any, start: Any = begin) -> float | None:
        return max((moment - start).total_seconds(), 0.0) if moment and start else None

    return Took(
        acknowledged=since(alarm.seen_at) if alarm else 0.0,
        drawn=since(zone.drawn_at),
        told=since(zone.called_at),
        reached=[since(each, zone.called_at) for each in queries.reached(zone)],
    )


def _roll(zone: DangerZone, refusal: Refusal | None = None) -> Response:
    wish = RollForm.of(request.args.to_dict())
    entries, count = queries.listed(me(), zone.id, resolved=wish.resolved)
    return page(
        "monitoring/danger/roll/roll.html",
        fragment="roll",
        status=refusal.status if refusal else 200,
        zone=zone,
        entries=entries,
        count=count,
        wish=wish,
        counts=queries.progress(me(), zone.id),
        told=refusal.words if refusal else None,
        open=zone.state == ZoneState.IN_FORCE,
        **shown.words(),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "roll_states": ROLL_FLOW.states,
        "roll_chips": STATE_CHIPS,
        "subjects_words": SUBJECT_WORDS,
    }
