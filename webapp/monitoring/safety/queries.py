"""Questions about enterprises as safety sees them: which there are, where, what is dangerous in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_, union
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import to_lonlats
from webapp.base.web import Page
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.safety.models import HazardPoint, Licence, Procedure, Profile, Watch
from webapp.monitoring.safety.rules import (
    EXPIRED,
    NEAR_M,
    OFFERED_M,
    OFFICER,
    TOLD_BEFORE,
    Risk,
    Trade,
)
from webapp.monitoring.sensors.models import Sensor
from webapp.monitoring.video.models import CameraZone
from webapp.people.models import Account, Enterprise, Post

PAGE = 50
MOST_ALARMS = 50
MOST_UNSEEN = 200
MOST_DEVICES = 20
A_YEAR = timedelta(days=365)

_WATCHES = (
    joinedload(Watch.camera),
    joinedload(Watch.zone),
    joinedload(Watch.sensor),
)


def worst_first() -> ColumnElement[int]:
    """Red before orange before yellow before blue."""
    ranks = {risk.value: rank for rank, risk in enumerate(Risk)}
    return case(ranks, value=Profile.risk)


def profile(profile_id: int) -> Profile | None:
    """A profile with its enterprise and its grid."""
    whose = joinedload(Profile.enterprise).joinedload(Enterprise.grid)
    return db.session.scalar(select(Profile).options(whose).where(Profile.id == profile_id))


def of_enterprise(enterprise_id: int) -> Profile | None:
    """The profile of an enterprise of the register."""
    return db.session.scalar(select(Profile).where(Profile.enterprise_id == enterprise_id))


def named(name: str) -> Enterprise | None:
    """The one open enterprise of this name that has no code; None when there is none, or several."""
    found = select(Enterprise).where(
        Enterprise.name == name, Enterprise.credit_code.is_(None), Enterprise.closed_at.is_(None)
    )
    known = db.session.scalars(found.limit(2)).all()
    return known[0] if len(known) == 1 else None


def points(profile_id: int) -> Sequence[HazardPoint]:
    """The hazard points of an enterprise with what watches each."""
    found = (
        select(HazardPoint)
        .options(selectinload(HazardPoint.watches).options(*_WATCHES))
        .where(HazardPoint.profile_id == profile_id, HazardPoint.closed_at.is_(None))
    )
    return db.session.scalars(found.order_by(HazardPoint.id)).all()


def point(profile_id: int, point_id: int) -> HazardPoint | None:
    """A hazard point of this enterprise."""
    found = select(HazardPoint).where(
        HazardPoint.id == point_id,
        HazardPoint.profile_id == profile_id,
        HazardPoint.closed_at.is_(None),
    )
    return db.session.scalar(found)


def point_named(profile_id: int, name: str) -> HazardPoint | None:
    """The hazard point of this enterprise that is called so, the first one."""
    found = select(HazardPoint).where(
        HazardPoint.profile_id == profile_id,
        HazardPoint.name == name,
        HazardPoint.closed_at.is_(None),
    )
    return db.session.scalar(found.order_by(HazardPoint.id).limit(1))


def procedures(profile_id: int) -> Sequence[Procedure]:
    """The key procedures of an enterprise with what watches each."""
    found = (
        select(Procedure)
        .options(selectinload(Procedure.watches).options(*_WATCHES))
        .where(Procedure.profile_id == profile_id, Procedure.closed_at.is_(None))
    )
    return db.session.scalars(found.order_by(Procedure.id)).all()


def procedure(profile_id: int, procedure_id: int) -> Procedure | None:
    """A key procedure of this enterprise."""
    found = select(Procedure).where(
        Procedure.id == procedure_id,
        Procedure.profile_id == profile_id,
        Procedure.closed_at.is_(None),
    )
    return db.session.scalar(found)


def watch(profile_id: int, watch_id: int) -> Watch | None:
    """What watches something of this enterprise."""
    of_point = select(HazardPoint.id).where(HazardPoint.profile_id == profile_id)
    of_procedure = select(Procedure.id).where(Procedure.profile_id == profile_id)
    ours = or_(Watch.point_id.in_(of_point), Watch.procedure_id.in_(of_procedure))
    return db.session.scalar(select(Watch).where(Watch.id == watch_id, ours))


def licences(profile_id: int) -> Sequence[Licence]:
    """The licences of an enterprise, the next to end first."""
    found = select(Licence).where(Licence.profile_id == profile_id, Licence.closed_at.is_(None))
    return db.session.scalars(found.order_by(Licence.expires_on, Licence.id)).all()


def licence(licence_id: int) -> Licence | None:
    """A licence with its enterprise."""
    whose = joinedload(Licence.profile).joinedload(Profile.enterprise)
    found = select(Licence).options(whose, joinedload(Licence.file))
    return db.session.scalar(found.where(Licence.id == licence_id, Licence.closed_at.is_(None)))


def licence_numbered(profile_id: int, kind: str, number: str) -> Licence | None:
    """The licence of this enterprise of a kind and a number."""
    found = select(Licence).where(
        Licence.profile_id == profile_id,
        Licence.kind == kind,
        Licence.number == number,
        Licence.closed_at.is_(None),
    )
    return db.session.scalar(found)


def licences_to_tell(today: date, limit: int = 200) -> Sequence[Licence]:
    """Licences whose end has come nearer than was told, held until the transaction ends."""
    left = Licence.expires_on - today
    nearest = case(
        (left < 0, EXPIRED), *((left <= days, days) for days in sorted(TOLD_BEFORE)), else_=None
    )
    found = (
        select(Licence)
        .options(joinedload(Licence.profile).joinedload(Profile.enterprise))
        .join(Licence.profile)
        .join(Profile.enterprise)
        .where(
            Licence.closed_at.is_(None),
            Enterprise.closed_at.is_(None),
            Licence.expires_on <= today + timedelta(days=max(TOLD_BEFORE)),
            or_(Licence.told.is_(None), Licence.told > nearest),
        )
        .order_by(Licence.expires_on, Licence.id)
        .limit(limit)
        .with_for_update(of=Licence, skip_locked=True)
    )
    return db.session.scalars(found).all()


@dataclass(frozen=True)
class Listed:
    """A row of the list: the enterprise, how many hazard points it has, when its next licence ends."""

    profile: Profile
    points: int
    licence_until: date | None


def narrowed(
    who: Actor,
    *,
    words: str = "",
    grid_id: int | None = None,
    risk: str | None = None,
    trade: str | None = None,
    expiring: int | None = None,
    today: date,
) -> Select[Any]:
    """SQL: enterprises that `who` may see with their hazard points and their next end of a licence."""
    licence = select(func.min(Licence.expires_on)).where(
        Licence.profile_id == Profile.id, Licence.closed_at.is_(None)
    )
    dangerous = select(func.count()).where(
        HazardPoint.profile_id == Profile.id, HazardPoint.closed_at.is_(None)
    )
    ends = licence.correlate(Profile).scalar_subquery()
    found: Select[Any] = (
        select(
            Profile,
            dangerous.correlate(Profile).scalar_subquery().label("dangerous"),
            ends.label("licence_ends"),
        )
        .join(Profile.enterprise)
        .where(visible(Profile, who, "safety.see"), Enterprise.closed_at.is_(None))
    )
    if words:
        pattern = containing(words)
        found = found.where(
            or_(
                Enterprise.name.ilike(pattern),
                Enterprise.address.ilike(pattern),
                Enterprise.credit_code == words.strip().upper(),
            )
        )
    if grid_id is not None:
        found = found.where(Enterprise.grid_id == grid_id)
    if risk in list(Risk):
        found = found.where(Profile.risk == risk)
    if trade in list(Trade):
        found = found.where(Profile.trade == trade)
    if expiring is not None:
        found = found.where(ends <= today + timedelta(days=expiring))
    return found.order_by(worst_first(), Profile.id)


def listed(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Listed]:
    """Enterprises that `who` may see, the riskiest first; `expiring`: a licence ends within so many days."""
    found = narrowed(who, **narrowing).options(
        contains_eager(Profile.enterprise).joinedload(Enterprise.grid)
    )
    if after is not None:
        last = select(worst_first(), Profile.id).where(Profile.id == after)
        found = found.where(tuple_(worst_first(), Profile.id) > last.scalar_subquery())
    rows = db.session.execute(found.limit(limit + 1)).all()
    shown = [Listed(*row) for row in rows[:limit]]
    return Page(shown, shown[-1].profile.id if len(rows) > limit else None)


def risks(who: Actor) -> dict[str, int]:
    """How many enterprises that `who` may see have each risk."""
    found = (
        select(Profile.risk, func.count())
        .join(Profile.enterprise)
        .where(visible(Profile, who, "safety.see"), Enterprise.closed_at.is_(None))
        .group_by(Profile.risk)
    )
    return {risk: count for risk, count in db.session.execute(found)}


def own(who: Actor) -> Sequence[Profile]:
    """The enterprises for which `who` acts, by name."""
    found = (
        select(Profile)
        .join(Profile.enterprise)
        .options(contains_eager(Profile.enterprise).joinedload(Enterprise.grid))
        .where(visible(Profile, who, "safety.read_own"), Enterprise.closed_at.is_(None))
    )
    return db.session.scalars(found.order_by(Enterprise.name, Profile.id)).all()


def inside(who: Actor, area: WKBElement) -> list[tuple[Enterprise, Profile | None]]:
    """The enterprises within an area (metres of the installation) that `who` may see in the register,
    each with its profile if safety keeps one: the riskiest first, those without a profile last."""
    found = (
        select(Enterprise, Profile)
        .outerjoin(Profile, Profile.enterprise_id == Enterprise.id)
        .where(
            visible(Enterprise, who, "enterprises.see"),
            Enterprise.closed_at.is_(None),
            func.ST_Covers(area, Enterprise.geom),
        )
        .order_by(worst_first().nulls_last(), Enterprise.name, Enterprise.id)
    )
    return [(firm, profile) for firm, profile in db.session.execute(found)]


def _points(who: Actor) -> Select[HazardPoint]:
    """SQL: the hazard points in use of the enterprises that `who` may see, each with its enterprise, the worst first."""
    return (
        select(HazardPoint)
        .join(HazardPoint.profile)
        .options(contains_eager(HazardPoint.profile).joinedload(Profile.enterprise))
        .where(
            visible(Profile, who, "safety.see"),
            HazardPoint.closed_at.is_(None),
        )
        .order_by(worst_first(), HazardPoint.id)
    )


def points_inside(who: Actor, area: WKBElement) -> Sequence[HazardPoint]:
    """The hazard points within an area, of the enterprises that `who` may see, each with its enterprise."""
    found = _points(who).where(func.ST_Covers(area, HazardPoint.geom))
    return db.session.scalars(found).all()


def unseen_points(who: Actor) -> Sequence[HazardPoint]:
    """The hazard points that no camera of the catalogue sees, of the enterprises that `who` may see."""
    sees = select(Camera.id).where(
        Camera.closed_at.is_(None), func.ST_Covers(Camera.visible, HazardPoint.geom)
    )
    found = _points(who).where(HazardPoint.geom.is_not(None), ~sees.exists())
    return db.session.scalars(found.limit(MOST_UNSEEN)).all()


def on_map(who: Actor, *, limit: int) -> list[list[object]]:
    """Enterprises on a map: [id, lon, lat, name, grid_id], at most `limit` + 1."""
    x, y = func.ST_X(Enterprise.geom), func.ST_Y(Enterprise.geom)
    found = (
        select(Profile.id, x, y, Enterprise.name, Enterprise.grid_id)
        .join(Profile.enterprise)
        .where(
            visible(Profile, who, "safety.see"),
            Enterprise.closed_at.is_(None),
            Enterprise.geom.is_not(None),
        )
        .order_by(worst_first(), Profile.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(found).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [[row[0], lon, lat, *row[3:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]


def alarms(who: Actor, profile: Profile, *, limit: int = MOST_ALARMS) -> Sequence[Alarm]:
    """Alarms of a year at what watches the enterprise, or near it, of those `who` may see; newest first."""
    ours: list[ColumnElement[bool]] = [Alarm.camera_id.in_(_watching(profile.id, Watch.camera_id))]
    sensors = select(Sensor.source, Sensor.external_id).where(
        Sensor.id.in_(_watching(profile.id, Watch.sensor_id))
    )
    ours.append(tuple_(Alarm.source, Alarm.device).in_(sensors))
    if profile.enterprise.geom is not None:
        ours.append(func.ST_DWithin(Alarm.geom, profile.enterprise.geom, NEAR_M))
    lately = Alarm.received_at >= clock.now() - A_YEAR
    # Each way by itself, so that each is found by its index.
    keys = union(*(select(Alarm.id).where(each, lately) for each in ours)).subquery()
    found = (
        select(Alarm)
        .options(joinedload(Alarm.grid))
        .where(
            Alarm.id.in_(select(keys.c.id)),
            visible(Alarm, who, "alarms.see"),
            Alarm.live_at.is_not(None),
        )
    )
    return db.session.scalars(found.order_by(Alarm.id.desc()).limit(limit)).all()


def _watching(profile_id: int, device: InstrumentedAttribute[int | None]) -> ColumnElement[int]:
    of_point = select(HazardPoint.id).where(HazardPoint.profile_id == profile_id)
    of_procedure = select(Procedure.id).where(Procedure.profile_id == profile_id)
    found = select(device).where(
        device.is_not(None),
        or_(Watch.point_id.in_(of_point), Watch.procedure_id.in_(of_procedure)),
    )
    return found.scalar_subquery()


def zone(zone_id: int) -> CameraZone | None:
    """A zone in the picture of a camera that is in use."""
    found = (
        select(CameraZone)
        .join(CameraZone.camera)
        .where(CameraZone.id == zone_id, CameraZone.closed_at.is_(None), Camera.closed_at.is_(None))
    )
    return db.session.scalar(found)


def officers() -> list[int]:
    """Keys of the accounts that look after safety now, wherever they hold their post."""
    found = (
        select(Post.account_id)
        .join(Account, Post.account_id == Account.id)
        .where(
            Post.role == OFFICER,
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
        .distinct()
    )
    return list(db.session.scalars(found))


def devices_near(who: Actor, firm: Enterprise) -> list[tuple[str, str]]:
    """What could watch an enterprise, the nearest first: (camera:1, its name), zones below their camera."""
    if firm.geom is None:
        return []
    found: list[tuple[str, str]] = []
    zones = (
        select(Camera.id, Camera.name, CameraZone.id, CameraZone.name)
        .outerjoin(CameraZone, (CameraZone.camera_id == Camera.id) & CameraZone.closed_at.is_(None))
        .where(
            visible(Camera, who, "cameras.see"),
            Camera.closed_at.is_(None),
            func.ST_DWithin(Camera.geom, firm.geom, OFFERED_M),
        )
        .order_by(Camera.geom.op("<->")(firm.geom), Camera.id, CameraZone.id)
        .limit(MOST_DEVICES)
    )
    for camera, name, zone, zone_name in db.session.execute(zones):
        if not found or f"camera:{camera}" not in dict(found):
            found.append((f"camera:{camera}", name))
        if zone is not None:
            found.append((f"zone:{zone}", f"{name} · {zone_name}"))
    sensors = (
        select(Sensor.id, Sensor.name)
        .where(
            visible(Sensor, who, "sensors.see"),
            Sensor.closed_at.is_(None),
            func.ST_DWithin(Sensor.geom, firm.geom, OFFERED_M),
        )
        .order_by(Sensor.geom.op("<->")(firm.geom), Sensor.id)
        .limit(MOST_DEVICES)
    )
    return found + [(f"sensor:{key}", name) for key, name in db.session.execute(sensors)]
