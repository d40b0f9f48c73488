"""What is done with supervision orders; the house gives those for lateness and repetition."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock, tasks
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen
from webapp.base.language import N_
from webapp.cases import queries as cases, timing
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, ENDED
from webapp.cases.supervision import queries
from webapp.cases.supervision.models import Order
from webapp.cases.supervision.rules import ANSWER, ORDER_FLOW, OrderReason, OrderState
from webapp.cases.telling import tell
from webapp.people import queries as people

LEADERS = ("supervisor", "street_leader")


def give(case: Case, *, reason: OrderReason, by: Actor, note: str | None = None) -> Order:
    """Whoever has the case in hand answers for it within a working day, and knows."""
    if case.state in ENDED:
        raise NotOpen(_l("This case is over. There is nothing to answer for."))
    if not may(by, "supervision.give"):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    now = clock.now()
    order = Order(
        case_id=case.id,
        reason=reason,
        words=note,
        state=OrderState.GIVEN,
        version=1,
        giver_id=by.id,
        unit_id=case.department_id,
        account_id=case.handler_id,
        given_at=now,
        due_at=timing.office().due(now, ANSWER),
    )
    db.session.add(order)
    db.session.flush()
    ORDER_FLOW.begin(order, "give", by=by, data={"case": case.number, "reason": reason})
    CASE_FLOW.record(case, "supervised", by=by, data={"note": note, "reason": reason})
    in_hand = [case.handler_id] if case.handler_id else cases.staff_of(case.department_id)
    readers = in_hand or people.holders_everywhere(("dispatcher", "shift_leader"))
    tell(case, readers, N_("%(number)s is under supervision, please answer: %(what)s"))
    return order


def answer(order: Order, *, by: Actor, note: str | None, **moved: Any) -> None:
    """It is answered; whoever supervises reads it."""
    ORDER_FLOW.move(order, "answer", by=by, evidence={"note": note}, data={"note": note}, **moved)
    order.answer, order.answered_at = note, clock.now()
    readers = [order.giver_id] if order.giver_id else people.holders_everywhere(LEADERS)
    tell(order.case, readers, N_("%(number)s: the supervision order is answered"))


def settle(order: Order, *, by: Actor, **moved: Any) -> None:
    """Nothing more is asked."""
    ORDER_FLOW.move(order, "settle", by=by, **moved)
    order.settled_at = clock.now()


def ask_again(order: Order, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The answer does not do; another is due within a working day."""
    ORDER_FLOW.move(
        order, "ask_again", by=by, evidence={"note": note}, data={"note": note}, **moved
    )
    order.due_at = timing.office().due(clock.now(), ANSWER)
    tell(order.case, [order.account_id], N_("%(number)s: answer again. %(note)s"), note=note)


@tasks.task("supervision.give", cron="*/10 * * * *")
def give_by_itself() -> None:
    """Late cases and repeated ones have their order, each once."""
    for case in queries.late_without_order(clock.now()):
        give(case, reason=OrderReason.LATE, by=HOUSE)
    for case in queries.repeated_without_order():
        give(case, reason=OrderReason.REPEATED, by=HOUSE)
