"""How a message comes into the inbox: new, again, unreadable, or not for us."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from webapp.base.db import db
from webapp.base.sealing import seal
from webapp.monitoring.intake import queries
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.intake.rules import Format, NotRead, Status, Why
from webapp.monitoring.signals import Read, Signal

# The bytes of what was too large are kept so far.
KEPT_OF_LARGE = 64 * 1024


@dataclass(frozen=True)
class Sent:
    """A message as it came in: its bytes, what was said of them, and what stood beside them."""

    body: bytes
    content_type: str = ""
    topic: str = ""


REPEAT = "repeat"


@dataclass(frozen=True)
class Taken:
    """What became of a message. `id` is its number in the inbox, None where nothing of it is kept."""

    status: str
    id: int | None = None
    alarm_ids: tuple[int, ...] = ()
    what: tuple[str, ...] = ()
    refusal: NotRead | None = None


def arrive(source: Source, form: Format, sent: Sent, found: Read, now: datetime) -> Message | None:
    """The message is in the inbox; None where one of its name is there already."""
    values = {
        "message_id": found.message_id,
        "status": Status.OK,
        "own_id": own_id(found),
        "until": found.until,
    }
    return _arrive(source, form, sent, now, values)


def arrive_all(
    source: Source, form: Format, said: Sequence[tuple[Sent, Read]], now: datetime
) -> dict[str, int]:
    """Those of these messages that are new are in the inbox; answers their numbers by their names."""
    rows = {
        str(found.message_id): {
            **_row(source, form, sent, now),
            "message_id": found.message_id,
            "status": Status.OK,
            "own_id": own_id(found),
            "until": found.until,
        }
        for sent, found in reversed(said)
    }
    # In the order of their names, so that two who bring the same never wait for each other.
    arriving = insert(Message).on_conflict_do_nothing().returning(Message.message_id, Message.id)
    made = db.session.execute(
        arriving, [rows[each] for each in sorted(rows)], execution_options={"render_nulls": True}
    )
    return {str(name): number for name, number in made}


def settle(merged: Mapping[int, Taken]) -> None:
    """The messages of these numbers know what became of them."""
    rows = [
        {"id": number, "status": each.status, "signals": len(each.what), "alarms": each.alarm_ids}
        for number, each in sorted(merged.items())
    ]
    queries.settle(rows)


def all_again(
    source: Source, untils: Sequence[tuple[str, datetime | None]], now: datetime
) -> dict[str, Taken]:
    """Messages of these names are counted once more for each time that they are named."""
    if not untils:
        return {}
    known = queries.all_named(source.id, {name for name, _until in untils})
    for name, until in untils:
        first = known.get(name)
        if first is None:
            raise LookupError(f"the message {name} is neither new nor known")
        _count(first, now, until)
    db.session.flush()
    return {name: _as_before(first) for name, first in known.items()}


def own_id(found: Read) -> str | None:
    """The alarm that a message is about, as its source names it."""
    names = [each.own_id for each in found.told if isinstance(each, Signal) and each.own_id]
    return names[0] if names else None


def again(source: Source, message_id: str, now: datetime, until: datetime | None = None) -> Taken:
    """The message is counted once more; what it began goes on for longer."""
    first = queries.named(source.id, message_id)
    if first is None:
        raise LookupError(f"the message {message_id} is neither new nor known")
    _count(first, now, until)
    db.session.flush()
    return _as_before(first)


def _count(first: Message, now: datetime, until: datetime | None) -> None:
    first.times, first.last_at = first.times + 1, now
    if until is not None and first.until is not None:
        first.until = max(first.until, until)


def _as_before(first: Message) -> Taken:
    if first.status == Status.DEAD:
        refusal = NotRead(Why(str(first.why)), first.detail)
        return Taken(Status.DEAD, first.id, refusal=refusal)
    status = first.status if first.status == Status.IGNORED else REPEAT
    return Taken(status, first.id, tuple(first.alarm_ids))


def dead(source: Source, form: Format, sent: Sent, refusal: NotRead, now: datetime) -> Taken:
    """The message is a dead letter with its reason."""
    name = dead_name(sent.body)
    values = {
        "message_id": name,
        "status": Status.DEAD,
        "why": refusal.why,
        "detail": refusal.detail[:200],
    }
    if refusal.why is Why.LARGE:
        sent = Sent(sent.body[:KEPT_OF_LARGE], sent.content_type, sent.topic)
    arrived = _arrive(source, form, sent, now, values)
    if arrived is None:
        return again(source, name, now)
    return Taken(Status.DEAD, arrived.id, refusal=refusal)


def bury(message: Message, sent: Sent, refusal: NotRead) -> Taken:
    """What was in the inbox under its own name is a dead letter, unless it is one already."""
    name = dead_name(sent.body)
    known = queries.named(message.source_id, name)
    message.message_id = name if known is None else f"{name}:{message.id}"
    message.status, message.why, message.detail = Status.DEAD, refusal.why, refusal.detail
    message.until = None
    db.session.flush()
    return Taken(Status.DEAD, message.id, refusal=refusal)


def ignored(
    source: Source, form: Format, sent: Sent, found: Read, now: datetime, detail: str = ""
) -> Taken:
    """The message is not for us: the first of its sort is kept for a while, the others are counted.

    Of what names a person nothing is kept but that it came.
    """
    if found.ignored == Why.PERSONAL:
        sent = replace(sent, body=b"")
    name = found.message_id or f"ignored:{found.ignored}:{detail}:{sent.topic}"[:400]
    values = {
        "message_id": name,
        "status": Status.IGNORED,
        "why": found.ignored,
        "detail": detail[:200],
    }
    arrived = _arrive(source, form, sent, now, values)
    if arrived is None:
        return again(source, name, now)
    return Taken(Status.IGNORED, arrived.id)


def dead_name(body: bytes) -> str:
    """What a message is called that nobody could read."""
    return "dead:" + hashlib.sha256(body).hexdigest()


def _arrive(
    source: Source, form: Format, sent: Sent, now: datetime, values: dict[str, Any]
) -> Message | None:
    arriving = insert(Message).values(**_row(source, form, sent, now), **values)
    one: Message | None = db.session.scalar(arriving.on_conflict_do_nothing().returning(Message))
    return one


def _row(source: Source, form: Format, sent: Sent, now: datetime) -> dict[str, Any]:
    return {
        "source_id": source.id,
        "format": form,
        "content_type": sent.content_type[:200],
        "topic": sent.topic[:400],
        "body": seal(sent.body),
        "size": len(sent.body),
        "received_at": now,
        "last_at": now,
    }
