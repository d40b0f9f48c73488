"""Questions about video: which zones a camera has, what is to be watched, what an alarm looked like."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    Select,
    case,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.cases.models import Case
from webapp.cases.rules import ENDED
from webapp.monitoring.alarms import queries as alarms, standing
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.alarms.rules import ACTIVE, MOST_MEDIA, nameless_key
from webapp.monitoring.alarms.standing import Standing
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.signals import Kind
from webapp.monitoring.video.models import CameraClip, CameraPicture, CameraZone
from webapp.monitoring.video.placing import Place
from webapp.monitoring.video.rules import CLIP_APART, CLIP_SOON, Corners, ZoneKind

# What the watch and the health of cameras call themselves, a camera and a recorder.
SOURCE, HEALTH = "video", "health"
HEALTH_RULE = "silence/1"
MOST_FILMED, MOST_WRONG = 500, 100
_DEVICE, _RECORDER = "camera-", "recorder "
# What a camera sees past the buildings, inside of a ring: the point from which its farthest corner is
# nearest, and how far that is. A slice is long: from its centroid the way to the camera would be farther.
_PART = text("""
    SELECT ST_X(m.middle) AS x, ST_Y(m.middle) AS y, ST_MaxDistance(m.middle, m.part) AS away
    FROM (
        SELECT p.part, CASE WHEN ST_Covers(p.part, c.center) THEN c.center
                            ELSE ST_PointOnSurface(p.part) END AS middle
        FROM (
            SELECT ST_CollectionExtract(ST_Intersection(
                       CASE WHEN NOT ST_IsEmpty(c.visible) THEN c.visible ELSE c.sector END,
                       ST_GeomFromText(:ring, ST_SRID(c.sector))), 3) AS part
            FROM camera c WHERE c.id = :camera
        ) p
        CROSS JOIN LATERAL ST_MinimumBoundingRadius(p.part) c
        WHERE NOT ST_IsEmpty(p.part)
    ) m
    CROSS JOIN LATERAL grid_at(m.middle) g
    WHERE g.grid_id IS NOT NULL
""")
_Kept = TypeVar("_Kept", CameraClip, CameraPicture)


def device_of(camera_id: int) -> str:
    """What the watch calls a camera in its signals."""
    return f"{_DEVICE}{camera_id}"


def recorder_named(source: str) -> str:
    """What the house calls whoever keeps all cameras of a source."""
    return f"{_RECORDER}{source}"


def zone(camera_id: int, zone_id: int) -> CameraZone | None:
    """A zone of a camera that is in use."""
    found = select(CameraZone).where(
        CameraZone.id == zone_id, CameraZone.camera_id == camera_id, CameraZone.closed_at.is_(None)
    )
    return db.session.scalar(found.options(joinedload(CameraZone.camera)))


def zone_count(camera_id: int) -> int:
    """How many zones a camera has."""
    found = select(func.count()).where(
        CameraZone.camera_id == camera_id, CameraZone.closed_at.is_(None)
    )
    return db.session.scalar(found) or 0


def zones_of(camera_id: int) -> Sequence[CameraZone]:
    """The zones of a camera in the order of their names."""
    found = select(CameraZone).where(
        CameraZone.camera_id == camera_id, CameraZone.closed_at.is_(None)
    )
    return db.session.scalars(found.order_by(CameraZone.name, CameraZone.id)).all()


def masks_of(camera_id: int) -> list[Corners]:
    """The privacy masks of a camera."""
    return [each.drawn.corners for each in zones_of(camera_id) if each.kind == ZoneKind.MASK]


def watched() -> dict[int, list[CameraZone]]:
    """All zones in which something is watched for, and the masks beside them, by their camera."""
    found = (
        select(CameraZone)
        .join(Camera)
        .where(CameraZone.closed_at.is_(None), Camera.closed_at.is_(None))
        .order_by(CameraZone.camera_id, CameraZone.id)
    )
    by_camera: dict[int, list[CameraZone]] = {}
    for each in db.session.scalars(found):
        by_camera.setdefault(each.camera_id, []).append(each)
    return {
        camera_id: zones
        for camera_id, zones in by_camera.items()
        if any(each.kind != ZoneKind.MASK for each in zones)
    }


def goes_on(camera_id: int, kind: Kind) -> bool:
    """True while the watch has an alarm of this kind at this camera that is not over."""
    key = nameless_key(SOURCE, device_of(camera_id), kind)
    found = select(Alarm.id).where(Alarm.key == key, Alarm.state.in_(ACTIVE))
    return db.session.scalar(found.limit(1)) is not None


def beating() -> Sequence[Row[Any]]:
    """Cameras that are heard of again and again: (id, source, status, status_since, geom)."""
    found = select(Camera.id, Camera.source, Camera.status, Camera.status_since, Camera.geom)
    return db.session.execute(found.where(Camera.beats, Camera.closed_at.is_(None))).all()


def offline() -> list[str]:
    """The devices of which it is an alarm now that they do not answer."""
    found = select(Alarm.device).where(
        Alarm.source == HEALTH,
        Alarm.kind == Kind.OFFLINE,
        Alarm.state.in_(ACTIVE),
        Alarm.device.is_not(None),
    )
    return [str(each) for each in db.session.scalars(found)]


def filmed(who: Actor) -> Sequence[Camera]:
    """Cameras of which some address is kept and that `who` may look at, by their names."""
    kept = or_(*(each.is_not(None) for each in (Camera.stream, Camera.snapshot, Camera.webrtc)))
    found = select(Camera).where(
        visible(Camera, who, "video.see"), Camera.closed_at.is_(None), kept
    )
    return db.session.scalars(found.order_by(Camera.name, Camera.id).limit(MOST_FILMED)).all()


def looked_at(who: Actor, keys: Collection[int]) -> Sequence[Camera]:
    """Of these cameras those that `who` may look at, also such as give nothing."""
    found = select(Camera).where(
        visible(Camera, who, "video.see"), Camera.closed_at.is_(None), Camera.id.in_(sorted(keys))
    )
    return db.session.scalars(found).all()


def health(who: Actor) -> Sequence[RowMapping]:
    """Of each source: (source, cameras, online, offline, beating, when any of them was last heard of)."""
    online = Camera.status == CameraStatus.ONLINE
    found = (
        select(
            Camera.source,
            func.count().label("cameras"),
            func.count().filter(online).label("online"),
            func.count().filter(Camera.status == CameraStatus.OFFLINE).label("offline"),
            func.count().filter(Camera.beats).label("beating"),
            func.max(Camera.seen_at).label("seen_at"),
        )
        .where(visible(Camera, who, "video.see"), Camera.closed_at.is_(None))
        .group_by(Camera.source)
        .order_by(Camera.source)
    )
    return db.session.execute(found).mappings().all()


def wrong(who: Actor) -> Sequence[Alarm]:
    """Cameras whose picture is black, covered, moved or frozen now, as the watch told: the newest first."""
    found = (
        select(Alarm)
        .join(Camera, Camera.id == Alarm.camera_id)
        .options(joinedload(Alarm.camera))
        .where(
            visible(Camera, who, "video.see"),
            Alarm.source == SOURCE,
            Alarm.kind.in_((Kind.TAMPER, Kind.FAULT)),
            Alarm.state.in_(ACTIVE),
        )
        .order_by(Alarm.id.desc())
        .limit(MOST_WRONG)
    )
    return db.session.scalars(found).all()


def pictures_of(alarm_id: int) -> Sequence[CameraPicture]:
    """What the rules saw of an alarm, what was erased too, the first picture first."""
    found = select(CameraPicture).where(CameraPicture.alarm_id == alarm_id)
    return db.session.scalars(found.order_by(CameraPicture.id)).all()


def pictures_behind(case_id: int) -> Sequence[CameraPicture]:
    """What the rules saw of the alarms behind a case, the first picture first."""
    found = (
        select(CameraPicture)
        .join(CameraPicture.alarm)
        .join(Alarm.incident)
        .where(Incident.case_id == case_id)
        .options(joinedload(CameraPicture.file), joinedload(CameraPicture.alarm))
    )
    return db.session.scalars(found.order_by(CameraPicture.id).limit(MOST_MEDIA)).all()


def part_seen(camera_id: int, ring: Sequence[tuple[float, float]]) -> Place | None:
    """The middle of what a camera sees inside of a ring (metres), and how far (metres) the rest of it lies
    at most; None where that is nothing, or in nobody's grid."""
    corners = ", ".join(f"{x:.2f} {y:.2f}" for x, y in ring)
    row = db.session.execute(_PART, {"camera": camera_id, "ring": f"POLYGON(({corners}))"}).first()
    if row is None:
        return None
    return *to_lonlat(row.x, row.y), max(1.0, row.away)


def picture_count(alarm_id: int) -> int:
    """How many pictures an alarm has."""
    found = select(func.count()).where(CameraPicture.alarm_id == alarm_id)
    return db.session.scalar(found) or 0


def without_pictures(source: str, *, since: datetime, limit: int) -> Sequence[Alarm]:
    """Alarms of a source since a moment that name an event there and have no picture here, the newest first."""
    found = select(Alarm).where(
        Alarm.source == source,
        Alarm.received_at >= since,
        func.array_to_string(Alarm.media, " ").contains("event/"),
        ~exists().where(CameraPicture.alarm_id == Alarm.id),
    )
    return db.session.scalars(found.order_by(Alarm.received_at.desc(), Alarm.id).limit(limit)).all()


def picture(alarm_id: int, picture_id: int) -> CameraPicture | None:
    """A picture of an alarm, with its file."""
    found = select(CameraPicture).where(
        CameraPicture.id == picture_id, CameraPicture.alarm_id == alarm_id
    )
    return db.session.scalar(found.options(joinedload(CameraPicture.file)))


_CLIP = joinedload(CameraClip.camera), joinedload(CameraClip.file), joinedload(CameraClip.alarm)


def clips_of(alarm_id: int) -> Sequence[CameraClip]:
    """The clips of an alarm, those that were erased too, the first one first."""
    found = select(CameraClip).where(CameraClip.alarm_id == alarm_id, _MADE).options(*_CLIP)
    return db.session.scalars(found.order_by(CameraClip.id)).all()


def clips_behind(case_id: int) -> Sequence[CameraClip]:
    """The clips of the alarms behind a case, likewise."""
    found = (
        select(CameraClip)
        .join(CameraClip.alarm)
        .join(Alarm.incident)
        .where(Incident.case_id == case_id, _MADE)
        .options(*_CLIP)
    )
    return db.session.scalars(found.order_by(CameraClip.id).limit(MOST_MEDIA)).all()


# Asked for and never filmed is shown nowhere.
_MADE = CameraClip.began_at.is_not(None)


def clip_count(alarm_id: int) -> int:
    """How many clips an alarm has, with those that are asked for."""
    found = select(func.count()).where(CameraClip.alarm_id == alarm_id)
    return db.session.scalar(found) or 0


def any_film() -> bool:
    """True where some camera has a stream at all."""
    found = select(Camera.id).where(Camera.stream.is_not(None), Camera.closed_at.is_(None))
    return db.session.scalar(found.limit(1)) is not None


def to_film(keys: Collection[int]) -> list[tuple[int, int]]:
    """Of these alarms of others the camera that sees each best: keys of the alarm and the camera.

    Its own camera first, then those that answer, then the nearest. Not one that was asked a moment ago.
    """
    online = case({CameraStatus.ONLINE: 0, CameraStatus.UNKNOWN: 1}, value=Camera.status, else_=2)
    lately = exists().where(
        CameraClip.camera_id == Camera.id, CameraClip.wanted_at > clock.now() - CLIP_APART
    )
    found = (
        select(Alarm.id, Camera.id)
        .join(
            Camera,
            or_(Camera.id == Alarm.camera_id, func.ST_Covers(Camera.sector, Alarm.geom)),
        )
        .where(
            Alarm.id.in_(keys),
            Alarm.source != SOURCE,
            Alarm.exercise.is_(False),
            Camera.stream.is_not(None),
            Camera.closed_at.is_(None),
            ~lately,
        )
        .ext(distinct_on(Alarm.id))
        .order_by(
            Alarm.id,
            (Camera.id == Alarm.camera_id).desc().nulls_last(),
            online,
            func.ST_Distance(Camera.geom, Alarm.geom),
            Camera.id,
        )
    )
    return [(alarm_id, camera_id) for alarm_id, camera_id in db.session.execute(found)]


def clip_wanted(row: int) -> CameraClip | None:
    """A clip that was asked for, its row held."""
    return db.session.scalar(select(CameraClip).where(CameraClip.id == row).with_for_update())


def take_up_clips() -> Sequence[tuple[int, int]]:
    """The clips that are asked for and not begun are ours now: their keys and those of their cameras."""
    soon = CameraClip.begun_at.is_(None), CameraClip.wanted_at > clock.now() - CLIP_SOON
    taken = update(CameraClip).where(*soon).values(begun_at=clock.now())
    rows = db.session.execute(taken.returning(CameraClip.id, CameraClip.camera_id))
    return [(row, camera_id) for row, camera_id in rows]


def clips_to_erase(before: datetime, limit: int = 500) -> Sequence[CameraClip]:
    """Clips from before a moment whose case, if there is one, has ended."""
    found = _kept_long_enough(CameraClip, CameraClip.began_at < before)
    return db.session.scalars(found.limit(limit)).all()


def pictures_to_erase(before: datetime, limit: int = 500) -> Sequence[CameraPicture]:
    """Pictures from before a moment, likewise."""
    found = _kept_long_enough(CameraPicture, CameraPicture.taken_at < before)
    return db.session.scalars(found.limit(limit)).all()


def _kept_long_enough(table: type[_Kept], old: ColumnElement[bool]) -> Select[_Kept]:
    return (
        select(table)
        .join(table.alarm)
        .outerjoin(Alarm.incident)
        .outerjoin(Incident.case)
        .where(table.file_id.is_not(None), old, or_(Case.id.is_(None), Case.state.in_(ENDED)))
        .options(joinedload(table.file), joinedload(table.alarm))
        .order_by(table.id)
    )


def camera_standing(source: str, device: str) -> Standing | None:
    """Where the watch's name for a camera leads to: what that camera sees."""
    number = device.removeprefix(_DEVICE)
    if source == HEALTH and device.startswith(_RECORDER):
        return Standing(device.removeprefix(_RECORDER))
    if source not in (SOURCE, HEALTH) or not number.isdecimal():
        return None
    camera = db.session.get(Camera, int(number))
    return alarms.camera_standing(camera.source, camera.external_id) if camera else None


standing.found_by("video", standing.one_by_one(camera_standing))
