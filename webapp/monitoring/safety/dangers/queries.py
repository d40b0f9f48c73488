"""Questions about hidden dangers: which there are, which are late, who is to know of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.files import StoredFile
from webapp.base.web import Page
from webapp.cases.models import Case
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import (
    DANGER_FLOW,
    OPEN,
    SOON,
    DangerKind,
    DangerState,
    Level,
)
from webapp.monitoring.safety.models import HazardPoint, Procedure, Profile, Watch
from webapp.monitoring.safety.rules import NEAR_M
from webapp.monitoring.sensors.models import Sensor
from webapp.people.models import Enterprise

PAGE = 50
MOST_OF_ONE = 50


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(HiddenDanger.state == DangerState.ORDERED, HiddenDanger.due_at <= now)


def _lanes(now: datetime) -> dict[str, ColumnElement[bool]]:
    return {
        "open": HiddenDanger.state.in_(OPEN),
        "found": HiddenDanger.state == DangerState.FOUND,
        "late": _late(now),
        "major": and_(HiddenDanger.state.in_(OPEN), HiddenDanger.level == Level.MAJOR),
        "recheck": HiddenDanger.state.in_((DangerState.RECTIFIED, DangerState.RECHECKED)),
        "cleared": HiddenDanger.state == DangerState.CLEARED,
        "void": HiddenDanger.state == DangerState.VOID,
    }


# What has no deadline comes after all that has one.
_DUE = func.coalesce(HiddenDanger.due_at, func.make_timestamptz(9999, 1, 1, 0, 0, 0))


def _whole() -> Select[HiddenDanger]:
    return select(HiddenDanger).options(
        joinedload(HiddenDanger.profile).joinedload(Profile.enterprise),
        joinedload(HiddenDanger.grid),
    )


def danger(danger_id: int) -> HiddenDanger | None:
    """A hidden danger with its enterprise, and where it came from."""
    found = _whole().options(
        joinedload(HiddenDanger.alarm),
        joinedload(HiddenDanger.case),
        joinedload(HiddenDanger.found_by),
        joinedload(HiddenDanger.ordered_by),
    )
    return db.session.scalar(found.where(HiddenDanger.id == danger_id))


def of_alarm(alarm_id: int) -> HiddenDanger | None:
    """The hidden danger that was written down because of an alarm."""
    found = select(HiddenDanger).where(
        HiddenDanger.alarm_id == alarm_id, HiddenDanger.state != DangerState.VOID
    )
    return db.session.scalar(found)


def of_case(case_id: int) -> HiddenDanger | None:
    """The hidden danger that was written down because of a case."""
    found = select(HiddenDanger).where(
        HiddenDanger.case_id == case_id, HiddenDanger.state != DangerState.VOID
    )
    return db.session.scalar(found)


def narrowed(
    who: Actor,
    *,
    lane: str = "open",
    words: str = "",
    level: str | None = None,
    kind: str | None = None,
    grid_id: int | None = None,
) -> Select[Any]:
    """SQL: hidden dangers of a lane that `who` may see, the next deadline first."""
    lanes = _lanes(clock.now())
    found = _whole().where(
        visible(HiddenDanger, who, "dangers.see"), lanes.get(lane, lanes["open"])
    )
    if words:
        pattern = containing(words)
        named = select(Profile.id).join(Profile.enterprise).where(Enterprise.name.ilike(pattern))
        found = found.where(
            or_(HiddenDanger.words.ilike(pattern), HiddenDanger.profile_id.in_(named))
        )
    if level in list(Level):
        found = found.where(HiddenDanger.level == level)
    if kind in list(DangerKind):
        found = found.where(HiddenDanger.kind == kind)
    if grid_id is not None:
        found = found.where(HiddenDanger.grid_id == grid_id)
    return found.order_by(_DUE, HiddenDanger.id)


def listed(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[HiddenDanger]:
    """Hidden dangers of a lane that `who` may see, those whose deadline comes first before the others."""
    found = narrowed(who, **narrowing)
    if after is not None:
        last = select(_DUE, HiddenDanger.id).where(HiddenDanger.id == after)
        found = found.where(tuple_(_DUE, HiddenDanger.id) > last.scalar_subquery())
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def counts(who: Actor) -> dict[str, int]:
    """How many hidden dangers stand in each lane, of those `who` may see."""
    lanes = _lanes(clock.now())
    found = select(*(func.count().filter(clause).label(name) for name, clause in lanes.items()))
    row = db.session.execute(found.where(visible(HiddenDanger, who, "dangers.see"))).one()
    return dict(row._mapping)


def of_profile(profile_id: int, limit: int = MOST_OF_ONE) -> Sequence[HiddenDanger]:
    """The hidden dangers of an enterprise, the open ones first, then the newest."""
    found = select(HiddenDanger).where(
        HiddenDanger.profile_id == profile_id, HiddenDanger.state != DangerState.VOID
    )
    ended = HiddenDanger.state.in_(OPEN).desc()
    return db.session.scalars(found.order_by(ended, HiddenDanger.id.desc()).limit(limit)).all()


def told_late(now: datetime, limit: int = 200) -> Sequence[HiddenDanger]:
    """Those whose deadline is over and not told of yet, held until the transaction ends."""
    return _held(and_(_late(now), HiddenDanger.late_told_at.is_(None)), limit)


def told_soon(now: datetime, limit: int = 200) -> Sequence[HiddenDanger]:
    """Those whose deadline comes soon and that was not told of yet, held until the transaction ends."""
    near = and_(
        HiddenDanger.state == DangerState.ORDERED,
        HiddenDanger.due_at > now,
        HiddenDanger.due_at <= now + SOON,
        HiddenDanger.soon_told_at.is_(None),
    )
    return _held(near, limit)


def _held(which: ColumnElement[bool], limit: int) -> Sequence[HiddenDanger]:
    found = (
        select(HiddenDanger)
        .options(joinedload(HiddenDanger.profile).joinedload(Profile.enterprise))
        .where(which)
        .order_by(HiddenDanger.due_at, HiddenDanger.id)
        .limit(limit)
        .with_for_update(of=HiddenDanger, skip_locked=True)
    )
    return db.session.scalars(found).all()


def photo(danger: HiddenDanger, file_id: int) -> StoredFile | None:
    """A photo of a step of this hidden danger, also of one that was sent back."""
    known = {danger.found_photo_id, danger.rectified_photo_id, danger.rechecked_photo_id}
    if file_id not in known:
        said = select(Event.seq).where(
            Event.thing_kind == DANGER_FLOW.kind,
            Event.thing_id == danger.id,
            Event.data["photo"].as_integer() == file_id,
        )
        if db.session.scalar(said.limit(1)) is None:
            return None
    return db.session.get(StoredFile, file_id)


def profile_of_alarm(alarm: Alarm) -> Profile | None:
    """The enterprise that the device of an alarm watches, else the nearest one."""
    device = or_(
        and_(Watch.camera_id.is_not(None), Watch.camera_id == alarm.camera_id),
        Watch.sensor_id.in_(
            select(Sensor.id).where(
                Sensor.source == alarm.source, Sensor.external_id == alarm.device
            )
        ),
    )
    watching = (
        select(func.coalesce(HazardPoint.profile_id, Procedure.profile_id))
        .select_from(Watch)
        .outerjoin(Watch.point)
        .outerjoin(Watch.procedure)
        .where(device)
        .order_by(Watch.id)
        .limit(1)
    )
    key = db.session.scalar(watching)
    if key is not None:
        return db.session.get(Profile, key)
    return near(alarm) if alarm.geom is not None else None


def near(placed: Alarm | Case) -> Profile | None:
    """The enterprise nearest to a thing, within 150 m."""
    found = (
        select(Profile)
        .join(Profile.enterprise)
        .where(
            Enterprise.closed_at.is_(None),
            func.ST_DWithin(Enterprise.geom, placed.geom, NEAR_M),
        )
        .order_by(Enterprise.geom.op("<->")(placed.geom), Profile.id)
    )
    return db.session.scalar(found.limit(1))


def enterprise_name() -> ColumnElement[str]:
    """SQL: the name of the enterprise in which a hidden danger is."""
    found = select(Enterprise.name).join(Profile, Profile.enterprise_id == Enterprise.id)
    return (
        found.where(Profile.id == HiddenDanger.profile_id).correlate(HiddenDanger).scalar_subquery()
    )
