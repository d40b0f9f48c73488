"""What is done with zones, ground and the findings of the watch."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, files
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db, lock
from webapp.base.erasing import erase
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.monitoring.alarms import actions as alarms, queries as known_alarms
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ALARM_FLOW, MOST_MEDIA
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.monitoring.video import ground, pictures, placing, queries
from webapp.monitoring.video.forms import ZoneForm
from webapp.monitoring.video.ground import Pair
from webapp.monitoring.video.models import CameraClip, CameraPicture, CameraZone
from webapp.monitoring.video.placing import USUAL_ASPECT, Place, Pose, Seen
from webapp.monitoring.video.rules import MOST_CLIPS, MOST_ZONES, checked_corners
from webapp.people.refusing import refusing


def draw_zone(camera: Camera, said: ZoneForm, *, by: Actor | None) -> CameraZone:
    """The camera has this zone; the watch knows it within half a minute."""
    lock(camera)
    if queries.zone_count(camera.id) >= MOST_ZONES:
        raise Unacceptable(_l("A camera has at most %(n)s zones.", n=MOST_ZONES))
    made = CameraZone(camera_id=camera.id)
    _describe(made, said)
    with refusing(**_taken()):
        db.session.add(made)
        db.session.flush()
    _record(camera, "zone_draw", by, zone=made.name, kind=made.kind)
    return made


def change_zone(zone: CameraZone, said: ZoneForm, *, by: Actor) -> None:
    """The zone is like this now. Raises `Changed` if it was changed since it was read."""
    hold(zone, said.version)
    with refusing(**_taken()):
        _describe(zone, said)
        zone.version += 1
        db.session.flush()
    _record(zone.camera, "zone_change", by, zone=zone.name, kind=zone.kind)


def remove_zone(zone: CameraZone, *, by: Actor) -> None:
    """Nothing is watched for there any more; alarms of the past keep the zone."""
    lock(zone)
    if zone.closed_at is None:
        zone.closed_at = clock.now()
        db.session.flush()
        _record(zone.camera, "zone_remove", by, zone=zone.name, kind=zone.kind)


def lay_ground(camera: Camera, pairs: Sequence[Pair], *, by: Actor | None) -> None:
    """Alarms of zones lie where the feet are, by these four points; without any, where the camera looks."""
    lock(camera)
    camera.ground = [list(each) for each in ground.checked_pairs(pairs)] if pairs else None
    db.session.flush()
    _record(camera, "ground", by, points=len(pairs))


def look(camera: Camera, *, purpose: str, by: Actor, **more: Any) -> None:
    """The log says who looks at the pictures of the camera from now on, and what for."""
    lock(camera)
    _record(camera, "look", by, purpose=purpose, **more)


def replay(camera: Camera, at: datetime, *, purpose: str, by: Actor) -> None:
    """The log says who looks at the recording of which moment, and what for."""
    lock(camera)
    _record(camera, "replay", by, purpose=purpose, moment=at.isoformat(timespec="seconds"))


def found(
    camera: Camera,
    *,
    kind: Kind,
    change: Change,
    at: datetime,
    rule: str,
    score: float | None = None,
    seen: Seen | None = None,
    words: str = "",
) -> Alarm | None:
    """What the watch has found is merged into its alarm; None where nothing goes on.

    Of one kind a camera has one alarm that goes on, however often the watch was killed meanwhile.
    """
    if change is Change.CLEARED and not queries.goes_on(camera.id, kind):
        return None
    where = _place_of(camera, seen) if seen else None
    signal = Signal(
        kind=kind,
        change=change,
        at=at,
        device=queries.device_of(camera.id),
        lonlat=where[:2] if where else None,
        accuracy_m=where[2] if where else None,
        words=words,
        rule=rule,
        score=score,
    )
    return alarms.hear(signal, source=queries.SOURCE, received_at=clock.now()).alarm


def placed(signals: Sequence[Signal], *, source: str) -> list[Signal]:
    """Those that say in which part of its picture a camera of the source saw something lie there on the
    ground, as findings of our own rules do. A camera that turns may have looked anywhere."""
    wanted = sorted(
        {each.device for each in signals if each.box and each.device and not each.lonlat}
    )
    if not wanted:
        return list(signals)
    cameras = known_alarms.cameras_of(source, wanted)
    return [_placed(each, cameras.get(each.device or "")) for each in signals]


def _placed(signal: Signal, camera: Camera | None) -> Signal:
    box = signal.box
    if box is None or signal.lonlat or camera is None or camera.kind != CameraKind.FIXED:
        return signal
    foot = ((box.left + box.right) / 2, box.bottom)
    where = _place_of(camera, Seen(box.left, box.right, foot, USUAL_ASPECT))
    return replace(signal, lonlat=where[:2], accuracy_m=where[2]) if where else signal


def _place_of(camera: Camera, seen: Seen) -> Place | None:
    """By four points of the ground; else by how the camera hangs, or the part of its ground in that direction,
    whichever is more exact; None where nothing says more than what the camera sees."""
    if camera.ground and seen.foot:
        exact = ground.lonlat_of(camera.ground, seen.foot)
        if exact is not None:
            return exact
    pose = _pose_of(camera)
    if pose is None:
        return None
    ring = placing.wedge(pose, seen)
    return placing.best(
        placing.by_pose(pose, seen), queries.part_seen(camera.id, ring) if ring else None
    )


def _pose_of(camera: Camera) -> Pose | None:
    """How a camera that does not turn hangs, as far as the catalogue knows."""
    known = camera.bearing, camera.fov, camera.range_m
    if camera.kind != CameraKind.FIXED or camera.lonlat is None or None in known:
        return None
    return Pose(
        camera.lonlat,
        camera.bearing or 0.0,
        camera.bearing_doubt,
        camera.fov or 0.0,
        camera.range_m or 0.0,
        camera.mount_height_m,
        camera.tilt,
    )


def keep_seen(
    alarm_id: int, picture: bytes, *, camera: Camera, zone_id: int | None, at: datetime
) -> None:
    """The alarm has the picture that a rule saw. Raises `OSError` where no file can be written."""
    file = files.keep(picture, "image/jpeg", by=None, name=f"camera-{camera.id}.jpg")
    _add_picture(alarm_id, file, camera_id=camera.id, zone_id=zone_id, at=at)


def keep_sent(alarm: Alarm, picture: bytes, *, at: datetime) -> bool:
    """The alarm has a picture that came with it, grey where its camera is masked; False where it has enough,
    or this is none.

    Raises `OSError` where no file can be written.
    """
    if queries.picture_count(alarm.id) >= MOST_MEDIA:
        return False
    masks = queries.masks_of(alarm.camera_id) if alarm.camera_id is not None else []
    try:
        shown = pictures.masked(picture, masks) if masks else picture
        file = files.keep_picture(io.BytesIO(shown), by=HOUSE)
    except (NotOpen, Unacceptable):
        return False
    _add_picture(alarm.id, file, camera_id=alarm.camera_id, zone_id=None, at=at)
    return True


def want_clip(alarm_id: int, camera_id: int, *, begun: bool = False) -> int | None:
    """A clip of the alarm is asked for; answers its key, None where the alarm has enough of them.

    `begun`: whoever asks films it already.
    """
    if queries.clip_count(alarm_id) >= MOST_CLIPS:
        return None
    now = clock.now()
    made = CameraClip(
        alarm_id=alarm_id, camera_id=camera_id, wanted_at=now, begun_at=now if begun else None
    )
    db.session.add(made)
    db.session.flush()
    return made.id


def keep_clip(row: int, body: bytes, *, began_at: datetime, seconds: float) -> None:
    """The clip that was asked for is there. Raises `OSError` where no file can be written."""
    clip = queries.clip_wanted(row)
    if clip is None or clip.file_id is not None:
        return
    file = files.keep(body, "video/mp4", by=None, name=f"camera-{clip.camera_id}.mp4")
    clip.file_id, clip.began_at, clip.seconds = file.id, began_at, seconds
    db.session.flush()


def keep_film(
    alarm: Alarm, body: bytes, *, named: str, began_at: datetime, seconds: float, by: Actor
) -> CameraClip:
    """The film of a recorder is a clip of the alarm. Raises `OSError` where no file can be written,
    `Unacceptable` where it is there already."""
    now, camera_id = clock.now(), alarm.camera_id
    if camera_id is None:
        raise LookupError(f"nobody knows the camera of alarm {alarm.id}")
    file = files.keep(body, "video/mp4", by=by, name=f"camera-{camera_id}.mp4")
    made = CameraClip(
        alarm_id=alarm.id,
        camera_id=camera_id,
        file_id=file.id,
        wanted_at=now,
        begun_at=now,
        began_at=began_at,
        seconds=seconds,
        named=named,
    )
    there = Unacceptable(_l("This film is here already. Look at the page again."))
    with refusing(uq_camera_clip_named=there):
        db.session.add(made)
        db.session.flush()
    return made


def play_clip(clip: CameraClip, *, purpose: str, by: Actor) -> None:
    """The log of the camera says who looks at the clip, and what for."""
    moment = (clip.began_at or clip.wanted_at).isoformat(timespec="seconds")
    _record(clip.camera, "replay", by, purpose=purpose, moment=moment, alarm=clip.alarm_id)


def erase_clip(clip: CameraClip) -> None:
    """The film is gone, and the log says so; that it was there stays."""
    file = clip.file
    clip.file, clip.file_id, clip.erased_at = None, None, clock.now()
    db.session.flush()
    if file is not None:
        erase(file)
    ALARM_FLOW.record(clip.alarm, "clip_erased", by=HOUSE)


def erase_picture(picture: CameraPicture) -> None:
    """The picture is gone, and the log says so; the alarm stays, and that the picture was there."""
    file = picture.file
    picture.file, picture.file_id, picture.erased_at = None, None, clock.now()
    db.session.flush()
    if file is not None:
        erase(file)
    ALARM_FLOW.record(picture.alarm, "picture_erased", by=HOUSE)


def _add_picture(
    alarm_id: int, file: StoredFile, *, camera_id: int | None, zone_id: int | None, at: datetime
) -> None:
    db.session.add(
        CameraPicture(
            alarm_id=alarm_id, camera_id=camera_id, zone_id=zone_id, file_id=file.id, taken_at=at
        )
    )
    db.session.flush()


def _describe(zone: CameraZone, said: ZoneForm) -> None:
    zone.name, zone.kind = said.name, said.kind
    zone.corners = [list(each) for each in checked_corners(said.polygon())]
    zone.inertia, zone.seconds, zone.level = said.inertia, said.lasting, said.level
    zone.person, zone.begins, zone.ends = not said.any_motion, said.begins, said.ends


def _taken() -> dict[str, Unacceptable]:
    words = _l("This camera has a zone of this name already.")
    return {"uq_camera_zone_name": Unacceptable(words, fields={"name": words})}


def _record(camera: Camera, move: str, by: Actor | None, **data: Any) -> None:
    audit.record(
        kind="camera",
        thing_id=camera.id,
        move=move,
        by=by,
        grid_id=camera.grid_id,
        grid_version_id=camera.grid_version_id,
        data=data,
    )
