"""The life of a hotline sheet, its limits and cards, and who may do what with it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Holds
from webapp.base.clock import Limit, Unit
from webapp.base.flow import Flow, move
from webapp.cases.rules import DEPARTMENT

# Working days: to handle, to extend at most, to give back within; the yellow card comes one before the end.
HANDLE = Limit(5, Unit.WORK_DAY)
EXTENSION_MOST = 10
RETURN_WITHIN = Limit(2, Unit.WORK_DAY)
YELLOW_BEFORE = Limit(1, Unit.WORK_DAY)

LEVELS = 5


class AppealKind(StrEnum):
    """What somebody calls for."""

    ADVICE = "advice"
    HELP = "help"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


APPEAL_WORDS = {
    AppealKind.ADVICE: _l("Advice"),
    AppealKind.HELP: _l("Help"),
    AppealKind.COMPLAINT: _l("Complaint"),
    AppealKind.SUGGESTION: _l("Suggestion"),
    AppealKind.PRAISE: _l("Praise"),
}


class AppealState(StrEnum):
    """Where a sheet stands."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    EXTENSION_ASKED = "extension_asked"
    REPLIED = "replied"
    REVIEWED = "reviewed"
    HANDLED_AGAIN = "handled_again"
    SUPERVISED = "supervised"
    CLOSED = "closed"


class Card(StrEnum):
    """How near a sheet is to its end, or how far over it."""

    YELLOW = "yellow"
    RED = "red"


CARD_WORDS = {Card.YELLOW: _l("Yellow card"), Card.RED: _l("Red card")}

# In the hands of the department: these run against the limit.
WORKING = frozenset(
    {
        AppealState.ASSIGNED,
        AppealState.HANDLING,
        AppealState.EXTENSION_ASKED,
        AppealState.HANDLED_AGAIN,
        AppealState.SUPERVISED,
    }
)
_AT_WORK = (AppealState.HANDLING, AppealState.HANDLED_AGAIN, AppealState.SUPERVISED)

APPEAL_FLOW = flow.register(
    Flow(
        "appeal",
        {
            AppealState.RECEIVED: _l("Received"),
            AppealState.CLASSIFIED: _l("Classified"),
            AppealState.ASSIGNED: _l("Assigned, not signed for"),
            AppealState.HANDLING: _l("Being handled"),
            AppealState.EXTENSION_ASKED: _l("More time asked for"),
            AppealState.REPLIED: _l("Answered, to be reviewed"),
            AppealState.REVIEWED: _l("Reviewed, to be visited"),
            AppealState.HANDLED_AGAIN: _l("Being handled again"),
            AppealState.SUPERVISED: _l("Under supervision"),
            AppealState.CLOSED: _l("Sheet closed"),
        },
        {
            "classify": move(
                AppealState.RECEIVED,
                AppealState.CLASSIFIED,
                to=AppealState.CLASSIFIED,
                may="appeals.desk",
                words=_l("Classify"),
                needs=("categories",),
            ),
            "assign": move(
                AppealState.CLASSIFIED,
                to=AppealState.ASSIGNED,
                may="appeals.desk",
                words=_l("Assign to a department"),
                needs=("unit",),
            ),
            "accept": move(
                AppealState.ASSIGNED,
                to=AppealState.HANDLING,
                may="appeals.handle",
                words=_l("Sign for it"),
            ),
            "give_back": move(
                AppealState.ASSIGNED,
                AppealState.HANDLING,
                to=AppealState.CLASSIFIED,
                may="appeals.handle",
                words=_l("Give back: not ours"),
                needs=("note",),
            ),
            "ask_extension": move(
                AppealState.HANDLING,
                to=AppealState.EXTENSION_ASKED,
                may="appeals.handle",
                words=_l("Ask for more time"),
                needs=("note", "days"),
            ),
            "grant": move(
                AppealState.EXTENSION_ASKED,
                to=AppealState.HANDLING,
                may="appeals.decide",
                words=_l("Grant the time"),
            ),
            "refuse": move(
                AppealState.EXTENSION_ASKED,
                to=AppealState.HANDLING,
                may="appeals.decide",
                words=_l("Refuse the time"),
                needs=("note",),
            ),
            "reply": move(
                *_AT_WORK,
                to=AppealState.REPLIED,
                may="appeals.handle",
                words=_l("Answer the sheet"),
                needs=("note", "contact"),
            ),
            "approve": move(
                AppealState.REPLIED,
                to=AppealState.REVIEWED,
                may="appeals.decide",
                words=_l("The answer is good"),
            ),
            "send_back": move(
                AppealState.REPLIED,
                to=AppealState.HANDLED_AGAIN,
                may="appeals.decide",
                words=_l("The answer is not good yet"),
                needs=("note",),
            ),
            "content": move(
                AppealState.REVIEWED,
                to=AppealState.CLOSED,
                may="appeals.visit",
                words=_l("Visited: content"),
            ),
            "discontent": move(
                AppealState.REVIEWED,
                to=AppealState.HANDLED_AGAIN,
                may="appeals.visit",
                words=_l("Visited: not content"),
                needs=("note",),
            ),
            "supervise": move(
                AppealState.REVIEWED,
                AppealState.HANDLED_AGAIN,
                AppealState.HANDLING,
                to=AppealState.SUPERVISED,
                may="appeals.supervise",
                words=_l("Put under supervision"),
                needs=("note",),
            ),
            "close": move(
                AppealState.REVIEWED,
                to=AppealState.CLOSED,
                may="appeals.close",
                words=_l("Close with an explanation"),
                needs=("note",),
            ),
        },
    )
)

DESK = ("acceptor", "dispatcher", "shift_leader")
WATCH = ("supervisor", "street_leader")

MAY = {
    "appeals.list": Anywhere(*DESK, *WATCH, *DEPARTMENT),
    "appeals.see": Anywhere(*DESK, *WATCH) | Holds(*DEPARTMENT, by="unit_id"),
    "appeals.receive": Anywhere(*DESK),
    "appeals.desk": Anywhere(*DESK),
    "appeals.handle": Holds(*DEPARTMENT, by="unit_id"),
    "appeals.decide": Anywhere("shift_leader", "street_leader"),
    "appeals.visit": Anywhere("acceptor", "shift_leader", "supervisor"),
    "appeals.supervise": Anywhere("supervisor", "street_leader") | ByItself(),
    "appeals.close": Anywhere("shift_leader", "street_leader"),
    # Who called: never to a department where the caller wants to stay unknown.
    "appeals.caller": Anywhere(*DESK, "supervisor") | Holds(*DEPARTMENT, by="open_to_id"),
}
