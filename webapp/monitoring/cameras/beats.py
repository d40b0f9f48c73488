"""Cameras that say again and again that they live: who has fallen silent is not reachable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm.attributes import set_committed_value

from webapp.base import clock
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.cameras import actions, queries
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus

# Silent for so long: not reachable. Somebody looks every 15 s, so that it is known within 90 s.
SILENT = timedelta(seconds=75)


def heard(camera: Camera, *, at: datetime, ok: bool) -> None:
    """The camera lived at that moment, or its keeper says that it does not; silence counts from now on."""
    heard_all([(camera, at, ok)])


def heard_all(said: Iterable[tuple[Camera, datetime, bool]]) -> None:
    """The same for several cameras, one after the other; those that go on as before are written together."""
    now, seen = clock.now(), dict[Camera, datetime | None]()
    for camera, moment, ok in said:
        at, before = min(moment, now), seen.get(camera) or camera.seen_at
        if before is not None and at < before:
            continue
        status = CameraStatus.ONLINE if ok else CameraStatus.OFFLINE
        if camera.status != status:
            actions.hear(camera, status, by=HOUSE)
        if ok or not camera.beats:
            seen[camera] = at if ok else seen.get(camera)
    if seen:
        db.session.flush()
        queries.lived({camera.id: at for camera, at in seen.items()})
    for camera, lived in seen.items():
        set_committed_value(camera, "beats", True)
        if lived is not None:
            set_committed_value(camera, "seen_at", lived)


def note_silence() -> int:
    """Cameras that beat and have not been heard of for a while are not reachable; answers how many are new."""
    found = queries.silent_since(clock.now() - SILENT)
    for camera in found:
        actions.hear(camera, CameraStatus.OFFLINE, by=HOUSE)
    return len(found)
