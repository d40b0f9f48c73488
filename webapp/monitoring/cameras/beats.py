"""Cameras that say again and again that they live: who has fallen silent is not reachable."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.base import clock
from webapp.base.access import HOUSE
from webapp.monitoring.cameras import actions, queries
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus

# Silent for so long: not reachable. Somebody looks every 15 s, so that it is known within 90 s.
SILENT = timedelta(seconds=75)


def heard(camera: Camera, *, at: datetime, ok: bool) -> None:
    """The camera lived at that moment, or its keeper says that it does not; silence counts from now on."""
    at = min(at, clock.now())
    if camera.seen_at is not None and at < camera.seen_at:
        return
    if not camera.beats:
        camera.beats = True
    status = CameraStatus.ONLINE if ok else CameraStatus.OFFLINE
    if camera.status != status:
        actions.hear(camera, status, by=HOUSE)
    if ok:
        camera.seen_at = at


def note_silence() -> int:
    """Cameras that beat and have not been heard of for a while are not reachable; answers how many are new."""
    found = queries.silent_since(clock.now() - SILENT)
    for camera in found:
        actions.hear(camera, CameraStatus.OFFLINE, by=HOUSE)
    return len(found)
