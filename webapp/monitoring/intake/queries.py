"""Questions about the intake: who speaks, what was said before, what nobody could read."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import joinedload, undefer

from webapp.base.db import db
from webapp.base.web import Page
from webapp.monitoring.intake.models import Message, Signature, Source
from webapp.monitoring.intake.rules import Status

PAGE = 50

_SETTLE = text("""
    UPDATE intake_message m SET status = v.status, signals = v.signals, alarm_ids = v.alarms
    FROM jsonb_to_recordset(cast(:rows AS jsonb))
        AS v (id bigint, status text, signals integer, alarms bigint[])
    WHERE m.id = v.id
""")


def source(code: str) -> Source | None:
    """The source of this name."""
    return db.session.scalar(select(Source).where(Source.code == code))


def by_id(source_id: int) -> Source | None:
    """The source of this number, unless it was closed."""
    found = select(Source).where(Source.id == source_id, Source.closed_at.is_(None))
    return db.session.scalar(found)


def of_account(account_id: int | None) -> Source | None:
    """The source that speaks in the name of an account, unless it was closed."""
    found = select(Source).where(Source.account_id == account_id, Source.closed_at.is_(None))
    return db.session.scalar(found)


def sources() -> list[Source]:
    """All sources, those that speak first."""
    return list(
        db.session.scalars(select(Source).order_by(Source.closed_at.is_not(None), Source.code))
    )


def asked() -> list[Source]:
    """The sources that are asked what they said."""
    found = select(Source).where(Source.asked.is_not(None), Source.closed_at.is_(None))
    return list(db.session.scalars(found.order_by(Source.id)))


def named(source_id: int, message_id: str) -> Message | None:
    """The message that a source calls so."""
    return db.session.scalar(
        select(Message).where(Message.source_id == source_id, Message.message_id == message_id)
    )


def all_named(source_id: int, names: Collection[str]) -> dict[str, Message]:
    """The messages that a source calls so, by these names, as they are now; held in the order of
    their numbers until the transaction ends."""
    found = (
        select(Message)
        .where(Message.source_id == source_id, Message.message_id.in_(sorted(names)))
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {str(each.message_id): each for each in db.session.scalars(found)}


def alarm_of(source_id: int, message_id: str) -> str | None:
    """Which alarm a message of a source was about, by the source's own name of it."""
    return db.session.scalar(
        select(Message.own_id).where(
            Message.source_id == source_id,
            Message.message_id == message_id,
            Message.own_id.is_not(None),
        )
    )


def message(message_id: int) -> Message | None:
    """A message with its source and its bytes."""
    found = select(Message).options(joinedload(Message.source), undefer(Message.body))
    return db.session.scalar(found.where(Message.id == message_id))


def count_dead(source_id: int | None = None) -> int:
    """How many messages nobody could read."""
    found = select(func.count()).where(Message.status == Status.DEAD)
    if source_id is not None:
        found = found.where(Message.source_id == source_id)
    return db.session.scalar(found) or 0


def dead(*, after: int | None = None, limit: int = PAGE) -> Page[Message]:
    """Messages nobody could read, the oldest first, with their bytes."""
    found = (
        select(Message)
        .options(joinedload(Message.source), undefer(Message.body))
        .where(Message.status == Status.DEAD)
        .order_by(Message.id)
        .limit(limit + 1)
    )
    if after is not None:
        found = found.where(Message.id > after)
    rows = list(db.session.scalars(found))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def dead_ids(source_id: int | None = None) -> list[int]:
    """The numbers of the messages nobody could read, the oldest first."""
    found = select(Message.id).where(Message.status == Status.DEAD)
    if source_id is not None:
        found = found.where(Message.source_id == source_id)
    return list(db.session.scalars(found.order_by(Message.id)))


def lately(source_id: int, limit: int = 20) -> list[Message]:
    """The newest messages of a source."""
    found = select(Message).where(Message.source_id == source_id)
    return list(db.session.scalars(found.order_by(Message.id.desc()).limit(limit)))


@dataclass(frozen=True)
class Figures:
    """What a source said in a day: so many messages of each status, and how many came again."""

    counts: dict[str, int]
    repeats: int


def day_of(now: datetime) -> dict[int, Figures]:
    """The figures of the last 24 hours, by source."""
    found = (
        select(Message.source_id, Message.status, func.count(), func.sum(Message.times - 1))
        .where(Message.received_at >= now - timedelta(days=1))
        .group_by(Message.source_id, Message.status)
    )
    known: dict[int, Figures] = {}
    for source_id, status, count, again in db.session.execute(found):
        figures = known.get(source_id, Figures({}, 0))
        known[source_id] = Figures({**figures.counts, status: count}, figures.repeats + int(again))
    return known


def run_out(now: datetime, limit: int = 200) -> list[Message]:
    """Messages that said when what they told of is over, and it is time; held by whoever asks."""
    found = (
        select(Message)
        .options(joinedload(Message.source))
        .where(Message.until < now)
        .order_by(Message.until)
        .limit(limit)
        .with_for_update(of=Message, skip_locked=True)
    )
    return list(db.session.scalars(found))


def unpictured(limit: int = 50) -> list[Message]:
    """Messages whose pictures are not with their alarms yet, with their bytes; held by whoever asks."""
    found = (
        select(Message)
        .options(undefer(Message.body))
        .where(Message.unpictured)
        .order_by(Message.id)
        .limit(limit)
        .with_for_update(of=Message, skip_locked=True)
    )
    return list(db.session.scalars(found))


def goes_on(message: Message) -> bool:
    """True when another message of the same alarm says that it lasts longer."""
    longer = select(Message.id).where(
        Message.source_id == message.source_id,
        Message.own_id == message.own_id,
        Message.until > message.until,
    )
    return db.session.scalar(longer.limit(1)) is not None


def settle(rows: Sequence[dict[str, Any]]) -> None:
    """The messages of these numbers have this status, number of signals, and these alarms."""
    db.session.execute(_SETTLE, {"rows": json.dumps(rows)})


def forget(before: datetime, ignored_before: datetime) -> None:
    """Messages received before these moments are gone; of those not for us earlier."""
    db.session.execute(delete(Message).where(Message.received_at < before))
    not_for_us = Message.status == Status.IGNORED
    db.session.execute(delete(Message).where(not_for_us, Message.last_at < ignored_before))


def forget_signatures(before: datetime) -> None:
    """Signatures older than this are no good any more, and gone."""
    db.session.execute(delete(Signature).where(Signature.at < before))
