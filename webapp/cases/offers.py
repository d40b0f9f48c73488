"""Offers that nobody answers go to the next; and the shift leader sends somebody all the same."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock, tasks
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed
from webapp.cases import candidates, moves
from webapp.cases.dispatching import Candidate
from webapp.cases.models import Assignment, Case
from webapp.cases.rota import actions as field_actions, queries as field
from webapp.cases.rules import UNASKED, State
from webapp.cases.sending import Asked

# So many are asked one after the other; then the dispatcher looks for somebody.
MOST_ASKED = 3


@tasks.task("cases.pass_on", cron="* * * * * */10")
def pass_on_lapsed() -> None:
    """Offers whose time is over are with the next, or with the dispatcher."""
    for offer in field.lapsed(clock.now()):
        pass_on(offer)


@tasks.task("field.forget", cron="37 3 * * *")
def forget_positions() -> None:
    """Positions of yesterday are gone."""
    field_actions.forget_positions()


def pass_on(offer: Assignment) -> None:
    """The case is offered to the next best who is on duty and free; where nobody is left, or three
    were asked, it waits for the dispatcher, who knows. Nothing where it was taken meanwhile."""
    case = db.session.get_one(Case, offer.case_id)
    lock(case)
    db.session.refresh(offer)
    if offer.ended_at or offer.taken_at or case.state != State.DISPATCHED:
        return
    asked = [*offer.choice.get("asked", ()), offer.account_id]
    offer.reasons = moves.NO_ANSWER
    made = candidates.ranking(case, without=(*asked, *field.declined_by(case.id)))
    for one in askable(made) if len(asked) < MOST_ASKED else ():
        choice = {**candidates.kept(made, one.account), "asked": asked}
        # Somebody else may have asked them a moment ago: then the next one.
        with suppress(Asked), db.session.begin_nested():
            moves.pass_on(case, to=one.account, choice=choice)
            return
    moves.lapse(case)


def offer(case: Case, *, without: Iterable[int | None] = ()) -> int | None:
    """The house offers the case to the best whom it may ask; answers whom.

    None, and the case waits for the dispatcher, where nobody can be asked, or somebody was sent already.
    """
    lock(case)
    if case.state not in UNASKED:
        return None
    asked = [each for each in without if each is not None]
    made = candidates.ranking(case, without=(*asked, *field.declined_by(case.id)))
    for one in askable(made):
        choice = {**candidates.kept(made, one.account), "asked": asked}
        with suppress(Asked), db.session.begin_nested():
            moves.dispatch(case, to=one.account, by=HOUSE, reasons=choice)
            return one.account
    return None


def askable(made: candidates.Ranking) -> list[Candidate]:
    """Whom the house may ask by itself: on duty or without a rota, skilled, and asked for nothing."""
    return [
        each
        for each in made.order
        if each.on_duty is not False and not each.missing and each.offer is None
    ]


def dispatch_anyway(case: Case, *, to: int, by: Actor, **how: Any) -> None:
    """Somebody is sent although another offer waits for their answer: that one ends, and both
    cases say so in their logs. Only for those who may decide so."""
    if not may(by, "cases.send_anyway", case):
        raise NotAllowed(_l("Only the shift leader sends somebody who has another offer."))
    offer = field.offer_of(to)
    other = db.session.get_one(Case, offer.case_id) if offer else None
    if other is not None and other.id != case.id:
        # Always in the order of their keys, so that two of these never wait for each other.
        for each in sorted((case, other), key=lambda one: one.id):
            lock(each)
        if other.state == State.DISPATCHED and other.handler_id == to:
            note = str(_l("Sent to %(number)s instead.", number=case.number))
            moves.recall(other, by=by, note=note)
            how["note"] = " ".join(
                filter(
                    None,
                    (how.get("note"), str(_l("Instead of %(number)s.", number=other.number))),
                )
            )
    moves.dispatch(case, to=to, by=by, **how)
