"""Pages of muster points, and of the ways out of a zone and to its upwind edge."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import audit
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.spatial import named_place, to_lonlat
from webapp.base.web import goto, page, sent_file
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.monitoring.danger import queries as zones, shown
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.muster import actions, importing, plans, queries
from webapp.monitoring.danger.muster.forms import HereForm, MusterForm
from webapp.monitoring.danger.muster.models import MusterPoint
from webapp.people import queries as people, workbook
from webapp.people.forms import ReasonForm, again
from webapp.people.workbook import Outcome
from webapp.travel.rules import BASIS_WORDS

bp = Blueprint("muster", __name__)


@bp.get("/muster-points")
@told_then
@permit("muster.see")
def listed() -> Response:
    """The muster points, on the map and as a list."""
    return page("monitoring/danger/muster/list.html", points=queries.open_ones())


@bp.get("/muster-points/new")
@permit("muster.keep")
def new() -> Response:
    """The form of a new muster point."""
    return page("monitoring/danger/muster/form.html", point=None, errors={}, sent={})


@bp.get("/muster-points/import")
@permit("muster.keep")
def import_form() -> Response:
    """The form that takes a file of muster points."""
    return _import_page()


@bp.post("/muster-points/import")
@permit("muster.keep")
def import_file() -> ResponseReturnValue:
    """Every muster point of the file is there, or none, with what is wrong in which row."""
    try:
        outcome = importing.carry_out(sent_file(workbook.MOST_BYTES + 1), by=me())
    except Refusal as refusal:
        return again(
            "monitoring/danger/muster/import.html",
            refusal,
            outcome=None,
            columns=importing.COLUMNS,
            needed=importing.NEEDED,
        )
    return _import_page(outcome)


@bp.post("/muster-points")
@permit("muster.keep")
def create() -> ResponseReturnValue:
    """The muster point is there."""
    try:
        point = actions.lay_down(MusterForm.read(request), by=me())
    except Refusal as refusal:
        return again("monitoring/danger/muster/form.html", refusal, point=None)
    return goto("muster.one", muster_point_id=point.id)


@bp.get("/muster-points/<int:muster_point_id>")
@permit("muster.see", of=queries.one)
def one(point: MusterPoint) -> Response:
    """A muster point: where it is, how many it holds, what was done."""
    return _one(point)


@bp.post("/muster-points/<int:muster_point_id>/change")
@permit("muster.keep", of=queries.one)
def change(point: MusterPoint) -> ResponseReturnValue:
    """The muster point is described like this."""
    key = point.id
    try:
        actions.change(point, MusterForm.read(request), by=me())
    except Refusal as refusal:
        return again("monitoring/danger/muster/one.html", refusal, **_shown(key))
    return goto("muster.one", muster_point_id=key)


@bp.post("/muster-points/<int:muster_point_id>/close")
@permit("muster.keep", of=queries.one)
def close(point: MusterPoint) -> ResponseReturnValue:
    """Nobody is sent there any more."""
    key = point.id
    try:
        actions.close(point, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return again("monitoring/danger/muster/one.html", refusal, **_shown(key))
    return goto("muster.listed")


@bp.get("/danger/<int:zone_id>/ways")
@permit("danger.see", of=zones.one)
def ways(zone: DangerZone) -> Response:
    """The ways out of a zone, for its page."""
    edge = to_lonlat(*plans.edge(zone.shape))
    return page(
        "monitoring/danger/muster/ways.html",
        fragment="ways",
        zone=zone,
        plan=plans.leave(zone.shape, me()),
        edge=edge,
        bases=BASIS_WORDS,
    )


@bp.get("/danger/<int:zone_id>/approach")
@permit("danger.see", of=zones.one)
def approach(zone: DangerZone) -> Response:
    """For whoever is sent: the way to the upwind edge that touches no road of the zone."""
    here = HereForm.of(request.args.to_dict())
    start = queries.stands_at(me().id)
    if here.lon is not None and here.lat is not None:
        start = named_place(here.lon, here.lat)
    drawn, _made = shown.drawing_of(zone.shape)
    way, inside = None, False
    if start is not None:
        way, features, inside = plans.approach(zone.shape, start)
        drawn["features"] += features
    return page(
        "monitoring/danger/muster/approach.html",
        zone=zone,
        way=way,
        starts_inside=inside,
        edge=to_lonlat(*plans.edge(zone.shape)),
        drawn=drawn,
        bases=BASIS_WORDS,
        **shown.words(),
    )


@bp.get("/cases/<int:case_id>/danger")
@permit("cases.see", of=cases.one)
def of_case(case: Case) -> Response:
    """The danger zone around a case, for whoever goes there."""
    zone = zones.of_case(case.id)
    return page(
        "monitoring/danger/muster/of_case.html",
        fragment="danger",
        zone=zone,
        case=case,
        **shown.words(),
    )


def _import_page(outcome: Outcome | None = None) -> Response:
    return page(
        "monitoring/danger/muster/import.html",
        status=422 if outcome is not None and outcome.faults else 200,
        errors={},
        outcome=outcome,
        columns=importing.COLUMNS,
        needed=importing.NEEDED,
    )


def _one(point: MusterPoint) -> Response:
    return page("monitoring/danger/muster/one.html", errors={}, sent={}, **_about(point))


def _shown(key: int) -> dict[str, Any]:
    point = queries.one(key)
    return _about(point) if point is not None else {}


def _about(point: MusterPoint) -> dict[str, Any]:
    events = audit.history("muster_point", point.id)
    return {
        "point": point,
        "events": list(reversed(events)),
        "names": people.named_in(events),
        "done": shown.MUSTER_DONE,
    }
