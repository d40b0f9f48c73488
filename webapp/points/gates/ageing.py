"""What the clock does at gates: windows and commands end, what was kept of people is deleted."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock, tasks
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.points.gates import queries
from webapp.points.gates.models import Deletion
from webapp.points.gates.rules import COMMAND_FLOW, REGISTRATION_FLOW


@tasks.task("gates.lapse", cron="* * * * *")
def lapse() -> None:
    """Registrations whose window is over have expired, commands nobody confirmed in time too."""
    now = clock.now()
    for registration in queries.over(now):
        REGISTRATION_FLOW.move(registration, "lapse", by=HOUSE)
        registration.ended_at = now
    for command in queries.unconfirmed(now):
        COMMAND_FLOW.move(command, "lapse", by=HOUSE)
        command.ended_at = now


@tasks.task("gates.forget", cron="23 19 * * *")
def forget() -> None:
    """Of events older than each gate keeps them, codes and temperatures are gone, and that is written."""
    now = clock.now()
    for gate in queries.every():
        before = now - timedelta(days=gate.keep_days)
        cleared = queries.clear(gate, before)
        if cleared.events or cleared.registrations or cleared.refused:
            db.session.add(Deletion(gate_id=gate.id, at=now, before=before, **vars(cleared)))
