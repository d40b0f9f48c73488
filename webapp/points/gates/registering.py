"""Pre-registration: a window at a point, a code that admits once, given up or over by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from webapp.base import clock, sealing
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.people.refusing import refusing
from webapp.points import queries as points
from webapp.points.gates import codes, queries
from webapp.points.gates.models import Gate, Registration
from webapp.points.gates.rules import REGISTER_DAYS, REGISTRATION_FLOW, RegistrationState


def windows(gate: Gate) -> list[tuple[datetime, int]]:
    """The windows in which one can still register, and how many places are free in each."""
    now, step = clock.now(), timedelta(minutes=gate.window_minutes)
    until = now + timedelta(days=REGISTER_DAYS)
    taken = queries.taken(gate.point_id, now - step, until + step)
    found = []
    for opening in points.hours(gate.point).openings(now, REGISTER_DAYS):
        starts_at = _first(opening.since, now, step)
        while starts_at + step <= opening.until and starts_at < until:
            free = places(gate) - taken.get(starts_at, 0)
            if free > 0:
                found.append((starts_at, free))
            starts_at += step
    return found


def places(gate: Gate) -> int:
    """So many can be admitted in a window at the pace of the lanes."""
    return max(1, gate.lanes * gate.per_hour * gate.window_minutes // 60)


def register(gate: Gate, starts_at: datetime, *, by: Actor) -> Registration:
    """Somebody comes in this window, and has a code for it. One open registration a point each.

    Raises `Unacceptable` for a window that is not offered, `Changed` for a second registration.
    """
    if by.id is None or not may(by, "gates.register"):
        raise NotAllowed(_l("Please sign in first."))
    lock(gate)
    if starts_at not in {window for window, _free in windows(gate)}:
        words = _l("This time is not offered any more. Choose another one.")
        raise Unacceptable(words, fields={"starts_at": words})
    code = codes.new()
    made = Registration(
        point_id=gate.point_id,
        account_id=by.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=gate.window_minutes),
        code_hash=codes.digest(code),
        sealed=sealing.seal(code.encode()),
        state=RegistrationState.REGISTERED,
        version=1,
        made_at=clock.now(),
    )
    own = Changed(_l("You are registered here already."))
    with refusing(uq_gate_registration_own=own):
        db.session.add(made)
    REGISTRATION_FLOW.begin(made, "register", by=by)
    return made


def code_of(registration: Registration) -> str | None:
    """What its QR says while it admits; None afterwards, or where the house has lost its key."""
    if registration.state != RegistrationState.REGISTERED or registration.sealed is None:
        return None
    try:
        return sealing.unseal(registration.sealed).decode()
    except sealing.Unreadable:
        return None


def cancel(registration: Registration, *, by: Actor) -> None:
    """The place is free for somebody else, and the code admits nobody."""
    REGISTRATION_FLOW.move(registration, "cancel", by=by)
    registration.ended_at = clock.now()


def _first(since: datetime, now: datetime, step: timedelta) -> datetime:
    """The beginning of the window that runs now, or of the first one of an opening."""
    if since >= now:
        return since
    return since + (now - since) // step * step
