"""Gates as machines: events, questions, heartbeats, confirmations. Nothing is answered before it is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import BaseModel, Field

from webapp.base.access import permit
from webapp.base.flow import Unacceptable
from webapp.base.security import limiter
from webapp.base.web import part_of_address
from webapp.points.gates import passing, queries, spoken
from webapp.points.gates.forms import AckForm, AskForm, HeartbeatForm, items_of
from webapp.points.gates.models import Gate
from webapp.points.gates.passing import Heard

bp = Blueprint("gates_api", __name__, url_prefix="/api/v1/gates/<code>")


class CommandOut(BaseModel):
    """A command that waits for the gate."""

    id: int
    kind: str = Field(description="open, close, limit or mode")
    value: str | None = Field(description="people an hour and lane; rules, free or shut")
    expires_at: str


class HeardOut(BaseModel):
    """What became of one event."""

    boot_id: str | None
    seq: int | None
    status: str = Field(description="kept, repeat, conflict or rejected")
    decision: str | None
    reason: str | None
    wait_s: float | None
    fields: dict[str, str]


class EventsOut(BaseModel):
    """What became of each event, in their order, and the commands that wait."""

    results: list[HeardOut]
    commands: list[CommandOut]


class AskOut(HeardOut):
    """The decision, and the commands that wait."""

    commands: list[CommandOut]


class RulesOut(BaseModel):
    """What the gate goes by when it is cut off."""

    open: bool
    mode: str
    code_wanted: bool
    max_temp_c: float | None
    per_hour: int
    capacity: int | None
    lanes: int


class HeartbeatOut(BaseModel):
    """The commands that wait, and the rules in force."""

    commands: list[CommandOut]
    rules: RulesOut
    heartbeat_s: int
    now: str


class AckOut(BaseModel):
    """Where the command stands."""

    id: int
    state: str


@bp.post("/events")
@limiter.limit("50/second")
@permit("gates.report", of=queries.by_code)
def events(gate: Gate) -> Response:
    """One event or several; each is answered by itself, and a repeat like the first time."""
    sent = items_of(request.get_json())
    if not isinstance(sent, list):
        words = spoken.A_LIST
        raise Unacceptable(words, fields={"events": words})
    answers = passing.report(gate, sent)
    if len(answers) == 1 and answers[0].refusal is not None and sent == [request.get_json()]:
        raise answers[0].refusal
    return jsonify(
        {"results": [spoken.heard(each) for each in answers], "commands": spoken.commands(gate)}
    )


@bp.post("/ask")
@limiter.limit("50/second")
@permit("gates.report", of=queries.by_code)
def ask(gate: Gate) -> tuple[Response, int]:
    """May somebody pass? 409 when the number was used for somebody else."""
    answer = passing.ask(gate, AskForm.read(request))
    body = spoken.heard(answer) | {"commands": spoken.commands(gate)}
    return jsonify(body), 409 if answer.heard is Heard.CONFLICT else 200


@bp.post("/heartbeat")
@limiter.limit("50/second")
@permit("gates.report", of=queries.by_code)
def heartbeat(gate: Gate) -> Response:
    """The gate lives; the answer holds the commands that wait and the rules in force."""
    passing.heartbeat(gate, HeartbeatForm.read(request))
    return jsonify(spoken.heartbeat(gate))


@bp.post("/commands/<int:command_id>/ack")
@limiter.limit("50/second")
@permit("gates.report", of=lambda code, command_id: queries.by_code(code))
def acknowledge(gate: Gate) -> tuple[Response, int]:
    """A command was carried out, or not. 409 when it had expired."""
    said = AckForm.read(request)
    key = int(part_of_address("command_id"))
    state = passing.acknowledge(gate, key, ok=said.ok, words=said.words)
    if state is None:
        abort(404)
    body: dict[str, Any] = {"id": key, "state": state}
    return jsonify(body), 409 if state == "expired" else 200
