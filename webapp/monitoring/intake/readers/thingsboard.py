"""ThingsBoard: the alarm that a rule chain posts. Whether it is new does not stand in it."""

from __future__ import annotations

from typing import Any

from webapp.monitoring.intake.readers import kinds
from webapp.monitoring.intake.readers.values import (
    Around,
    as_object,
    digest_of,
    identifier,
    moment,
    object_of,
    words,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import Change, Read, Signal


def read(body: bytes, _content_type: str, _around: Around) -> Read:
    """One alarm, as it stands at its newest time."""
    sent = object_of(body)
    name = as_object(sent.get("id"), "id")
    if name.get("entityType", "ALARM") != "ALARM":
        return Read(ignored=Why.OTHER)
    began = moment(sent.get("startTs"), "startTs")
    times = [
        moment(sent[each], each)
        for each in ("endTs", "ackTs", "clearTs")
        if sent.get(each) not in (None, 0)
    ]
    newest = max([began, *times])
    if not isinstance(sent.get("cleared", False), bool):
        raise NotRead(Why.WRONG, "cleared")
    cleared = sent.get("cleared") is True or words(sent.get("status")).startswith("CLEARED")
    begun = Change.RAISED if newest == began else Change.UPDATED
    text = words(sent.get("type") or sent.get("name"))
    told = Signal(
        kind=kinds.guessed(text),
        change=Change.CLEARED if cleared else begun,
        at=newest,
        own_id=identifier(name.get("id"), "id"),
        device=_device(sent.get("originator")),
        severity=kinds.severity(words(sent.get("severity"))),
        version=newest,
        ended_at=_ended(sent, newest) if cleared else None,
        words=text,
    )
    return Read((told,), message_id=digest_of(sent))


def _ended(sent: dict[str, Any], newest: Any) -> Any:
    return moment(sent["clearTs"], "clearTs") if sent.get("clearTs") else newest


def _device(originator: Any) -> str | None:
    if not isinstance(originator, dict) or originator.get("id") is None:
        return None
    return identifier(originator["id"], "originator")
