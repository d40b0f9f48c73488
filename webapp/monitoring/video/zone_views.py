"""Pages of the zones of a camera: drawn on its picture or typed, and where its picture lies on the ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video import actions, passes, queries
from webapp.monitoring.video.forms import GroundForm, ZoneForm
from webapp.monitoring.video.models import CameraZone
from webapp.monitoring.video.rules import (
    LASTING,
    USUAL_INERTIA,
    USUAL_LEVEL,
    ZONE_WORDS,
)
from webapp.people.forms import again

bp = Blueprint("zones", __name__, url_prefix="/cameras/<int:camera_id>/zones")

TEMPLATE = "monitoring/video/zones.html"


@bp.get("")
@permit("video.zones", of=cameras.one)
def listed(camera: Camera) -> Response:
    """The zones of a camera on its picture."""
    return page(TEMPLATE, errors={}, sent={}, **_zones(camera))


@bp.post("/picture")
@permit("video.zones", of=cameras.one)
def take_picture(camera: Camera) -> ResponseReturnValue:
    """A fresh picture lies below the zones; the log says that it was looked at for them."""
    actions.look(camera, purpose=_("To draw zones"), by=me())
    return goto("zones.listed", camera_id=camera.id, **{"pass": passes.issued(camera.id, me())})


@bp.post("")
@permit("video.zones", of=cameras.one)
def draw(camera: Camera) -> ResponseReturnValue:
    """The camera has one zone more."""
    return _done(camera, lambda: actions.draw_zone(camera, ZoneForm.read(request), by=me()))


@bp.get("/<int:zone_id>")
@permit("video.zones", of=queries.zone)
def one(zone: CameraZone) -> Response:
    """One zone, to be changed."""
    return page(TEMPLATE, errors={}, sent=_sent(zone), changed=zone, **_zones(zone.camera))


@bp.post("/<int:zone_id>")
@permit("video.zones", of=queries.zone)
def change(zone: CameraZone) -> ResponseReturnValue:
    """The zone is like this now."""
    camera = zone.camera
    return _done(
        camera, lambda: actions.change_zone(zone, ZoneForm.read(request), by=me()), changed=zone
    )


@bp.post("/<int:zone_id>/remove")
@permit("video.zones", of=queries.zone)
def remove(zone: CameraZone) -> ResponseReturnValue:
    """The zone is gone."""
    actions.remove_zone(zone, by=me())
    return goto("zones.listed", camera_id=zone.camera_id)


@bp.post("/ground")
@permit("video.zones", of=cameras.one)
def ground(camera: Camera) -> ResponseReturnValue:
    """Alarms of this camera lie where the feet are, by four points."""
    return _done(
        camera,
        lambda: actions.lay_ground(camera, GroundForm.read(request).pairs(), by=me()),
    )


def _done(camera: Camera, deed: Callable[[], Any], **more: Any) -> ResponseReturnValue:
    camera_id, given = camera.id, request.args.get("pass")
    try:
        deed()
    except Refusal as refusal:
        found = cameras.one(camera_id)
        assert found is not None  # noqa: S101  # for the type checker: it was there a moment ago
        return again(TEMPLATE, refusal, **more, **_zones(found))
    return goto("zones.listed", camera_id=camera_id, **({"pass": given} if given else {}))


def _zones(camera: Camera) -> dict[str, Any]:
    return {
        "camera": camera,
        "zones": queries.zones_of(camera.id),
        "kinds": ZONE_WORDS,
        "given": request.args.get("pass"),
        "lasting": LASTING,
        "usual": {"inertia": USUAL_INERTIA, "level": USUAL_LEVEL},
        "ground": "\n".join(", ".join(str(each) for each in row) for row in camera.ground or ()),
    }


def _sent(zone: CameraZone) -> dict[str, Any]:
    names = ("name", "kind", "inertia", "seconds", "level", "version")
    return {name: getattr(zone, name) for name in names} | {
        "corners": "\n".join(f"{x}, {y}" for x, y in zone.corners),
        "any_motion": not zone.person,
        "begins": zone.begins.strftime("%H:%M") if zone.begins else None,
        "ends": zone.ends.strftime("%H:%M") if zone.ends else None,
    }
