"""What is done with cameras: registered, changed, heard of, taken away, an address shown for a purpose."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.sealing import seal, unseal
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus, allowed_address, allowed_page
from webapp.people.refusing import refusing

# Fields that are kept as they are said.
_PLAIN = (
    "name",
    "kind",
    "privacy",
    "retention",
    "gb_id",
    "mount_height_m",
    "bearing",
    "bearing_doubt",
    "tilt",
    "fov",
    "range_m",
    "near_m",
    "width_px",
    "owner",
)

ADDRESSES = ("stream", "snapshot", "webrtc")


def register(said: Described, *, source: str, external_id: str, by: Actor | None) -> Camera:
    """The camera is known and in its grid, and the database keeps what it sees.

    Raises `Unacceptable` where the source has this camera, or where an address is not allowed.
    """
    camera = Camera(source=source, external_id=external_id, provenance=said.provenance)
    with refusing(**_taken()):
        _describe(camera, said)
        db.session.add(camera)
    _record(camera, "create", by)
    return camera


def change(camera: Camera, said: Described, *, base_version: int | None, by: Actor | None) -> None:
    """The camera is described like this. Raises as `register`, and `Changed` if it was changed."""
    hold(camera, base_version)
    with refusing(**_taken()):
        _describe(camera, said)
    _record(camera, "change", by)
    db.session.refresh(camera)


def hear(camera: Camera, status: CameraStatus, *, by: Actor | None) -> None:
    """The camera is known to answer, or not to; since when is kept until that changes."""
    lock(camera)
    now = clock.now()
    if status == CameraStatus.ONLINE:
        camera.seen_at = now
    if camera.status != status:
        before, camera.status, camera.status_since = camera.status, status, now
        _record(camera, "hear", by, before=before, after=status)


def close(camera: Camera, *, reason: str, by: Actor) -> None:
    """The camera is gone from lists, maps and coverage, and its addresses are forgotten."""
    lock(camera)
    if camera.closed_at is not None:
        raise NotOpen(_l("This camera was taken away already."))
    camera.closed_at = clock.now()
    camera.stream = camera.snapshot = camera.webrtc = None
    _record(camera, "close", by, reason=reason)


def reveal(camera: Camera, *, purpose: str, by: Actor) -> dict[str, str]:
    """The addresses of the camera by their names, once the log says who wanted them and what for."""
    lock(camera)
    kept = {name: getattr(camera, name) for name in ADDRESSES if getattr(camera, name)}
    if not kept:
        raise NotOpen(_l("No address of this camera is kept."))
    _record(camera, "reveal", by, fields=sorted(kept), purpose=purpose)
    return {name: unseal(sealed).decode() for name, sealed in kept.items()}


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Cameras stand in the grids of the borders in force; answers how many moved."""
    here = Camera.closed_at.is_(None)
    return len(relocation.relocate_in_log(Camera, here, kind="camera", by=by))


def _describe(camera: Camera, said: Described) -> None:
    for name in _PLAIN:
        setattr(camera, name, getattr(said, name))
    if said.range_m is not None and said.near_m >= said.range_m:
        words = _l("It cannot begin to see beyond where it ends.")
        raise Unacceptable(words, fields={"near_m": words})
    hosts = _settings().allowed_camera_hosts
    for name in ADDRESSES:
        address = getattr(said, name)
        if said.no_addresses:
            setattr(camera, name, None)
        elif address:
            setattr(camera, name, seal(_allowed(name, address, hosts).encode()))
    if said.lon is None and said.lat is None:
        return
    if said.lon is None or said.lat is None:
        words = _l("A place needs both its longitude and its latitude.")
        raise Unacceptable(words, fields={"lat" if said.lat is None else "lon": words})
    if (said.lon, said.lat, said.datum.value) != (camera.raw_lon, camera.raw_lat, camera.datum):
        camera.place_at(said.lon, said.lat, datum=said.datum)


def _allowed(name: str, address: str, hosts: tuple[str, ...]) -> str:
    try:
        return allowed_page(address, hosts) if name == "webrtc" else allowed_address(address, hosts)
    except Unacceptable as refusal:
        raise Unacceptable(refusal.words, fields={name: refusal.words}) from refusal


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _taken() -> dict[str, Unacceptable]:
    code = _l("This source has a camera of this number already.")
    gb_id = _l("Another camera has this national number.")
    return {
        "uq_camera_source_external_id": Unacceptable(code, fields={"code": code}),
        "uq_camera_gb_id": Unacceptable(gb_id, fields={"gb_id": gb_id}),
    }


def _record(
    camera: Camera,
    move: str,
    by: Actor | None,
    *,
    before: str | None = None,
    after: str | None = None,
    **data: Any,
) -> None:
    camera.version = (camera.version or 0) + 1
    db.session.flush()
    audit.record(
        kind="camera",
        thing_id=camera.id,
        move=move,
        by=by,
        before=before,
        after=after,
        grid_id=camera.grid_id,
        grid_version_id=camera.grid_version_id,
        data=data,
    )
