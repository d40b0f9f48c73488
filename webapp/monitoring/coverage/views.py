"""Pages about what cameras leave unseen: which of them would be missed most, and by whom."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.base.access import permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import page
from webapp.grids import queries as grids
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import STATUS_CHIPS, STATUS_WORDS
from webapp.monitoring.coverage import queries
from webapp.monitoring.coverage.forms import OrderForm, SitingForm
from webapp.monitoring.coverage.rules import LOSS_WORDS, WANT_WORDS
from webapp.monitoring.coverage.siting import queries as places

bp = Blueprint("coverage", __name__)


@bp.get("/cameras/redundancy")
@permit("cameras.coverage")
def listed() -> Response:
    """Of each camera what nobody sees once it falls out, the most first by the figure that is asked for."""
    order = OrderForm.of(request.args.to_dict()).order
    found = queries.listed(order)
    return page(
        "monitoring/coverage/list.html",
        fragment="found",
        found=found[: queries.MOST_SHOWN],
        more=len(found) > queries.MOST_SHOWN,
        most=queries.MOST_SHOWN,
        order=order,
        figures=LOSS_WORDS,
        chips=STATUS_CHIPS,
        statuses=STATUS_WORDS,
    )


@bp.get("/cameras/siting")
@told_then
@permit("cameras.coverage")
def siting() -> Response:
    """Where new cameras would see most of what no camera sees; a help for deciding."""
    sent = request.args.to_dict()
    found, errors = None, {}
    wish = SitingForm()
    grid = None
    try:
        wish = SitingForm.of(sent)
        grid = grids.one(wish.grid) if wish.grid else None
        found = places.proposed(wish, grid) if sent else None
    except Refusal as refusal:
        errors = refusal.fields
    shapes = [
        {"type": "Feature", "properties": {"name": str(number)}, "geometry": each.geometry}
        for number, each in enumerate(found.proposals if found else (), start=1)
    ]
    return page(
        "monitoring/coverage/siting.html",
        status=422 if errors else 200,
        found=found,
        shapes=shapes,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        wants=WANT_WORDS,
        errors=errors,
        sent=SitingForm().model_dump() | sent,
    )


@bp.get("/cameras/<int:camera_id>/redundancy")
@permit("cameras.coverage", of=cameras.one)
def one(camera: Camera) -> Response:
    """What nobody sees once this camera falls out: on the map, and grid by grid."""
    lost = queries.without(camera)
    shapes = [
        {"type": "Feature", "properties": {}, "geometry": each.geometry}
        for each in (lost.parts if lost else [])
    ]
    return page(
        "monitoring/coverage/one.html",
        fragment="without",
        camera=camera,
        lost=lost,
        shapes=shapes,
    )
