"""Visits to households: due by the key groups that live there, made, tried, declined, planned anew."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db, lock
from webapp.base.flow import Refusal
from webapp.people.outdoors import Stood, away_m, moment, nearness
from webapp.residents import visit_queries as queries
from webapp.residents.forms import IntervalForm
from webapp.residents.models import HomeVisit, VisitInterval
from webapp.residents.visit_rules import (
    HOME_VISIT_FLOW,
    TRIES,
    TRY_APART,
    HomeVisitState,
    Manner,
    Need,
)


@tasks.task("residents.plan_visits", cron="20 17 * * *")
def plan_by_night() -> None:
    """Every household with somebody of a key group has the visit that is due next."""
    plan()


def plan(household_id: int | None = None) -> int:
    """The due visits fit the key groups of today, everywhere or at one household; answers how many changed."""
    wanted = queries.to_plan(household_id)
    for each in wanted:
        known = queries.due_at(each.household_id)
        if each.due_on is None:
            if known is not None:
                known.ended_at = clock.now()
                HOME_VISIT_FLOW.move(known, "call_off", by=HOUSE)
        elif known is not None:
            lock(known)
            known.due_on = each.due_on
            HOME_VISIT_FLOW.record(known, "earlier", by=HOUSE)
        else:
            made = HomeVisit(
                household_id=each.household_id,
                due_on=each.due_on,
                state=HomeVisitState.DUE,
                version=1,
            )
            db.session.add(made)
            db.session.flush()
            HOME_VISIT_FLOW.begin(made, "plan", by=HOUSE)
    return len(wanted)


def make(
    visit: HomeVisit,
    *,
    by: Actor,
    manner: Manner = Manner.AT_HOME,
    needs: list[Need] | None = None,
    stood: Stood | None = None,
    note: str | None = None,
    **moved: Any,
) -> None:
    """The visit was made, at the door or by phone; the next one is due after the interval.

    At home it wants nearness or a reason. What was said stands in the visit and never in the log.
    """
    near, seen = nearness(visit, stood, note)
    visit.ended_at = moment(moved)
    HOME_VISIT_FLOW.move(visit, "done", by=by, evidence=near, data=seen, **moved)
    visit.manner, visit.needs = manner, [*(needs or [])]
    _keep(visit, by, stood, note)


def knock(
    visit: HomeVisit,
    *,
    by: Actor,
    stood: Stood | None = None,
    note: str | None = None,
    **moved: Any,
) -> None:
    """Nobody opened: one try more; with the third a card is left, and it is tried again after a week."""
    lock(visit)
    at = moment(moved)
    last = visit.tries + 1 >= TRIES
    if (
        visit.state == HomeVisitState.DUE
        and visit.last_try_at
        and abs(at - visit.last_try_at) < TRY_APART
    ):
        raise Refusal(_l("The last try was less than two hours before. Try at another hour."))
    near, seen = nearness(visit, stood, note)
    if last:
        visit.ended_at = at
    HOME_VISIT_FLOW.move(
        visit,
        "not_home" if last else "knock",
        by=by,
        evidence=near,
        data={"tries": visit.tries + 1, **seen},
        **moved,
    )
    visit.tries, visit.last_try_at = visit.tries + 1, at
    _keep(visit, by, stood, note)


def refuse(visit: HomeVisit, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """A visit is not wished this time; it is asked again after the interval."""
    visit.ended_at = moment(moved)
    HOME_VISIT_FLOW.move(visit, "refuse", by=by, **moved)
    _keep(visit, by, None, note)


def set_interval(said: IntervalForm, *, by: Actor) -> VisitInterval:
    """Households of this key group are visited so often from now on; the log keeps what was before."""
    laid = queries.interval(said.kind)
    before = laid.every_days if laid else None
    if laid is None:
        laid = VisitInterval(kind=said.kind)
        db.session.add(laid)
    else:
        lock(laid)
    laid.every_days, laid.source = said.every_days, said.source
    laid.set_by_id, laid.set_at = by.id, clock.now()
    db.session.flush()
    data = {"before": before, "every_days": said.every_days}
    audit.record(kind="visit_interval", thing_id=laid.id, move="set", by=by, data=data)
    return laid


def _keep(visit: HomeVisit, by: Actor, stood: Stood | None, note: str | None) -> None:
    visit.account_id, visit.received_at, visit.note = by.id, clock.now(), note
    if stood is not None:
        visit.away_m = away_m(visit, stood.lon, stood.lat, stood.datum)
    db.session.flush()
    plan(visit.household_id)
