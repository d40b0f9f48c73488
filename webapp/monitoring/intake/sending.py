"""What a source sends at once: one message, an array of them, or one a line; each stands by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from webapp.monitoring.intake import inbox, several
from webapp.monitoring.intake.arriving import Sent, Taken
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.readers import parts
from webapp.monitoring.intake.readers.values import json_of
from webapp.monitoring.intake.rules import (
    LARGEST,
    LARGEST_PICTURED,
    MOST_AT_ONCE,
    WHY_WORDS,
    Format,
    NotRead,
    Status,
    Why,
)

OF_JSON = frozenset(
    (Format.GENERIC, Format.FRIGATE, Format.THINGSBOARD, Format.SENSORTHINGS, Format.WVP)
)
LINES = ("application/x-ndjson", "application/jsonl", "application/json-seq")


def largest(content_type: str) -> int:
    """How many bytes a request of this type may have."""
    return LARGEST_PICTURED if parts.is_multipart(content_type) else LARGEST


def is_batch(form: Format, sent: Sent) -> bool:
    """True for an array or lines of JSON."""
    if form not in OF_JSON:
        return False
    lines = sent.content_type.partition(";")[0].strip().lower() in LINES
    return lines or sent.body[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"[")


def take_all(source: Source, form: Format, sent: Sent) -> list[Taken]:
    """Each message is taken by itself: one that cannot be read spoils none of the others."""
    if len(sent.body) > largest(sent.content_type):
        return [inbox.refuse(source, form, sent, NotRead(Why.LARGE))]
    if not is_batch(form, sent):
        return [inbox.take(source, form, sent)]
    try:
        pieces = _pieces(sent)
    except NotRead as refusal:
        return [inbox.refuse(source, form, sent, refusal)]
    return several.take_all(source, form, pieces)


def take_each(source: Source, form: Format, sent: Sequence[Sent]) -> list[list[Taken]]:
    """The same for messages that came one after the other, each of them one or several."""
    single = [
        len(each.body) <= largest(each.content_type) and not is_batch(form, each) for each in sent
    ]
    if not all(single):
        return [take_all(source, form, each) for each in sent]
    return [[taken] for taken in several.take_all(source, form, sent)]


def _pieces(sent: Sent) -> list[Sent]:
    if not sent.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
        bodies = [each for each in sent.body.splitlines() if each.strip()]
    else:
        items = json_of(sent.body)
        bodies = [json.dumps(each, separators=(",", ":")).encode() for each in items]
    if not bodies:
        raise NotRead(Why.EMPTY)
    if len(bodies) > MOST_AT_ONCE:
        raise NotRead(Why.LARGE)
    return [Sent(each, "application/json", sent.topic) for each in bodies]


def told(taken: Taken) -> dict[str, Any]:
    """What the source is told of one message."""
    answer: dict[str, Any] = {
        "status": taken.status,
        "id": taken.id,
        "alarms": list(taken.alarm_ids),
        "what": list(taken.what),
    }
    if taken.status == Status.DEAD and taken.refusal is not None:
        why = taken.refusal
        answer |= {"why": why.why, "field": why.detail, "message": str(WHY_WORDS[why.why])}
    return answer
