"""The life of a supervision order, why one is given, and who answers it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Holds, Owns
from webapp.base.clock import Limit, Unit
from webapp.base.flow import Flow, move
from webapp.cases.rules import DEPARTMENT

# An order is answered within so long.
ANSWER = Limit(1, Unit.WORK_DAY)

# So many reports of one matter are a reason of their own.
REPEATED = 3


class OrderReason(StrEnum):
    """Why a case is put under supervision."""

    LATE = "late"
    REPEATED = "repeated"
    LEADER = "leader"
    DISCONTENT = "discontent"


REASON_WORDS = {
    OrderReason.LATE: _l("Over its limit"),
    OrderReason.REPEATED: _l("Reported three times or more"),
    OrderReason.LEADER: _l("A leader asks"),
    OrderReason.DISCONTENT: _l("The reporter is not content"),
}


class OrderState(StrEnum):
    """Where an order stands."""

    GIVEN = "given"
    ANSWERED = "answered"
    SETTLED = "settled"


ORDER_FLOW = flow.register(
    Flow(
        "supervision",
        {
            OrderState.GIVEN: _l("Order given, answer awaited"),
            OrderState.ANSWERED: _l("Order answered"),
            OrderState.SETTLED: _l("Order settled"),
        },
        {
            "answer": move(
                OrderState.GIVEN,
                to=OrderState.ANSWERED,
                may="supervision.answer",
                words=_l("Answer the order"),
                needs=("note",),
            ),
            "settle": move(
                OrderState.ANSWERED,
                OrderState.GIVEN,
                to=OrderState.SETTLED,
                may="supervision.settle",
                words=_l("The order is settled"),
            ),
            "ask_again": move(
                OrderState.ANSWERED,
                to=OrderState.GIVEN,
                may="supervision.settle",
                words=_l("Ask again"),
                needs=("note",),
            ),
        },
    )
)

MAY = {
    "supervision.list": Anywhere("supervisor", "street_leader", "shift_leader", *DEPARTMENT),
    "supervision.give": Anywhere("supervisor", "street_leader", "shift_leader") | ByItself(),
    "supervision.see": Anywhere("supervisor", "street_leader", "shift_leader", "dispatcher")
    | Owns("account_id", "handles the case")
    | Holds(*DEPARTMENT, by="unit_id"),
    "supervision.answer": Owns("account_id", "handles the case")
    | Holds(*DEPARTMENT, by="unit_id")
    | Anywhere("dispatcher", "shift_leader"),
    "supervision.settle": Anywhere("supervisor", "street_leader") | ByItself(),
}
