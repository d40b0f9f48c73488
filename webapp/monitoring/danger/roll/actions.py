"""What is done with the roll: begun, carried on where the zone grew, and each of it marked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask_babel import gettext, lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor, may
from webapp.base.db import db
from webapp.base.flow import NotOpen, hold
from webapp.base.language import N_
from webapp.base.spatial import shape_of
from webapp.monitoring.danger import shown
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.roll import queries
from webapp.monitoring.danger.roll.models import RollEntry
from webapp.monitoring.danger.roll.rules import REACHED, ROLL_FLOW, RollState, Subject
from webapp.monitoring.danger.rules import ZONE_FLOW, ZoneState
from webapp.residents import care, queries as residents
from webapp.residents.queries import Home

TOLD = N_("Danger zone in your grid: ask at %(n)s doors whether everybody is out")
TOLD_EXERCISE = N_(
    "EXERCISE: danger zone in your grid, %(n)s doors on the roll; nobody has to leave"
)


def call(zone: DangerZone, *, by: Actor, base_version: int | None = None) -> int:
    """Everybody who is known to be inside is on the roll, and whoever goes from door to door there knows.

    Asked again, those who came inside since then are put on it. Answers how many are new.
    Raises `NotOpen` where the zone is not in force.
    """
    hold(zone, base_version)
    if zone.state != ZoneState.IN_FORCE:
        raise NotOpen(_l("A roll is called once the zone is in force."))
    known = queries.on_roll(zone.id)
    new = [each for each in _inside(zone, by) if (each.subject, each.thing_id) not in known]
    db.session.add_all(new)
    db.session.flush()
    ROLL_FLOW.begin_all([(each, by) for each in new], "list")
    zone.called_at = zone.called_at or clock.now()
    _tell(zone, new)
    ZONE_FLOW.record(zone, "call", by=by, data={"count": len(new)})
    return len(new)


def mark(entry: RollEntry, state: RollState, *, by: Actor, base_version: int | None = None) -> None:
    """What is known of them is written down. Of two at once the second is told who was faster."""
    # Marks go side by side; whoever lifts the zone waits for them, and they for whoever lifts it.
    db.session.refresh(entry.zone, with_for_update={"read": True})
    if entry.zone.state != ZoneState.IN_FORCE:
        raise NotOpen(_l("The zone is over: its roll is kept as it is."))
    ROLL_FLOW.move(entry, state.value, by=by, base_version=base_version)
    entry.marked_at, entry.marked_by_id = clock.now(), by.id
    if state in REACHED and entry.reached_at is None:
        entry.reached_at = entry.marked_at
    db.session.flush()


def _inside(zone: DangerZone, by: Actor) -> list[RollEntry]:
    area = shape_of(zone.shape.area)
    laid = shown.in_degrees(area)
    helpless: set[int] = set()
    if may(by, "key_groups.in_danger"):
        purpose = gettext("Roll-call of danger zone %(n)s", n=zone.id)
        looked = care.look_inside(laid, purpose=purpose, by=by)
        helpless = {each.household_id for each in looked if each.help_to_leave}
    found = [
        _entry(
            zone,
            Subject.HOUSEHOLD,
            home.household_id,
            name=home.head or gettext("Household on the roll"),
            place=_door(home),
            people=home.residents,
            grid_id=home.at.grid_id,
            helpless=home.household_id in helpless,
        )
        for home in residents.homes_inside(laid, by, "danger.keep")
    ]
    found += [
        _entry(
            zone,
            Subject.ENTERPRISE,
            firm.id,
            name=firm.name,
            place=firm.address,
            people=firm.people,
            grid_id=firm.grid_id,
        )
        for firm in queries.enterprises_inside(area)
    ]
    found += [
        _entry(zone, Subject.WORKER, worker.id, name=worker.name, people=1)
        for worker in queries.workers_inside(area)
    ]
    return found


def _entry(zone: DangerZone, subject: Subject, key: int, **said: Any) -> RollEntry:
    state = RollState.WAITING
    return RollEntry(zone_id=zone.id, subject=subject, thing_id=key, state=state, version=1, **said)


def _door(home: Home) -> str:
    return " ".join(filter(None, (home.at.building, home.at.stair, home.at.door)))


def _tell(zone: DangerZone, new: list[RollEntry]) -> None:
    doors = Counter(each.grid_id for each in new if each.grid_id is not None)
    counted: Counter[int] = Counter()
    for account, grid in queries.callers(doors):
        counted[account] += doors[grid]
    words = TOLD_EXERCISE if zone.exercise else TOLD
    url = f"/danger/{zone.id}/roll-call"
    notices.notify_each((account, words, url, {"n": many}) for account, many in counted.items())
