"""The page of the presets of a camera: set up, read, told whither they look, and turned to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.turning import actions, queries
from webapp.monitoring.turning.forms import BearingForm, SteeringForm, TurnForm
from webapp.monitoring.turning.models import Steering

bp = Blueprint("turning", __name__, url_prefix="/cameras/<int:camera_id>/presets")


@bp.get("")
@permit("cameras.see", of=cameras.one)
def listed(camera: Camera) -> Response:
    """The presets of a camera, and where it looks now."""
    return _page(camera)


@bp.post("/steering")
@permit("turning.keep", of=cameras.one)
def set_up(camera: Camera) -> ResponseReturnValue:
    """It is known how the camera is told to turn."""
    key = camera.id
    try:
        actions.set_up(camera, SteeringForm.read(request), by=me())
    except Refusal as refusal:
        return _page(afresh(refusal, lambda: cameras.one(key)), refusal, tried="steering")
    return goto("turning.listed", camera_id=key)


@bp.post("/forget")
@permit("turning.keep", of=cameras.one)
def forget(camera: Camera) -> ResponseReturnValue:
    """Address, password and presets are gone."""
    actions.forget(_steering(camera), by=me())
    return goto("turning.listed", camera_id=camera.id)


@bp.post("/read")
@permit("turning.keep", of=cameras.one)
def read(camera: Camera) -> ResponseReturnValue:
    """The presets are those that the camera has now."""
    key = camera.id
    try:
        actions.read_presets(_steering(camera), by=me())
    except Refusal as refusal:
        return _page(afresh(refusal, lambda: cameras.one(key)), refusal, tried="read")
    return goto("turning.listed", camera_id=key)


@bp.post("/<int:preset_id>/bearing")
@permit("turning.keep", of=lambda camera_id, preset_id: cameras.one(camera_id))
def aim(camera: Camera) -> ResponseReturnValue:
    """It is known whither a preset looks."""
    key, wanted = camera.id, int(part_of_address("preset_id"))
    preset = queries.preset(key, wanted) or abort(404)
    try:
        actions.aim(camera, preset, BearingForm.read(request).bearing, by=me())
    except Refusal as refusal:
        return _page(afresh(refusal, lambda: cameras.one(key)), refusal, tried=f"aim-{wanted}")
    return goto("turning.listed", camera_id=key)


@bp.post("/turn")
@permit("turning.turn", of=cameras.one)
def turn(camera: Camera) -> ResponseReturnValue:
    """The camera was told to look at a preset; where it did not, the page says why."""
    key = camera.id
    try:
        form = TurnForm.read(request)
        preset = queries.preset(key, form.preset) or abort(404)
        failed = actions.turn(_steering(camera), preset, purpose=form.purpose, by=me())
    except Refusal as refusal:
        return _page(afresh(refusal, lambda: cameras.one(key)), refusal, tried="turn")
    if failed is not None:
        return _page(camera, status=502, told=failed, tried="turn")
    return goto("turning.listed", camera_id=key)


def _steering(camera: Camera) -> Steering:
    return queries.steering(camera.id) or abort(404)


def _page(
    camera: Camera,
    refusal: Refusal | None = None,
    *,
    status: int = 200,
    told: Any = None,
    tried: str = "",
) -> Response:
    fields = refusal.fields if refusal else {}
    return page(
        "monitoring/turning/presets.html",
        status=refusal.status if refusal else status,
        camera=camera,
        steering=queries.steering(camera.id),
        presets=queries.presets(camera.id),
        turns=may(me(), "turning.turn", camera) and camera.closed_at is None,
        keeps=may(me(), "turning.keep", camera) and camera.closed_at is None,
        errors=fields,
        told=told or (refusal.words if refusal and not fields else None),
        sent=request.form,
        tried=tried,
    )
