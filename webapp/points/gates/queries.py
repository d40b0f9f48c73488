"""Questions about gates: who may pass, what waits, what they did on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, text, tuple_
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.points.gates.models import (
    Command,
    Deletion,
    Diversion,
    Gate,
    GateEvent,
    GateLane,
    Refused,
    Registration,
)
from webapp.points.gates.rules import CommandState, DiversionState, RegistrationState
from webapp.points.models import ServicePoint
from webapp.points.queries import ZONE


def _gate() -> Select[Gate]:
    return select(Gate).options(
        joinedload(Gate.point).joinedload(ServicePoint.unit), selectinload(Gate.lane_rows)
    )


def by_code(code: str) -> Gate | None:
    """The gate of this name with its point and lanes."""
    return db.session.scalar(_gate().where(Gate.code == code))


def of_point(point_id: int) -> Gate | None:
    """The gate of a point."""
    return db.session.scalar(_gate().where(Gate.point_id == point_id))


def listed(who: Actor) -> list[Gate]:
    """The gates somebody may see, by the names of their points."""
    found = _gate().join(Gate.point).where(visible(Gate, who, "gates.see"))
    return list(db.session.scalars(found.order_by(ServicePoint.name, Gate.id)))


def every() -> list[Gate]:
    """All gates."""
    return list(db.session.scalars(select(Gate).order_by(Gate.id)))


def lane(gate: Gate, number: int) -> GateLane | None:
    """A lane of a gate."""
    return next((each for each in gate.lane_rows if each.number == number), None)


def heard_before(gate_id: int, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], GateEvent]:
    """What is known of these numbers of these starts of a gate."""
    wanted = list(keys)
    if not wanted:
        return {}
    found = (
        select(GateEvent)
        .options(joinedload(GateEvent.registration))
        .where(GateEvent.gate_id == gate_id, tuple_(GateEvent.boot_id, GateEvent.seq).in_(wanted))
    )
    return {(each.boot_id, each.seq): each for each in db.session.scalars(found)}


def registration(registration_id: int) -> Registration | None:
    """A registration with its point."""
    found = select(Registration).options(joinedload(Registration.point))
    return db.session.scalar(found.where(Registration.id == registration_id))


def by_hash(point_id: int, digest: bytes) -> Registration | None:
    """The registration at a point whose code has this hash."""
    return db.session.scalar(
        select(Registration).where(
            Registration.point_id == point_id, Registration.code_hash == digest
        )
    )


def registrations_of(account_id: int, limit: int = 10) -> list[Registration]:
    """The newest registrations of somebody."""
    found = select(Registration).options(joinedload(Registration.point))
    mine = found.where(Registration.account_id == account_id).order_by(Registration.id.desc())
    return list(db.session.scalars(mine.limit(limit)))


def taken(point_id: int, since: datetime, until: datetime) -> dict[datetime, int]:
    """How many are registered in each window that begins between two moments."""
    found = (
        select(Registration.starts_at, func.count())
        .where(
            Registration.point_id == point_id,
            Registration.starts_at >= since,
            Registration.starts_at < until,
            Registration.state.in_((RegistrationState.REGISTERED, RegistrationState.ADMITTED)),
        )
        .group_by(Registration.starts_at)
    )
    return {starts_at: count for starts_at, count in db.session.execute(found)}


def over(now: datetime, limit: int = 500) -> list[Registration]:
    """Registrations whose window is over."""
    found = select(Registration).where(
        Registration.state == RegistrationState.REGISTERED, Registration.ends_at < now
    )
    return list(db.session.scalars(found.order_by(Registration.ends_at).limit(limit)))


def command(command_id: int) -> Command | None:
    """A command by its key."""
    return db.session.get(Command, command_id)


def waiting_for(gate_id: int, now: datetime) -> list[Command]:
    """The commands a gate has not confirmed and that still hold, in their order."""
    found = select(Command).where(
        Command.gate_id == gate_id,
        Command.state == CommandState.WAITING,
        Command.expires_at > now,
    )
    return list(db.session.scalars(found.order_by(Command.id).limit(50)))


def waiting_anywhere(now: datetime, limit: int = 500) -> list[tuple[str, Command]]:
    """The commands any gate has not confirmed and that still hold, with the names of the gates."""
    found = (
        select(Gate.code, Command)
        .join(Gate, Gate.id == Command.gate_id)
        .where(Command.state == CommandState.WAITING, Command.expires_at > now)
        .order_by(Command.id)
        .limit(limit)
    )
    return [(code, each) for code, each in db.session.execute(found)]


def unconfirmed(now: datetime, limit: int = 500) -> list[Command]:
    """Commands of any gate that were not confirmed in time."""
    found = select(Command).where(Command.state == CommandState.WAITING, Command.expires_at <= now)
    return list(db.session.scalars(found.order_by(Command.id).limit(limit)))


def commands(gate_id: int, limit: int = 10) -> list[Command]:
    """The newest commands to a gate."""
    found = select(Command).options(joinedload(Command.given_by))
    return list(
        db.session.scalars(
            found.where(Command.gate_id == gate_id).order_by(Command.id.desc()).limit(limit)
        )
    )


def diversion(diversion_id: int) -> Diversion | None:
    """Somebody who was led aside, with gate and event."""
    found = select(Diversion).options(
        joinedload(Diversion.gate).joinedload(Gate.point),
        joinedload(Diversion.event).joinedload(GateEvent.registration),
    )
    return db.session.scalar(found.where(Diversion.id == diversion_id))


def led_aside(gate_id: int, limit: int = 10) -> list[Diversion]:
    """Who waits for a person at a gate, who came first is first."""
    found = (
        select(Diversion)
        .options(joinedload(Diversion.event))
        .where(Diversion.gate_id == gate_id, Diversion.state == DiversionState.WAITING)
    )
    return list(db.session.scalars(found.order_by(Diversion.id).limit(limit)))


def count_aside(gate_id: int) -> int:
    """How many wait for a person at a gate."""
    waiting = Diversion.gate_id == gate_id, Diversion.state == DiversionState.WAITING
    return db.session.scalar(select(func.count()).where(*waiting)) or 0


def refused(gate_id: int, limit: int = 10) -> list[Refused]:
    """What a gate said and was refused, last first."""
    found = select(Refused).where(Refused.gate_id == gate_id)
    return list(db.session.scalars(found.order_by(Refused.at.desc(), Refused.id).limit(limit)))


def count_refused(gate_id: int) -> int:
    """How many different things of a gate were refused and are kept."""
    return db.session.scalar(select(func.count()).where(Refused.gate_id == gate_id)) or 0


def deletions(gate_id: int, limit: int = 10) -> list[Deletion]:
    """What was deleted lately, last first."""
    found = select(Deletion).where(Deletion.gate_id == gate_id).order_by(Deletion.id.desc())
    return list(db.session.scalars(found.limit(limit)))


@dataclass(frozen=True)
class Day:
    """A day of a gate: who passed by (lane, hour), how long each took, what became of the others."""

    passed: dict[tuple[int, int], int]
    median_s: float | None
    p90_s: float | None
    admitted: int
    diverted: int
    refused: int
    waited: int
    repeats: int
    offline: int
    admitted_offline: int

    @property
    def said(self) -> int:
        """All that the gate said of people who wanted in."""
        return self.admitted + self.diverted + self.refused + self.waited

    @property
    def offline_share(self) -> float:
        """The part of it that the gate decided by itself, 0 to 1."""
        return self.offline / self.said if self.said else 0.0

    @property
    def hours(self) -> range:
        """From the first hour in which somebody passed to the last."""
        known = {hour for _lane, hour in self.passed}
        return range(min(known), max(known) + 1) if known else range(0)

    def most(self) -> int:
        """The largest number of an hour and lane."""
        return max(self.passed.values(), default=0)


# The day of a gate: one row for each lane and hour, and one (lane null) for the whole.
_DAY = text("""
    SELECT e.lane, extract(hour FROM e.at AT TIME ZONE :zone)::int AS hour,
        count(*) FILTER (WHERE e.decision = 'admitted'),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY e.duration_ms)
            FILTER (WHERE e.decision = 'admitted') / 1000,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY e.duration_ms)
            FILTER (WHERE e.decision = 'admitted') / 1000,
        count(*) FILTER (WHERE e.decision = 'diverted'),
        count(*) FILTER (WHERE e.decision = 'refused'),
        count(*) FILTER (WHERE e.decision = 'wait'),
        count(*) FILTER (WHERE e.decision = 'refused' AND e.reason = 'used_code'),
        count(*) FILTER (WHERE e.path = 'offline' AND e.decision <> 'left'),
        count(*) FILTER (WHERE e.path = 'offline' AND e.decision = 'admitted')
    FROM gate_event e
    WHERE e.gate_id = :gate AND e.at >= :since AND e.at < :until
    GROUP BY GROUPING SETS ((1, 2), ())
""")


def day(gate: Gate, wanted: date) -> Day:
    """The figures of a gate on a day, by the clock of the points."""
    since = datetime.combine(wanted, time(), ZONE)
    values = {
        "gate": gate.id,
        "zone": str(ZONE),
        "since": since,
        "until": since + timedelta(days=1),
    }
    passed: dict[tuple[int, int], int] = {}
    whole: tuple[Any, ...] = (0, None, None, 0, 0, 0, 0, 0, 0)
    for number, hour, *figures in db.session.execute(_DAY, values):
        if number is None:
            whole = tuple(figures)
        elif figures[0]:
            passed[number, hour] = figures[0]
    admitted, median, p90, diverted, refused, waited, repeats, offline, by_itself = whole
    return Day(
        passed=passed,
        median_s=None if median is None else float(median),
        p90_s=None if p90 is None else float(p90),
        admitted=admitted,
        diverted=diverted,
        refused=refused,
        waited=waited,
        repeats=repeats,
        offline=offline,
        admitted_offline=by_itself,
    )


# The hashes and temperatures of old events go; the figures stay.
_CLEAR_EVENTS = text("""
    WITH old AS (
        SELECT id, token_hash IS NOT NULL AS code, temp_c IS NOT NULL AS temperature
        FROM gate_event
        WHERE gate_id = :gate AND cleared_at IS NULL AND received_at < :before
        FOR UPDATE
    ), cleared AS (
        UPDATE gate_event e
        SET token_hash = NULL, temp_c = NULL, registration_id = NULL, cleared_at = :now
        FROM old WHERE e.id = old.id
    )
    SELECT count(*), count(*) FILTER (WHERE code), count(*) FILTER (WHERE temperature) FROM old
""")

# Whose registration it was goes; that somebody came then stays.
_CLEAR_REGISTRATIONS = text("""
    WITH cleared AS (
        UPDATE gate_registration SET account_id = NULL, sealed = NULL, code_hash = NULL
        WHERE point_id = :point AND state <> 'registered' AND ends_at < :before
          AND code_hash IS NOT NULL
        RETURNING 1
    ) SELECT count(*) FROM cleared
""")


@dataclass(frozen=True)
class Cleared:
    """So much was deleted of everything."""

    events: int
    codes: int
    temperatures: int
    registrations: int
    refused: int


def clear(gate: Gate, before: datetime) -> Cleared:
    """What came before a moment says nothing of anybody, and what was refused is gone."""
    values = {"gate": gate.id, "point": gate.point_id, "before": before, "now": clock.now()}
    events, codes, temperatures = db.session.execute(_CLEAR_EVENTS, values).one()
    registrations = db.session.scalar(_CLEAR_REGISTRATIONS, values) or 0
    gone = delete(Refused).where(Refused.gate_id == gate.id, Refused.at < before)
    refused_then = len(db.session.scalars(gone.returning(Refused.id)).all())
    return Cleared(events, codes, temperatures, registrations, refused_then)
