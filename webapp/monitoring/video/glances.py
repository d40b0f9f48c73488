"""What a mark of a camera on a map opens: how it is, and its picture for whoever says what for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import PurposeForm, page
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import STATUS_CHIPS, STATUS_WORDS
from webapp.monitoring.video import actions, passes
from webapp.people.forms import again

bp = Blueprint("glances", __name__)


@bp.get("/cameras/<int:camera_id>/glance")
@permit("cameras.see", of=cameras.one)
def card(camera: Camera) -> Response:
    """How the camera is, and the question what somebody wants to see its picture for."""
    return page("monitoring/video/glance.html", fragment="glance", errors={}, **_card(camera))


@bp.post("/cameras/<int:camera_id>/glance")
@permit("video.see", of=cameras.one)
def glance(camera: Camera) -> Response:
    """Its picture every few seconds, for a purpose that stands in the log from now on; no film."""
    try:
        actions.look(camera, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("monitoring/video/glance.html", refusal, fragment="glance", **_card(camera))
    values = _card(camera) | {"given": passes.issued(camera.id, me())}
    return page("monitoring/video/glance.html", fragment="glance", errors={}, **values)


def _card(camera: Camera) -> dict[str, Any]:
    return {"camera": camera, "given": None, "chips": STATUS_CHIPS, "statuses": STATUS_WORDS}
