"""Questions about the ways to sources: which there are, what is due to be told, what was told of an alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.ways.models import Told, Way
from webapp.monitoring.ways.rules import WAYS, ToldState, WayKind


def way(source_id: int, kind: WayKind) -> Way | None:
    """The way of this kind to a source."""
    return db.session.scalar(select(Way).where(Way.source_id == source_id, Way.kind == kind))


def open_way(way_id: int, version: int) -> Way | None:
    """The way of this number as it was set up then, unless its source was closed; with its source."""
    found = select(Way).options(joinedload(Way.source)).join(Way.source)
    return db.session.scalar(
        found.where(Way.id == way_id, Way.version == version, Source.closed_at.is_(None))
    )


def of_source(source_id: int) -> dict[str, Way]:
    """The ways to a source by their kinds."""
    return {
        each.kind: each
        for each in db.session.scalars(select(Way).where(Way.source_id == source_id))
    }


def open_ways(kind: WayKind) -> list[Way]:
    """The ways of a kind to sources that are open and speak its format."""
    found = select(Way).options(joinedload(Way.source)).join(Way.source)
    clause = (
        Way.kind == kind,
        Source.closed_at.is_(None),
        Source.formats.contains([WAYS[kind].format.value]),
    )
    return list(db.session.scalars(found.where(*clause).order_by(Way.id)))


def telling(alarm: Alarm) -> Way | None:
    """The way by which the source of an alarm is told of it: it speaks the format in which that was told."""
    said_so = select(Message.id).where(
        Message.source_id == Way.source_id,
        Message.own_id == alarm.own_id,
        Message.format == Way.kind,
    )
    found = (
        select(Way)
        .join(Way.source)
        .where(
            Source.code == alarm.source,
            Source.closed_at.is_(None),
            Way.kind.in_((WayKind.THINGSBOARD, WayKind.FRIGATE)),
            said_so.exists(),
        )
    )
    return db.session.scalars(found.order_by(Way.id)).first()


def take_due(now: datetime, *, held_for: timedelta, limit: int = 50) -> list[Told]:
    """What is due to be told and nobody is telling; held for so long by whoever asks and commits."""
    found = (
        select(Told)
        .options(joinedload(Told.alarm), joinedload(Told.source))
        .where(
            Told.state == ToldState.WAITING,
            Told.due_at <= now,
            or_(Told.held_until.is_(None), Told.held_until < now),
        )
        .order_by(Told.due_at, Told.id)
        .limit(limit)
        .with_for_update(of=Told, skip_locked=True)
    )
    rows = list(db.session.scalars(found))
    for row in rows:
        row.held_until = now + held_for
    return rows


def told(told_id: int) -> Told | None:
    """Something a source is to be told, by its number."""
    return db.session.get(Told, told_id)


def alarm_of_told(told_id: int) -> Alarm | None:
    """The alarm that something is told of."""
    return db.session.scalar(
        select(Alarm).join(Told, Told.alarm_id == Alarm.id).where(Told.id == told_id)
    )


def of_alarm(alarm_id: int) -> list[Told]:
    """What the source of an alarm was told, or is to be told, in its order."""
    found = select(Told).options(joinedload(Told.source)).where(Told.alarm_id == alarm_id)
    return list(db.session.scalars(found.order_by(Told.id)))


def untold(source_id: int, kind: WayKind) -> int:
    """How many things a source could not be told so far."""
    found = select(Told.id).where(
        Told.source_id == source_id, Told.kind == kind, Told.state != ToldState.TOLD
    )
    return len(db.session.scalars(found.limit(1000)).all())


def hasten(source_id: int, kind: WayKind, now: datetime) -> None:
    """What waits to be told to a source is due now."""
    waiting = (
        Told.source_id == source_id,
        Told.kind == kind,
        Told.state == ToldState.WAITING,
        Told.due_at > now,
    )
    db.session.execute(update(Told).where(*waiting).values(due_at=now))


def give_up(source_id: int, kind: WayKind, why: str) -> None:
    """What waits to be told to a source is not told any more."""
    waiting = Told.source_id == source_id, Told.kind == kind, Told.state == ToldState.WAITING
    db.session.execute(
        update(Told).where(*waiting).values(state=ToldState.FAILED, why=why, held_until=None)
    )
