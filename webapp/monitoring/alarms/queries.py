"""Questions about alarms: which row a signal belongs to, what belongs together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.monitoring.alarms import standing
from webapp.monitoring.alarms.models import (
    Alarm,
    AlarmCall,
    Incident,
    LadderRung,
    LadderStep,
    Shelf,
)
from webapp.monitoring.alarms.rules import ACTIVE, NEAR_M, REARM, SOON, State
from webapp.monitoring.alarms.standing import Standing
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.signals import Severity


def one(alarm_id: int) -> Alarm | None:
    """An alarm by its key."""
    return db.session.get(Alarm, alarm_id)


def incident(incident_id: int) -> Incident | None:
    """An incident by its key."""
    return db.session.get(Incident, incident_id)


def named(key: str) -> Alarm | None:
    """The alarm of a source that names its alarms, held until the transaction ends."""
    found = select(Alarm).where(Alarm.key == key, Alarm.own_id.is_not(None))
    return _held(found)


def unnamed(key: str, order: datetime, *, life: bool) -> Alarm | None:
    """The alarm to which a signal of a source without names belongs, held until the transaction ends.

    The one in whose time it falls; else the one that is going on; else one that was over a moment
    ago, or was closed while it went on and has not been silent since. Where a life may hang on it,
    silence is not waited for.
    """
    silent_since = Alarm.closed_at if life else func.greatest(Alarm.closed_at, Alarm.live_at)
    ended = func.coalesce(Alarm.over_at, Alarm.closed_at)
    inside = (Alarm.first_at <= order) & (ended >= order)
    soon_after = or_(
        # Over, and nobody has closed it: it comes back.
        (Alarm.state != State.CLOSED) & (Alarm.over_at >= order - REARM),
        # Closed by hand while the source said that it goes on: until that is silent, it is the same.
        (Alarm.state == State.CLOSED)
        & or_(Alarm.over_at.is_(None), Alarm.over_at < Alarm.live_at)
        & (silent_since >= order - REARM),
    )
    active = Alarm.state.in_(ACTIVE)
    # An end or a word from before a row began: it belongs to what is going on, or to what just was.
    before = (Alarm.first_at > order) & (Alarm.first_at <= order + REARM)
    found = (
        select(Alarm)
        .where(Alarm.key == key, Alarm.own_id.is_(None))
        .where(or_(inside, active, soon_after, before))
        .order_by((inside & ~active).desc(), active.desc(), Alarm.first_at.desc(), Alarm.id)
        .limit(1)
    )
    return _held(found)


def _held(found: Select[Alarm]) -> Alarm | None:
    held = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(held)


def is_active(source: str, device: str) -> bool:
    """True while something of this device of a source is an alarm that goes on."""
    found = select(Alarm.id).where(
        Alarm.source == source, Alarm.device == device, Alarm.state.in_(ACTIVE)
    )
    return db.session.scalar(found.limit(1)) is not None


def camera_of(source: str, device: str) -> Camera | None:
    """The camera that a source calls so: its own, one of this national number, or the only one."""
    here = Camera.closed_at.is_(None)
    own = select(Camera).where(here, Camera.source == source, Camera.external_id == device)
    found = db.session.scalar(own)
    if found is None and len(device) == 20 and device.isdecimal():
        found = db.session.scalar(select(Camera).where(here, Camera.gb_id == device))
    if found is None:
        others = select(Camera).where(here, Camera.external_id == device).limit(2)
        known = db.session.scalars(others).all()
        found = known[0] if len(known) == 1 else None
    return found


def incident_near(alarm: Alarm, family: str, at: datetime) -> Incident | None:
    """The open incident of the family to which an alarm belongs: as near and as soon as the rules say.

    Without a place, only what the same device tells of belongs together.
    """
    found = select(Incident).where(
        Incident.ended_at.is_(None),
        Incident.family == family,
        Incident.exercise == alarm.exercise,
        Incident.last_at >= at - SOON,
        Incident.opened_at <= at + SOON,
    )
    if alarm.geom is not None:
        found = found.where(func.ST_DWithin(Incident.geom, alarm.geom, NEAR_M))
        found = found.order_by(Incident.geom.op("<->")(alarm.geom), Incident.id)
    else:
        same = select(Alarm.incident_id).where(
            Alarm.source == alarm.source,
            Alarm.device == alarm.device,
            Alarm.incident_id == Incident.id,
        )
        found = found.where(same.exists()).order_by(Incident.id)
    return db.session.scalar(found.limit(1))


def camera_standing(source: str, device: str) -> Standing | None:
    """Where an alarm of a camera lies: in the middle of what it sees; where that is nobody's grid, or
    what it sees is not known, where it stands."""
    camera = camera_of(source, device)
    if camera is None:
        return None
    if camera.range_m is None or camera.sector is None:
        return Standing(camera.name, camera.geom, None, camera.id)
    middle = select(func.ST_Centroid(Camera.sector).label("geom")).where(Camera.id == camera.id)
    seen = middle.subquery()
    held = select(func.grid_at(seen.c.geom).table_valued("grid_id").c.grid_id)
    geom, grid_id = db.session.execute(select(seen.c.geom, held.scalar_subquery())).one()
    if grid_id is None:
        return Standing(camera.name, camera.geom, camera.range_m, camera.id)
    return Standing(camera.name, geom, camera.range_m / 2, camera.id)


standing.found_by("cameras", camera_standing)


def older_near(incident: Incident) -> Incident | None:
    """An older open incident of the same family, so near and soon that both are one."""
    if incident.geom is None:
        return None
    found = select(Incident).where(
        Incident.id < incident.id,
        Incident.ended_at.is_(None),
        Incident.family == incident.family,
        Incident.exercise == incident.exercise,
        Incident.last_at >= incident.opened_at - SOON,
        Incident.opened_at <= incident.opened_at + SOON,
        func.ST_DWithin(Incident.geom, incident.geom, NEAR_M),
    )
    return db.session.scalar(found.order_by(Incident.id).limit(1).with_for_update())


def shelf(shelf_id: int) -> Shelf | None:
    """A shelf by its key."""
    return db.session.get(Shelf, shelf_id)


def shelves(now: datetime) -> list[Shelf]:
    """Shelves and windows that are not over, the next to end first."""
    found = select(Shelf).options(joinedload(Shelf.made_by)).where(func.upper(Shelf.span) > now)
    return list(db.session.scalars(found.order_by(func.upper(Shelf.span), Shelf.id)))


def shelf_over(alarm: Alarm, at: datetime) -> Shelf | None:
    """The shelf or window under which an alarm falls at a moment."""
    found = select(Shelf).where(
        Shelf.span.op("@>")(at),
        or_(Shelf.source.is_(None), Shelf.source == alarm.source),
        or_(Shelf.device.is_(None), Shelf.device == alarm.device),
        or_(Shelf.kind.is_(None), Shelf.kind == alarm.kind),
    )
    return db.session.scalar(found.order_by(Shelf.id).limit(1))


def is_behind(alarm: Alarm) -> bool:
    """True where a device above this one is known to be down: a recorder above its cameras.

    The recorder of a camera is what its source calls like the camera up to the last slash: the
    cameras `nvr-1/3` and `nvr-1/7` hang on `nvr-1`.
    """
    above, slash, _own = (alarm.device or "").rpartition("/")
    if not slash:
        return False
    found = select(Alarm.id).where(
        Alarm.source == alarm.source,
        Alarm.device == above,
        Alarm.kind == alarm.kind,
        Alarm.state.in_(ACTIVE),
    )
    return db.session.scalar(found.limit(1)) is not None


def below(alarm: Alarm) -> list[Alarm]:
    """Active alarms of the same kind at the devices that hang on this one, and are not quiet yet."""
    if not alarm.device:
        return []
    found = select(Alarm).where(
        Alarm.source == alarm.source,
        Alarm.kind == alarm.kind,
        Alarm.state.in_(ACTIVE),
        Alarm.quiet.is_(None),
        Alarm.device.startswith(f"{alarm.device}/", autoescape=True),
    )
    return list(db.session.scalars(found.order_by(Alarm.id)))


def rungs(kind: str) -> list[LadderRung]:
    """The steps laid down for a kind, in their order."""
    found = select(LadderRung).where(LadderRung.kind == kind).order_by(LadderRung.place)
    return list(db.session.scalars(found))


def laid_down() -> dict[str, list[LadderRung]]:
    """The steps that the office has laid down, by kind."""
    found: dict[str, list[LadderRung]] = {}
    for rung in db.session.scalars(select(LadderRung).order_by(LadderRung.kind, LadderRung.place)):
        found.setdefault(rung.kind, []).append(rung)
    return found


def due_step(now: datetime) -> LadderStep | None:
    """A step that is due and that nobody else is doing, held until the transaction ends.

    Those on which a life may hang come first.
    """
    found = (
        select(LadderStep)
        .where(LadderStep.done_at.is_(None), LadderStep.due_at <= now)
        .order_by(LadderStep.life.desc(), LadderStep.due_at, LadderStep.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalar(found)


def call_of(incident_id: int, account_id: int) -> AlarmCall | None:
    """The call of somebody for an incident."""
    found = select(AlarmCall).where(
        AlarmCall.incident_id == incident_id, AlarmCall.account_id == account_id
    )
    return db.session.scalar(found)


def call(call_id: int) -> AlarmCall | None:
    """A call of a phone tree by its key."""
    return db.session.get(AlarmCall, call_id)


def to_close(before: datetime) -> list[Alarm]:
    """Alarms that are over and seen since before a moment and close by themselves."""
    found = select(Alarm).where(
        Alarm.state == State.SETTLED,
        Alarm.max_severity != Severity.CRITICAL,
        func.greatest(Alarm.seen_at, Alarm.over_at, Alarm.heard_at) < before,
    )
    return list(db.session.scalars(found.order_by(Alarm.id).limit(500)))


def ghosts(before: datetime) -> list[Alarm]:
    """Ends whose beginnings never came, last heard of before a moment."""
    found = select(Alarm).where(Alarm.live_at.is_(None), Alarm.heard_at < before)
    return list(db.session.scalars(found.limit(500)))
