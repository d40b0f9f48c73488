"""The ladder of an incident: what is due is done, once, whoever is killed meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.config import Settings
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen
from webapp.base.language import N_
from webapp.cases import candidates, offers
from webapp.cases.rules import UNASKED
from webapp.monitoring.alarms import assigning, casework, incidents, queries
from webapp.monitoring.alarms.ladders import Act, Rung, Until, usual, wait_before
from webapp.monitoring.alarms.models import AlarmCall, Incident, LadderRung, LadderStep
from webapp.monitoring.alarms.rules import ACTIVE, UNSEEN
from webapp.monitoring.signals import Kind, Severity
from webapp.people import queries as people

log = logging.getLogger("wangge.alarms")

# A step that failed so often is given up; the desk sees why.
MOST_TRIES = 8
# After the last step of a ladder people are asked so often where a life hangs on it.
AGAIN = timedelta(minutes=3)
# So many steps are done by one run; the next takes the rest.
A_RUN = 200


def begin_all(begun: Mapping[Incident, datetime], *, new: Collection[int]) -> None:
    """The steps of each incident, which begins then, are in the database with the moments at which
    they are due.

    Whoever climbs is woken once this is committed. Nothing for incidents that have their steps already;
    those of the keys `new` were opened a moment ago, and nobody is asked whether they have.
    """
    have = queries.with_steps([each for each in begun if each.id not in new])
    without = {each: since for each, since in begun.items() if each.id not in have}
    if not without:
        return
    kept, steps = queries.laid_down(), []
    for incident, since in without.items():
        kind, severity = Kind(incident.kind), Severity(incident.severity)
        steps += [
            LadderStep(
                incident_id=incident.id,
                place=place,
                life=incident.life,
                act=rung.act,
                until=rung.until,
                roles=list(rung.roles),
                due_at=since + timedelta(seconds=rung.after_s),
            )
            for place, rung in enumerate(out_of(kept.get(kind, []), kind, severity))
        ]
    if steps:
        db.session.add_all(steps)
        db.session.flush()
        for incident in without:
            db.session.expire(incident, ["steps"])
        tasks.defer("alarms.climb", priority=10 if any(each.life for each in steps) else 0)


def in_force(kind: Kind, severity: Severity) -> tuple[Rung, ...]:
    """The steps for a kind: those the office has laid down, else the usual ones."""
    return out_of(queries.rungs(kind), kind, severity)


def out_of(kept: list[LadderRung], kind: Kind, severity: Severity) -> tuple[Rung, ...]:
    """The same from the rows that are kept of the kind."""
    if not kept:
        return usual(kind, severity)
    return tuple(
        Rung(each.after_s, Act(each.act), Until(each.until), tuple(each.roles)) for each in kept
    )


# Woken at once when something begins; this comes round for what is due later, and after a fall.
@tasks.task("alarms.climb_on", cron="* * * * * */5")
def climb_on() -> None:
    """Every step that is due is done."""
    climb()


@tasks.task("alarms.climb")
def climb() -> None:
    """Every step that is due is done, each in a transaction of its own.

    A step that fails is tried again later, and says why; it does not hold up the others.
    """
    for _turn in range(A_RUN):
        step = queries.due_step(clock.now())
        if step is None:
            return
        _do(step)
        db.session.commit()


def _do(step: LadderStep) -> None:
    try:
        with db.session.begin_nested():
            lock(step.incident)
            needless = why_needless(step)
            came_to = {"needless": needless} if needless else _ACTS[Act(step.act)](step)
            step.done_at, step.came_to, step.error = clock.now(), came_to, None
            incidents.record(
                step.incident, "climb", act=step.act, place=step.place, roles=step.roles, **came_to
            )
            _go_on(step)
    except Exception as error:
        log.exception("step %s of incident %s failed", step.place, step.incident_id)
        step.attempts += 1
        step.error = str(error) or repr(error)
        if step.attempts >= MOST_TRIES:
            step.done_at, step.came_to = clock.now(), {"failed": True}
            _go_on(step)
        else:
            step.due_at = clock.now() + wait_before(step.attempts)


def _go_on(step: LadderStep) -> None:
    """Where a life hangs on it, one more is asked every few minutes until somebody goes or it is closed."""
    incident = step.incident
    if step.act != Act.SEND or not incident.life or incident.exercise or incident.ended_at:
        return
    waits = any(each.act == Act.SEND and each.done_at is None for each in incident.steps)
    if waits or (incident.case is not None and casework.taken(incident.case)):
        return
    incident.steps.append(
        LadderStep(
            place=1 + max(each.place for each in incident.steps),
            life=True,
            act=Act.SEND,
            until=Until.TAKEN,
            roles=[],
            due_at=clock.now() + AGAIN,
        )
    )


def hasten(incident: Incident, *, by: Actor) -> LadderStep:
    """Somebody at the desk does not wait: the next step of the ladder is due now. `NotOpen` without one."""
    lock(incident)
    waiting = [each for each in incident.steps if each.done_at is None]
    if incident.ended_at is not None or not waiting:
        raise NotOpen(_l("No step of this ladder is left."))
    step = min(waiting, key=lambda each: (each.due_at, each.place))
    step.due_at = clock.now()
    db.session.flush()
    incidents.record(incident, "hasten", by=by, act=step.act, place=step.place)
    tasks.defer("alarms.climb", priority=10 if step.life else 0)
    return step


def why_needless(step: LadderStep) -> str | None:
    """What happened before the step was due, so that it is not done; None: it is wanted."""
    incident, until = step.incident, Until(step.until)
    if incident.ended_at is not None:
        return Until.CLOSED
    open_alarms = [each for each in incident.alarms if each.live_at is not None]
    if until == Until.SEEN and not any(each.state in UNSEEN for each in open_alarms):
        return Until.SEEN
    if until in (Until.SEEN, Until.TAKEN) and incident.case and casework.taken(incident.case):
        return Until.TAKEN
    if until == Until.OVER and not any(each.state in ACTIVE for each in open_alarms):
        return Until.OVER
    return None


def _send(step: LadderStep) -> dict[str, Any]:
    incident = step.incident
    if incident.exercise:
        return {"would_ask": _would_ask(incident)}
    older = queries.older_near(incident) if incident.case is None else None
    if older is not None:
        incidents.merge(incident, into=older)
        return {"merged": older.id}
    case = incident.case or casework.open_case(incident, by=HOUSE)
    crowd = assigning.crowd() if case.state in UNASKED else None
    if crowd is not None:
        if not incident.life:
            return {"queued": True}
        assigning.assign_all(crowd)
    asked = casework.offer(case)
    sends = [each for each in incident.steps if each.act == Act.SEND and each.done_at is None]
    soonest = [each.due_at for each in sends if each is not step]
    casework.answer_until(case, min([*soonest, clock.now() + casework.ANSWER]))
    return {"asked": asked, "nobody": asked is None and not casework.taken(case)}


def _would_ask(incident: Incident) -> int | None:
    """Whom the house would ask, were it no exercise."""
    made = candidates.ranking_of(casework.call_for(incident))
    return next((each.account for each in offers.askable(made)), None)


def _tell(step: LadderStep) -> dict[str, Any]:
    reached = sorted(people.holders_everywhere(step.roles))
    _notify(step.incident, reached)
    return {"told": reached}


def _call(step: LadderStep) -> dict[str, Any]:
    incident, called = step.incident, []
    for account_id in sorted(people.holders_everywhere(step.roles)):
        if queries.call_of(incident.id, account_id) is None:
            call_somebody(incident, account_id)
            called.append(account_id)
    _notify(incident, called)
    return {"called": called}


def call_somebody(incident: Incident, account_id: int) -> AlarmCall:
    """Somebody is called: a text leaves for their phone, unless it is an exercise."""
    settings: Settings = current_app.extensions["settings"]
    call = AlarmCall(incident_id=incident.id, account_id=account_id, called_at=clock.now())
    account = people.account(account_id)
    if account is not None and account.phone and not incident.exercise:
        locale = account.locale or settings.locale
        call.dispatch = notices.send(
            settings.sms_channel,
            account.phone,
            N_("Alarm: %(what)s, %(where)s. Sign in and confirm that you know."),
            locale=locale,
            **incidents.said(incident, locale),
        )
    db.session.add(call)
    db.session.flush()
    return call


def _notify(incident: Incident, accounts: list[int]) -> None:
    words = (
        N_("EXERCISE: %(what)s, %(where)s")
        if incident.exercise
        else N_("Alarm: %(what)s, %(where)s")
    )
    incidents.tell(incident, accounts, words)


_ACTS: dict[Act, Callable[[LadderStep], dict[str, Any]]] = {
    Act.SEND: _send,
    Act.TELL: _tell,
    Act.CALL: _call,
}
