"""Gates over MQTT: the same four things on topics of their own, and commands as soon as they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from webapp.base import clock
from webapp.base.access import may
from webapp.base.flow import Unacceptable
from webapp.base.intake import Line, Message, Say, Take
from webapp.people import actors
from webapp.points.gates import queries, speaking, spoken
from webapp.points.gates.models import Gate
from webapp.points.gates.rules import Way, What
from webapp.points.gates.speaking import Told

SCOPE = "gates"

Deed = Callable[[Gate, Any, Way], Told]


def _take(what: What, deed: Deed, message: Message) -> Iterable[Say]:
    """The gate has said it and is told; nobody is heard who has lost the right to speak as a gate."""
    gate = queries.by_code(message.name)
    who = actors.person(gate.account_id, scopes=(SCOPE,)) if gate is not None else None
    if gate is None or who is None or not may(who, "gates.report", gate):
        return []
    try:
        sent = message.read()
    except Unacceptable as refusal:
        told = speaking.unreadable(gate, what, refusal, Way.MQTT)
    else:
        told = deed(gate, sent, Way.MQTT)
    spoken_of = message.topic.removeprefix(f"gates/{gate.code}/")
    return [Say(f"gates/{gate.code}/told/{spoken_of}", told.body)]


def _confirmed(message: Message) -> Iterable[Say]:
    (number,) = message.levels
    # What is no number names no command: zero is none either.
    key = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    return _take(
        What.ACK, lambda gate, sent, way: speaking.acknowledge(gate, key, sent, way), message
    )


def _waiting() -> Iterable[tuple[str, Say]]:
    now = clock.now()
    for code, command in queries.waiting_anywhere(now):
        body = spoken.command(command)
        lasts_s = (command.expires_at - now).total_seconds()
        yield str(command.id), Say(f"gates/{code}/commands", body, lasts_s)


_SAYS: dict[str, Take] = {
    "gates/{name}/events": partial(_take, What.EVENTS, speaking.events),
    "gates/{name}/ask": partial(_take, What.ASK, speaking.ask),
    "gates/{name}/heartbeat": partial(_take, What.HEARTBEAT, speaking.heartbeat),
    "gates/{name}/commands/+/ack": _confirmed,
}

LINE = Line(
    scope=SCOPE,
    says=_SAYS,
    # Somebody stands before a gate that asks: it waits behind no flood of alarms.
    urgent=frozenset(_SAYS),
    hears=("gates/{name}/told/#", "gates/{name}/commands"),
    waiting=_waiting,
)
