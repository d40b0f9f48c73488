"""Questions about alarms: where their devices stand, what belongs together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import contains_eager, joinedload

from webapp.base import clock
from webapp.base.db import db
from webapp.cases.models import Assignment, Case
from webapp.cases.rules import UNASKED
from webapp.monitoring.alarms import standing
from webapp.monitoring.alarms.ladders import Act
from webapp.monitoring.alarms.models import (
    Alarm,
    AlarmCall,
    AlarmCap,
    Incident,
    LadderRung,
    LadderStep,
    Shelf,
)
from webapp.monitoring.alarms.rules import (
    ACTIVE,
    CAP_TIME,
    NEAR_M,
    NEVER_CAPPED,
    SOON,
    USUAL_CAP,
    State,
    in_window,
)
from webapp.monitoring.alarms.standing import Standing
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.signals import KINDS, Kind, Severity


# The open incidents of the newest alarms of each device. Each device and each incident is looked up by itself
# (OFFSET 0 keeps the conditions out of the look-up): no statistics of before a storm make the planner begin at
# all that is open. Both columns stand in the order, for that of an index is not seen behind IS NULL.
def _newest(whose: str) -> str:
    return f"""
        CROSS JOIN LATERAL (
            SELECT a.incident_id FROM alarm a WHERE a.source = w.source AND a.device {whose}
            ORDER BY a.device DESC, a.received_at DESC LIMIT :most
        ) said
        JOIN LATERAL (
            SELECT i.id, i.ended_at, i.last_at FROM incident i WHERE i.id = said.incident_id OFFSET 0
        ) i ON i.ended_at IS NULL AND i.last_at >= :since
    """


_LATELY = text(
    f"""
    SELECT DISTINCT w.source, w.device, i.id
    FROM unnest(cast(:sources AS text[]), cast(:devices AS text[])) AS w (source, device) {_newest("= w.device")}
    UNION
    SELECT w.source, NULL, i.id
    FROM unnest(cast(:nameless AS text[])) AS w (source) {_newest("IS NULL")}
    """
)
# What a device said further back than so many alarms joins nothing.
NEWEST = 20


# The open incidents around a point, each with its distance: by an index that only these have a place in.
def _around(point: str) -> str:
    return f"""
        SELECT o.id, o.family, o.exercise, o.opened_at, o.last_at, ST_Distance(o.geom, {point}) AS away FROM incident o
        WHERE ST_DWithin(CASE WHEN o.ended_at IS NULL THEN o.geom END, {point}, {NEAR_M}) OFFSET 0
    """


_FAMILY = " ".join(f"WHEN '{kind}' THEN '{each.family}'" for kind, each in KINDS.items())
_NEAR = text(
    f"""
    incident.id = ANY(ARRAY(
    SELECT n.id
    FROM alarm a CROSS JOIN LATERAL (
        SELECT i.id FROM ({_around("a.geom")}) i
        WHERE i.family = CASE a.kind {_FAMILY} END AND i.exercise = a.exercise
            AND i.last_at >= a.received_at - cast(:soon AS interval)
            AND i.opened_at <= a.received_at + cast(:soon AS interval)
        ORDER BY i.away, i.id LIMIT 1
    ) n
    WHERE a.id = ANY(cast(:keys AS bigint[]))
    ))
    """
)
_OLDER = text(
    f"""
    SELECT i.id
    FROM incident own CROSS JOIN LATERAL ({_around("own.geom")}) i
    WHERE own.id = :own AND i.id < own.id AND i.family = own.family AND i.exercise = own.exercise
        AND i.last_at >= own.opened_at - cast(:soon AS interval)
        AND i.opened_at <= own.opened_at + cast(:soon AS interval)
    ORDER BY i.id LIMIT 1
    """
)
# SQL: an alarm of these keys that has a name, goes on, or was heard of since a moment. Each way by an index of its
# own: a device that has been there for years has more rows than may be read for each of its signals. OFFSET 0 keeps
# each key looked up by itself, whatever the planner believes about the table.
_ACTIVE = ", ".join(f"'{each}'" for each in sorted(ACTIVE))
OF_KEYS = text(
    f"""
    alarm.id = ANY(ARRAY(
    SELECT a.id
    FROM unnest(cast(:keys AS text[])) AS w (key) CROSS JOIN LATERAL (
        (SELECT id FROM alarm WHERE key = w.key AND own_id IS NOT NULL OFFSET 0)
        UNION ALL
        (SELECT id FROM alarm WHERE key = w.key AND state IN ({_ACTIVE}) OFFSET 0)
        UNION ALL
        (SELECT id FROM alarm WHERE key = w.key AND greatest(first_at, live_at, over_at, closed_at) >= :since OFFSET 0)
    ) a
    ))
    """
)
_SHELVES = (
    select(Shelf)
    .where(Shelf.span.op("@>")(bindparam("moment", type_=TIMESTAMP(timezone=True))))
    .order_by(Shelf.id)
)

# SQL, of a row that was just written: how often its device may still ring for its kind, itself included, in
# the hour that ends with it, without the rows that were written with it; NULL where it may always. Asked with
# the row, for it is asked of each new one.
_NEVER = ", ".join(f"'{kind}'" for kind in sorted(NEVER_CAPPED))
_CAP = f"coalesce((SELECT c.most FROM alarm_cap c WHERE c.kind = alarm.kind), {USUAL_CAP})"
ROOM: ColumnElement[int] = literal_column(
    f"""
    CASE WHEN alarm.device IS NOT NULL AND NOT alarm.exercise AND alarm.kind NOT IN ({_NEVER}) THEN {_CAP} - (
        SELECT count(*)
        FROM (
            SELECT 1
            FROM alarm o
            WHERE o.source = alarm.source AND o.device = alarm.device AND o.kind = alarm.kind
                AND o.received_at > alarm.received_at - interval '{CAP_TIME.total_seconds():.0f} seconds'
                AND NOT o.exercise AND (o.quiet IS NULL OR o.quiet IN ('chattering', 'noisy'))
            LIMIT {_CAP}
        ) lately
    ) END
    """,
    BigInteger,
).label("room")

# Statements of the way of every alarm are built once: to build them anew costs more than their answers.
_CODES: BindParameter[str] = bindparam("codes", expanding=True)
_NUMBERS = select(Camera.id, Camera.external_id, Camera.gb_id).where(
    Camera.closed_at.is_(None), or_(Camera.external_id.in_(_CODES), Camera.gb_id.in_(_CODES))
)
_STEPS = (
    select(LadderStep.incident_id)
    .where(LadderStep.incident_id.in_(bindparam("keys", expanding=True)))
    .distinct()
)


def one(alarm_id: int) -> Alarm | None:
    """An alarm by its key."""
    return db.session.get(Alarm, alarm_id)


def incident(incident_id: int) -> Incident | None:
    """An incident by its key."""
    return db.session.get(Incident, incident_id)


def away_from(incident: Incident) -> ColumnElement[float]:
    """SQL: metres from an incident to each other one, NULL where a place is not known."""
    away: ColumnElement[float] = func.ST_Distance(Incident.geom, incident.geom)
    return away


def is_active(source: str, device: str) -> bool:
    """True while something of this device of a source is an alarm that goes on."""
    found = select(Alarm.id).where(
        Alarm.source == source, Alarm.device == device, Alarm.state.in_(ACTIVE)
    )
    return db.session.scalar(found.limit(1)) is not None


def cameras_of(source: str, devices: Collection[str]) -> dict[str, Camera]:
    """The cameras that a source calls so: its own, those of these national numbers, or the only ones."""
    return {device: camera for device, (camera,) in _cameras(source, devices, Camera).items()}


def camera_of(source: str, device: str) -> Camera | None:
    """The same for one device."""
    return cameras_of(source, (device,)).get(device)


def _cameras(source: str, devices: Collection[str], *read: Any) -> dict[str, list[Any]]:
    own = db.session.execute(_own(read), {"source": source, "codes": sorted(devices)})
    found = {code: rest for code, *rest in own}
    others = sorted({each for each in devices if each not in found})
    if others:
        known = _only(db.session.execute(_NUMBERS, {"codes": others}).all())
        wanted = {device: known[device] for device in others if device in known}
        if wanted:
            rows = select(Camera.id, *read).where(Camera.id.in_(wanted.values()))
            by_id = {key: rest for key, *rest in db.session.execute(rows)}
            found |= {device: by_id[key] for device, key in wanted.items()}
    return found


@cache
def _own(read: tuple[Any, ...]) -> Select[Any]:
    return select(Camera.external_id, *read).where(
        Camera.closed_at.is_(None),
        Camera.source == bindparam("source"),
        Camera.external_id.in_(bindparam("codes", expanding=True)),
    )


def _only(rows: Sequence[Any]) -> dict[str, int]:
    """Keys by national number, else by a number that only one camera has."""
    by_code: dict[str, list[int]] = {}
    for row in rows:
        by_code.setdefault(row.external_id, []).append(row.id)
    known = {code: keys[0] for code, keys in by_code.items() if len(keys) == 1}
    return known | {row.gb_id: row.id for row in rows if row.gb_id is not None}


def showing(source: str, name: str, *, since: datetime) -> Alarm | None:
    """The newest alarm of a source since a moment that has a picture or film which the source calls so."""
    found = select(Alarm).where(
        Alarm.source == source,
        Alarm.received_at >= since,
        Alarm.media.contains([name]),
        Alarm.media != literal_column("'{}'"),
    )
    return max(db.session.scalars(found), key=lambda each: each.id, default=None)


def incidents_near(alarms: Collection[Alarm]) -> list[Incident]:
    """The open incidents to which alarms with a place may belong: of each alarm the nearest of its family
    that is as near and as soon as the rules say.
    """
    keys = [each.id for each in alarms if each.geom is not None]
    if not keys:
        return []
    found = select(Incident).where(_NEAR).order_by(Incident.id)
    return list(db.session.scalars(found, {"keys": keys, "soon": SOON}))


def incidents_at(alarms: Collection[Alarm]) -> list[tuple[str, str | None, Incident]]:
    """(source, device, open incident to which an alarm of theirs belongs) for the devices of alarms
    without a place, the oldest incident first."""
    there = [each for each in alarms if each.geom is None]
    if not there:
        return []
    named = sorted({(each.source, each.device) for each in there if each.device is not None})
    nameless = sorted({each.source for each in there if each.device is None})
    devices: dict[str, list[str]] = {
        "sources": [source for source, _device in named],
        "devices": [device for _source, device in named],
    }
    since = min(each.received_at for each in there) - SOON
    asked = {**devices, "nameless": nameless, "most": NEWEST, "since": since}
    said = db.session.execute(_LATELY, asked).all()
    known = {each.id: each for each in incidents({key for _source, _device, key in said})}
    found = [(source, device, known[key]) for source, device, key in said]
    return sorted(found, key=lambda each: each[2].id)


def incidents(keys: Collection[int]) -> list[Incident]:
    """Incidents by their keys."""
    return list(db.session.scalars(select(Incident).where(Incident.id.in_(keys)))) if keys else []


def with_steps(incidents: Collection[Incident]) -> set[int]:
    """The keys of those whose ladder has begun."""
    keys = [each.id for each in incidents]
    return set(db.session.scalars(_STEPS, {"keys": keys})) if keys else set()


def camera_standings(source: str, devices: Collection[str]) -> dict[str, Standing]:
    """Where alarms of cameras lie: in the middle of what each sees past the buildings, give or take the way to
    its farthest corner; where that is nobody's grid, or what it sees is not known, where it stands."""
    read = _where_seen()
    return {device: _standing(*row) for device, row in _cameras(source, devices, *read).items()}


@cache
def _where_seen() -> tuple[Any, ...]:
    seen = case((func.ST_IsEmpty(Camera.visible).is_(False), Camera.visible), else_=Camera.sector)
    middle = middle_of(seen)
    held = select(func.grid_at(middle).table_valued("grid_id").c.grid_id).scalar_subquery()
    away = func.ST_MaxDistance(middle, seen)
    return (Camera.id, Camera.name, Camera.geom, Camera.range_m, middle, away, held)


def middle_of(ground: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQL: the middle of some ground, or a point of it where its middle lies beside it."""
    middle = func.ST_Centroid(ground)
    inside = func.ST_Covers(ground, middle)
    return case((inside, middle), else_=func.ST_PointOnSurface(ground)).cast(Camera.geom.type)


def _standing(
    camera_id: int,
    name: str,
    geom: Any,
    range_m: float | None,
    middle: Any,
    away_m: float | None,
    grid_id: int | None,
) -> Standing:
    if range_m is None or middle is None:
        return Standing(name, geom, None, camera_id)
    if grid_id is None:
        return Standing(name, geom, range_m, camera_id)
    return Standing(name, middle, away_m, camera_id)


def camera_standing(source: str, device: str) -> Standing | None:
    """The same for one device."""
    return camera_standings(source, (device,)).get(device)


standing.found_by("cameras", camera_standings)


def older_near(incident: Incident) -> Incident | None:
    """An older open incident of the same family, so near and soon that both are one."""
    if incident.geom is None:
        return None
    key = db.session.scalar(_OLDER, {"own": incident.id, "soon": SOON})
    found = select(Incident).where(Incident.id == key, Incident.ended_at.is_(None))
    return db.session.scalar(found.with_for_update()) if key is not None else None


def shelf(shelf_id: int) -> Shelf | None:
    """A shelf by its key."""
    return db.session.get(Shelf, shelf_id)


def shelves(now: datetime) -> list[Shelf]:
    """Shelves and windows that are not over, the next to end first."""
    found = select(Shelf).options(joinedload(Shelf.made_by)).where(func.upper(Shelf.span) > now)
    return list(db.session.scalars(found.order_by(func.upper(Shelf.span), Shelf.id)))


def shelves_at(moment: datetime) -> list[Shelf]:
    """Shelves and windows in force at a moment, the first one first."""
    here = moment.astimezone(clock.Calendar().zone)
    found = db.session.scalars(_SHELVES, {"moment": moment})
    return [each for each in found if _holds(each, here)]


def _holds(shelf: Shelf, here: datetime) -> bool:
    if shelf.weekdays is None or shelf.begins is None or shelf.ends is None:
        return True
    return in_window(shelf.weekdays, shelf.begins, shelf.ends, here)


def caps() -> dict[str, int]:
    """How often in an hour one device rings for a kind, where the office has laid that down."""
    rows = db.session.execute(select(AlarmCap.kind, AlarmCap.most))
    return {kind: most for kind, most in rows}


def cap(kind: Kind) -> AlarmCap | None:
    """What the office has laid down for a kind."""
    return db.session.scalar(select(AlarmCap).where(AlarmCap.kind == kind))


def calm(since: datetime) -> list[Alarm]:
    """Alarms of devices that rang too often, and since a moment did no more."""
    found = select(Alarm).where(
        Alarm.kind == Kind.NOISY, Alarm.state.in_(ACTIVE), Alarm.live_at < since
    )
    return list(db.session.scalars(found.order_by(Alarm.id)))


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


# Incidents for which the ladder has wanted people: no case yet and a step that is due, or a case to
# which nobody is sent.
_WANTS = exists().where(
    LadderStep.incident_id == Incident.id,
    LadderStep.act == Act.SEND,
    LadderStep.due_at <= bindparam("now"),
)
_UNASKED = Case.state.in_(UNASKED)


def are_waiting(many: int, now: datetime, *, since: datetime) -> bool:
    """True where so many incidents that began since a moment wait for somebody to be asked, or more."""
    found = (
        select(Incident.id)
        .outerjoin(Case, Case.id == Incident.case_id)
        .where(
            Incident.ended_at.is_(None),
            Incident.exercise.is_(False),
            Incident.opened_at >= since,
            or_(Incident.case_id.is_(None), _UNASKED),
            _WANTS,
        )
        .limit(many)
    )
    return len(db.session.scalars(found, {"now": now}).all()) >= many


def waiting(now: datetime, limit: int = 60) -> list[Incident]:
    """Incidents with a case to which nobody is sent so far: lives first, then who has waited longest."""
    life = [kind.value for kind, what in KINDS.items() if what.life]
    found = (
        select(Incident)
        .join(Incident.case)
        .options(contains_eager(Incident.case))
        .where(Incident.ended_at.is_(None), Incident.exercise.is_(False), _UNASKED, _WANTS)
        .order_by(Incident.kind.in_(life).desc(), Incident.opened_at, Incident.id)
    )
    return list(db.session.scalars(found.limit(limit), {"now": now}))


def asked_for(case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Who was asked to handle each of these cases and did not go."""
    found = select(Assignment.case_id, Assignment.account_id).where(
        Assignment.case_id.in_(case_ids),
        Assignment.duty == "handle",
        Assignment.account_id.is_not(None),
        Assignment.ended_at.is_not(None),
    )
    asked: dict[int, set[int]] = {}
    for case_id, account_id in db.session.execute(found):
        asked.setdefault(case_id, set()).add(account_id)
    return {case_id: frozenset(accounts) for case_id, accounts in asked.items()}
