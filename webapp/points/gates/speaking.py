"""The four things a gate says, heard the same way whichever line they came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import error_body
from webapp.points.gates import passing, refused, spoken
from webapp.points.gates.forms import AckForm, AskForm, HeartbeatForm, items_of
from webapp.points.gates.models import Gate
from webapp.points.gates.passing import Answer, Heard
from webapp.points.gates.rules import Way, What


@dataclass(frozen=True)
class Told:
    """What the gate is told, and the status of that where the line has one."""

    body: dict[str, Any]
    status: int = 200


class NoSuchCommand(Refusal):
    """The gate was never told this."""

    status = 404
    code = "not_found"


def events(gate: Gate, sent: Any, way: Way) -> Told:
    """One event or several; each is answered by itself, and a repeat like the first time."""

    def deed() -> Told:
        items = items_of(sent)
        if not isinstance(items, list):
            words = _l("Send one event, or a list of them.")
            raise Unacceptable(words, fields={"events": words})
        answers = passing.report(gate, items)
        bad = [(each.sent, each.refusal) for each in answers if each.refusal is not None]
        if bad and items == [sent]:
            raise bad[0][1]
        twice = [(raw, _twice()) for raw, each in zip(items, answers, strict=True) if _other(each)]
        refused.keep(gate, What.EVENTS, way, bad + twice)
        results = [spoken.heard(each) for each in answers]
        return Told({"results": results, "commands": spoken.commands(gate)})

    return _heard(gate, What.EVENTS, sent, way, deed)


def ask(gate: Gate, sent: Any, way: Way) -> Told:
    """May somebody pass? 409 when the number was used for somebody else."""

    def deed() -> Told:
        answer = passing.ask(gate, AskForm.of(_object(sent)))
        body = spoken.heard(answer) | {"commands": spoken.commands(gate)}
        if not _other(answer):
            return Told(body)
        refused.keep(gate, What.ASK, way, [(sent, _twice())])
        return Told(body, 409)

    return _heard(gate, What.ASK, sent, way, deed)


def heartbeat(gate: Gate, sent: Any, way: Way) -> Told:
    """The gate lives; the answer holds the commands that wait and the rules in force."""

    def deed() -> Told:
        passing.heartbeat(gate, HeartbeatForm.of(_object(sent)))
        return Told(spoken.heartbeat(gate))

    return _heard(gate, What.HEARTBEAT, sent, way, deed)


def acknowledge(gate: Gate, command_id: int, sent: Any, way: Way) -> Told:
    """A command was carried out, or not. 409 when it had expired."""

    def deed() -> Told:
        said = AckForm.of(_object(sent))
        state = passing.acknowledge(gate, command_id, ok=said.ok, words=said.words)
        if state is None:
            raise NoSuchCommand(_l("This gate was given no such command."))
        return Told({"id": command_id, "state": state}, 409 if state == "expired" else 200)

    return _heard(gate, What.ACK, sent, way, deed)


def unreadable(gate: Gate, what: What, refusal: Refusal, way: Way) -> Told:
    """What could not even be read is refused and kept like the rest."""
    refused.keep(gate, what, way, [(None, refusal)])
    return Told(error_body(refusal.code, refusal.words, refusal.fields), refusal.status)


def _heard(gate: Gate, what: What, sent: Any, way: Way, deed: Callable[[], Told]) -> Told:
    try:
        with db.session.begin_nested():
            return deed()
    except Refusal as refusal:
        refused.keep(gate, what, way, [(sent, refusal)])
        return Told(error_body(refusal.code, refusal.words, refusal.fields), refusal.status)


def _other(answer: Answer) -> bool:
    return answer.heard is Heard.CONFLICT


def _twice() -> Unacceptable:
    words = _l("Another thing was said under this number.")
    return Unacceptable(words, fields={"seq": words})


def _object(sent: Any) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise Unacceptable(_l("Send one JSON object."))
    return sent
