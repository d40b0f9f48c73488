"""Gates are set up, given their rules and keys, commanded; who was led aside is decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, NotOpen, hold
from webapp.people import actions as people, queries as accounts
from webapp.people.refusing import refusing
from webapp.points.gates.models import Command, Diversion, Gate, GateLane
from webapp.points.gates.rules import (
    COMMAND_FLOW,
    COMMAND_S,
    DIVERSION_FLOW,
    KEEP_DAYS,
    LANES,
    MAX_TEMP_C,
    PER_HOUR,
    REGISTRATION_FLOW,
    WINDOW_MINUTES,
    CommandState,
    DiversionState,
    Mode,
    Order,
    RegistrationState,
)
from webapp.points.models import ServicePoint

KIND = "gate"


@dataclass(frozen=True)
class Ruled:
    """The pass rules somebody sets."""

    lanes: int
    code_wanted: bool
    max_temp_c: float | None
    per_hour: int
    capacity: int | None
    window_minutes: int
    keep_days: int


def set_up(point: ServicePoint, code: str, *, by: Actor | None) -> Gate:
    """The point has a gate with the usual rules and an account of its own, and no key yet."""
    _must_keep(point, by)
    words = _l("There is a gate of this name, or this point has one.")
    account = people.machine_account(f"gate {code}", by=by)
    gate = Gate(
        code=code,
        point_id=point.id,
        unit_id=point.unit_id,
        account_id=account.id,
        lanes=len(point.windows) or LANES,
        is_open=True,
        mode=Mode.RULES,
        code_wanted=False,
        max_temp_c=MAX_TEMP_C,
        per_hour=PER_HOUR,
        window_minutes=WINDOW_MINUTES,
        keep_days=KEEP_DAYS,
        inside=0,
        version=1,
    )
    taken = Changed(words)
    with refusing(uq_gate_code=taken, uq_gate_point_id=taken, uq_gate_account_id=taken):
        db.session.add(gate)
    _have_lanes(gate)
    _record(gate, "set_up", by)
    return gate


def new_key(gate: Gate, *, by: Actor | None) -> str:
    """The text of a new key of this gate, told this once. Its earlier keys open nothing any more."""
    _must_keep(gate, by)
    lock(gate)
    account = accounts.account(gate.account_id)
    if account is None:
        raise LookupError(f"the gate {gate.code} has no account")
    gate.version += 1
    name = f"gate {gate.code} {gate.version}"
    secret = people.renew_token(
        name=name, scopes=["gates"], account=account, mqtt_name=gate.code, by=by
    )
    _record(gate, "new_key", by)
    return secret


def set_rules(gate: Gate, ruled: Ruled, *, base_version: int | None, by: Actor) -> None:
    """The gate goes by these rules from now on; it hears of them with its next heartbeat."""
    _must_keep(gate, by)
    hold(gate, base_version)
    for name, value in vars(ruled).items():
        setattr(gate, name, value)
    gate.version += 1
    _have_lanes(gate)
    _record(gate, "set_rules", by)


def command(gate: Gate, kind: Order, value: str | None, *, by: Actor) -> Command:
    """The gate is told with its next word to us; what is not confirmed in time does not hold."""
    if by.id is None or not may(by, "points.serve", gate):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    now = clock.now()
    given = Command(
        gate_id=gate.id,
        kind=kind,
        value=value,
        state=CommandState.WAITING,
        version=1,
        given_by_id=by.id,
        given_at=now,
        expires_at=now + timedelta(seconds=COMMAND_S),
    )
    db.session.add(given)
    db.session.flush()
    COMMAND_FLOW.begin(given, "give", by=by, data={"kind": kind, "value": value})
    return given


def resolve(
    aside: Diversion, move: str, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """Somebody has decided on who was led aside. Who is let pass uses up their code."""
    lock(aside.gate)
    DIVERSION_FLOW.move(aside, move, by=by, evidence={"note": note}, base_version=base_version)
    aside.note, aside.ended_at = note, clock.now()
    if aside.state != DiversionState.PASSED:
        return
    aside.gate.inside += 1
    used = aside.event.registration
    if used is None:
        return
    lock(used)
    if used.state == RegistrationState.ADMITTED:
        raise NotOpen(_l("Somebody has passed with this code meanwhile."))
    if used.state == RegistrationState.REGISTERED:
        REGISTRATION_FLOW.move(used, "admit", by=HOUSE, data={"event": aside.event_id})
        used.ended_at = clock.now()


def _have_lanes(gate: Gate) -> None:
    known = {lane.number for lane in gate.lane_rows}
    for number in range(1, gate.lanes + 1):
        if number not in known:
            db.session.add(GateLane(gate_id=gate.id, number=number, tokens=1.0))
    for lane in gate.lane_rows:
        if lane.number > gate.lanes:
            db.session.delete(lane)
    db.session.flush()
    db.session.expire(gate, ["lane_rows"])


def _must_keep(thing: ServicePoint | Gate, by: Actor | None) -> None:
    if by is not None and not may(by, "points.keep", thing):
        raise NotAllowed(_l("You do not hold the post that may do this here."))


def _record(gate: Gate, move: str, by: Actor | None) -> None:
    db.session.flush()
    audit.record(kind=KIND, thing_id=gate.id, move=move, by=by)
