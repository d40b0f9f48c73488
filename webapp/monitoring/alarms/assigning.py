"""When more incidents wait for people than people are free: all are asked for together, again and again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from webapp.base import clock, tasks
from webapp.base.access import HOUSE
from webapp.base.db import db, lock
from webapp.base.flow import Refusal
from webapp.cases import candidates, dispatching, moves, rolling
from webapp.cases.candidates import Ranking, Staff
from webapp.cases.dispatching import Worker
from webapp.cases.models import Case
from webapp.cases.rolling import Pair
from webapp.cases.rota import queries as rota
from webapp.cases.rules import UNASKED
from webapp.monitoring.alarms import casework, incidents, queries
from webapp.monitoring.alarms.models import Incident

# Who waits longer than this is no crowd of this hour: it does not make others wait for the set.
CROWD_TIME = timedelta(hours=1)


def crowd() -> Staff | None:
    """The staff, while several incidents wait and no more people are free than wait; None otherwise."""
    now = clock.now()
    since = now - CROWD_TIME
    if not queries.are_waiting(2, now, since=since):
        return None
    staff = candidates.workers()
    idle = sum(rolling.is_idle(worker) for worker in staff.people)
    return staff if queries.are_waiting(idle, now, since=since) else None


@tasks.task("alarms.assign", cron="* * * * * */15", lock="alarms.assign")
def assign() -> None:
    """Every quarter of a minute: see `assign_all`."""
    assign_all()


def assign_all(known: Staff | None = None) -> None:
    """Everybody who is free is asked for one of the incidents that wait, as it is best for all together.

    Whoever has declined or has not answered is not asked for the same again. `known`: who there is, where
    that was asked a moment ago.
    """
    waiting = {each.case.id: each for each in queries.waiting(clock.now()) if each.case is not None}
    if not waiting:
        return
    wishes, left_out = rota.wishes(), queries.asked_for(waiting)
    staff = known or candidates.workers()
    calls = [
        replace(candidates.call_of(each.case, wishes), without=left_out.get(key, frozenset()))
        for key, each in waiting.items()
        if each.case is not None
    ]
    for pair in rolling.assign(candidates.by_road(calls, staff), staff.people):
        # For whoever will soon be free one waits: the next round looks again.
        if pair.after is None:
            _ask(waiting[pair.call.id], pair, staff.people)


def _ask(incident: Incident, pair: Pair, staff: list[Worker]) -> None:
    case = db.session.get_one(Case, pair.call.id)
    lock(case)
    if case.state not in UNASKED:
        return
    to, without = pair.candidate.account, pair.call.without
    order = dispatching.ranked(pair.call, [each for each in staff if each.id not in without])
    choice = {**candidates.kept(Ranking(pair.call, order), to), "asked": sorted(without)}
    # They were asked for another a moment ago, or the desk has changed the case: the next round.
    with suppress(Refusal), db.session.begin_nested():
        moves.dispatch(case, to=to, by=HOUSE, reasons=choice)
        casework.answer_until(case, clock.now() + casework.ANSWER)
        incidents.record(incident, "assign", account=to)
