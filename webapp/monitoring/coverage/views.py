"""Pages about what cameras leave unseen: which of them would be missed most, and by whom."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.base.access import permit
from webapp.base.web import page
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import STATUS_CHIPS, STATUS_WORDS
from webapp.monitoring.coverage import queries
from webapp.monitoring.coverage.forms import OrderForm
from webapp.monitoring.coverage.rules import LOSS_WORDS

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
