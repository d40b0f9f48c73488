"""What gates say: somebody wants in, somebody went through, the gate lives. Each is heard once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import HOUSE
from webapp.base.db import db, lock
from webapp.base.flow import Unacceptable
from webapp.points import actions as points
from webapp.points.gates import codes, queries
from webapp.points.gates.forms import AskForm, EventForm, HeartbeatForm
from webapp.points.gates.models import Diversion, Gate, GateEvent, GateLane, Registration
from webapp.points.gates.rules import (
    COMMAND_FLOW,
    DIVERSION_FLOW,
    EARLY,
    LARGEST_BATCH,
    OLDEST,
    REGISTRATION_FLOW,
    SKEW_S,
    Code,
    CommandState,
    Decision,
    DiversionState,
    Path,
    Reason,
    RegistrationState,
    verdict,
)


class Heard(StrEnum):
    """What became of something a gate said."""

    KEPT = "kept"
    REPEAT = "repeat"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Answer:
    """The answer to one event. A repeat is answered like the first time."""

    heard: Heard
    event: GateEvent | None = None
    refusal: Unacceptable | None = None
    sent: Any = None


def ask(gate: Gate, said: AskForm) -> Answer:
    """The house has decided on somebody at a lane, and its decision is kept.

    The same question again (the answer was lost) is answered with the first decision.
    """
    lock(gate)
    lane = _lane_of(gate, said)
    known = queries.heard_before(gate.id, [(said.boot_id, said.seq)])
    first = known.get((said.boot_id, said.seq))
    if first is not None:
        return _again(first, said)
    now = clock.now()
    gate.skew_s = (said.ts - now).total_seconds()
    code, registration = _code_of(gate, said.token, now)
    bucket = lane.bucket.filled(said.ts, gate.per_hour)
    made = verdict(gate.rules, code=code, temp_c=said.temp_c, inside=gate.inside, bucket=bucket)
    lane.keep(bucket.taken() if made.decision is Decision.ADMITTED else bucket)
    event = _kept(gate, said, Path.ONLINE, now)
    event.decision, event.reason = made.decision, made.reason
    event.wait_s = math.ceil(made.wait_s * 10) / 10 if made.wait_s else None
    event.registration_id = registration.id if registration is not None else None
    db.session.add(event)
    _follow(gate, event, registration if code is Code.GOOD else None)
    return Answer(Heard.KEPT, event)


def report(gate: Gate, sent: Sequence[Any]) -> list[Answer]:
    """What the gate did by itself is kept, each by itself: a bad one spoils none of the others."""
    if len(sent) > LARGEST_BATCH:
        words = _l("Send at most %(n)s at once.", n=LARGEST_BATCH)
        raise Unacceptable(words, fields={"events": words})
    lock(gate)
    read = [_read(gate, each) for each in sent]
    known = queries.heard_before(
        gate.id, {(each.boot_id, each.seq) for each in read if isinstance(each, EventForm)}
    )
    answers = []
    for each, raw in zip(read, sent, strict=True):
        if isinstance(each, Unacceptable):
            answers.append(Answer(Heard.REJECTED, refusal=each, sent=raw))
            continue
        first = known.get((each.boot_id, each.seq))
        if first is not None:
            answers.append(_again(first, each))
            continue
        event = _reported(gate, each)
        known[each.boot_id, each.seq] = event
        answers.append(Answer(Heard.KEPT, event))
    return answers


def heartbeat(gate: Gate, said: HeartbeatForm) -> None:
    """The gate is known to live, and what it counts is taken for true."""
    lock(gate)
    now = clock.now()
    gate.heard_at = now
    gate.queue = said.queue
    gate.doors = said.doors
    gate.faults = said.faults
    gate.buffered = said.buffer_len
    if said.ts is not None:
        gate.skew_s = (said.ts - now).total_seconds()
    if said.count_in_booth is not None:
        gate.inside = said.count_in_booth
    points.heard(gate.point)
    db.session.flush()


def acknowledge(gate: Gate, command_id: int, *, ok: bool, words: str | None) -> str | None:
    """The command is confirmed and holds; answers its state, None when the gate has no such command.

    Confirmed once more (the answer was lost) it stays as it is. Too late is too late.
    """
    lock(gate)
    command = queries.command(command_id)
    if command is None or command.gate_id != gate.id:
        return None
    if command.state != CommandState.WAITING:
        return command.state
    now = clock.now()
    if command.expires_at <= now:
        COMMAND_FLOW.move(command, "lapse", by=HOUSE)
    else:
        COMMAND_FLOW.move(command, "confirm" if ok else "fail", by=HOUSE)
        if ok:
            _obey(gate, command.kind, command.value)
    command.ended_at, command.words = now, words
    db.session.flush()
    return command.state


def _obey(gate: Gate, kind: str, value: str | None) -> None:
    if kind in ("open", "close"):
        gate.is_open = kind == "open"
    elif kind == "limit":
        gate.per_hour = int(value or gate.per_hour)
    else:
        gate.mode = value or gate.mode
    gate.version += 1


def _read(gate: Gate, sent: Any) -> EventForm | Unacceptable:
    if not isinstance(sent, dict):
        return Unacceptable(_l("Send one JSON object."))
    try:
        said = EventForm.of(sent)
        _lane_of(gate, said)
    except Unacceptable as refusal:
        return refusal
    return said


def _lane_of(gate: Gate, said: AskForm) -> GateLane:
    found = queries.lane(gate, said.lane)
    if found is None:
        words = _l("This gate has no such lane.")
        raise Unacceptable(words, fields={"lane": words})
    return found


def _again(first: GateEvent, said: AskForm) -> Answer:
    """The same number a second time: known by what it said, or another thing under a used number."""
    if (first.device_at, first.lane) != (said.ts, said.lane):
        return Answer(Heard.CONFLICT, first)
    if isinstance(said, EventForm):
        if said.decision not in (first.decision, first.said):
            return Answer(Heard.CONFLICT, first)
        if first.duration_ms is None:
            first.duration_ms = said.duration_ms
    return Answer(Heard.REPEAT, first)


def _reported(gate: Gate, said: EventForm) -> GateEvent:
    now = clock.now()
    event = _kept(gate, said, Path.OFFLINE, now)
    event.duration_ms = said.duration_ms
    went = said.decision in (Decision.ADMITTED, Decision.LEFT)
    event.decision = said.decision
    event.reason = said.reason or (Reason.OK if went else Reason.UNSAID)
    code, registration = _code_of(gate, said.token, event.at)
    if registration is not None:
        event.registration_id = registration.id
    if said.decision is Decision.ADMITTED:
        lane = _lane_of(gate, said)
        lane.keep(lane.bucket.filled(said.ts, gate.per_hour).taken())
        if code is Code.USED:
            # The gate could not know. They went in, and count once: the first time.
            event.decision, event.reason = Decision.REFUSED, Reason.USED_CODE
            event.said = said.decision
    db.session.add(event)
    _follow(gate, event, registration if code is Code.GOOD else None)
    return event


def _kept(gate: Gate, said: AskForm, path: Path, now: datetime) -> GateEvent:
    credible = -OLDEST <= said.ts - now <= timedelta(seconds=SKEW_S)
    return GateEvent(
        gate_id=gate.id,
        boot_id=said.boot_id,
        seq=said.seq,
        lane=said.lane,
        path=path,
        device_at=said.ts,
        at=said.ts if credible else now,
        received_at=now,
        token_hash=codes.digest(said.token) if said.token and codes.is_ours(said.token) else None,
        temp_c=said.temp_c,
    )


def _code_of(gate: Gate, token: str | None, at: datetime) -> tuple[Code, Registration | None]:
    """What a code is worth at a moment. A code that is not of ours leaves no trace, not even a hash."""
    if not token:
        return Code.NONE, None
    found = queries.by_hash(gate.point_id, codes.digest(token)) if codes.is_ours(token) else None
    if found is None:
        return Code.UNKNOWN, None
    lock(found)
    if found.state == RegistrationState.ADMITTED:
        return Code.USED, found
    if found.state == RegistrationState.CANCELLED:
        return Code.NOT_NOW, found
    early, late = at < found.starts_at - EARLY, at > found.ends_at
    if early or late or found.state != RegistrationState.REGISTERED:
        return Code.NOT_NOW, found
    return Code.GOOD, found


def _follow(gate: Gate, event: GateEvent, registration: Registration | None) -> None:
    """What comes of an event: the count inside, the code that is used up, the one who waits aside."""
    db.session.flush()
    if event.decision == Decision.ADMITTED or event.said == Decision.ADMITTED:
        gate.inside += 1
    elif event.decision == Decision.LEFT:
        gate.inside = max(0, gate.inside - 1)
    if event.decision == Decision.ADMITTED and registration is not None:
        REGISTRATION_FLOW.move(registration, "admit", by=HOUSE, data={"event": event.id})
        registration.ended_at = clock.now()
    if event.decision == Decision.DIVERTED:
        aside = Diversion(
            gate_id=gate.id,
            unit_id=gate.unit_id,
            event_id=event.id,
            state=DiversionState.WAITING,
            version=1,
        )
        db.session.add(aside)
        db.session.flush()
        DIVERSION_FLOW.begin(aside, "divert", by=HOUSE)
    db.session.flush()
