"""Gates as machines: events, questions, heartbeats, confirmations. Nothing is answered before it is kept."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field

from webapp.base.access import permit
from webapp.base.security import limiter
from webapp.base.web import part_of_address
from webapp.points.gates import queries, speaking
from webapp.points.gates.models import Gate
from webapp.points.gates.rules import Way
from webapp.points.gates.speaking import Told

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
def events(gate: Gate) -> tuple[Response, int]:
    """One event or several; each is answered by itself, and a repeat like the first time."""
    return _told(speaking.events(gate, request.get_json(), Way.HTTP))


@bp.post("/ask")
@limiter.limit("50/second")
@permit("gates.report", of=queries.by_code)
def ask(gate: Gate) -> tuple[Response, int]:
    """May somebody pass? 409 when the number was used for somebody else."""
    return _told(speaking.ask(gate, request.get_json(), Way.HTTP))


@bp.post("/heartbeat")
@limiter.limit("50/second")
@permit("gates.report", of=queries.by_code)
def heartbeat(gate: Gate) -> tuple[Response, int]:
    """The gate lives; the answer holds the commands that wait and the rules in force."""
    return _told(speaking.heartbeat(gate, request.get_json(), Way.HTTP))


@bp.post("/commands/<int:command_id>/ack")
@limiter.limit("50/second")
@permit("gates.report", of=lambda code, command_id: queries.by_code(code))
def acknowledge(gate: Gate) -> tuple[Response, int]:
    """A command was carried out, or not. 409 when it had expired."""
    key = int(part_of_address("command_id"))
    return _told(speaking.acknowledge(gate, key, request.get_json(), Way.HTTP))


def _told(told: Told) -> tuple[Response, int]:
    # A refusal is an answer here and no exception: what was refused is kept with this request.
    return jsonify(told.body), told.status
