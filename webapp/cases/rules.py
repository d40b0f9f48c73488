"""The life of a case: its states and moves, who may what, and how long it may take."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import flow, live
from webapp.base.access import Anywhere, Holds, Owns
from webapp.base.clock import Limit, Unit
from webapp.base.flow import Flow, move
from webapp.grids.rules import STAFF


class Source(StrEnum):
    """Who brought a case in."""

    WORKER = "worker"
    DESK = "desk"
    PUBLIC = "public"
    MACHINE = "machine"


SOURCE_WORDS = {
    Source.WORKER: _l("Grid worker"),
    Source.DESK: _l("Desk"),
    Source.PUBLIC: _l("Resident"),
    Source.MACHINE: _l("Machine"),
}


class State(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    FILED = "filed"
    DISPATCHED = "dispatched"
    PROCESSING = "processing"
    FEEDBACK = "feedback"
    CHECKING = "checking"
    CHECKED = "checked"
    CLOSED = "closed"
    REJECTED = "rejected"


OPEN = frozenset(State) - {State.CLOSED, State.REJECTED}

# Before anybody has been sent: here a wrong class or a wrong grid may still be put right.
UNSENT = frozenset({State.REPORTED, State.FILED})


# The first limits, by the first digits of a class: the longest that fits counts.
LIMITS: dict[str, Limit] = {
    "": Limit(1, Unit.WORK_DAY),
    "06010": Limit(4, Unit.WORK_HOUR),
    "06012": Limit(4, Unit.WORK_HOUR),
    "06013": Limit(5, Unit.WORK_DAY),
    "06001": Limit(7, Unit.WORK_DAY),
    "06011": Limit(2, Unit.WORK_DAY),
    "09001": Limit(2, Unit.WORK_HOUR),
    "09005": Limit(2, Unit.WORK_HOUR),
    "09006": Limit(2, Unit.WORK_HOUR),
    "09009": Limit(2, Unit.WORK_HOUR),
    "09012": Limit(60, Unit.MINUTE),
    "08001": Limit(60, Unit.MINUTE),
    "08004": Limit(4, Unit.WORK_HOUR),
    "10001": Limit(240, Unit.MINUTE),
    "10002": Limit(120, Unit.MINUTE),
    "21": Limit(60, Unit.MINUTE),
    "21004": Limit(10, Unit.MINUTE),
    "22": Limit(60, Unit.MINUTE),
    "22001": Limit(15, Unit.MINUTE),
    "23": Limit(120, Unit.MINUTE),
    "25": Limit(7, Unit.WORK_DAY),
    "26": Limit(120, Unit.MINUTE),
    "29": Limit(5, Unit.WORK_DAY),
}


def limit_of(class_code: str) -> Limit:
    """How long a case of this class may take from its report on."""
    return next(
        LIMITS[class_code[:length]]
        for length in (5, 4, 3, 2, 1, 0)
        if class_code[:length] in LIMITS
    )


class Stage(StrEnum):
    """What a picture or a voice note shows."""

    FOUND = "found"
    AFTER = "after"
    CHECK = "check"


STAGE_WORDS = {
    Stage.FOUND: _l("When found"),
    Stage.AFTER: _l("Afterwards"),
    Stage.CHECK: _l("At the check"),
}

# Events of a case that are no moves of its flow.
EVENT_WORDS = {
    "report": _l("Reported"),
    "correct": _l("Put right"),
    "relocated": _l("Now in another grid"),
}


class Duty(StrEnum):
    """What somebody is sent to a case for."""

    HANDLE = "handle"
    CHECK = "check"


CASE_FLOW = flow.register(
    Flow(
        "case",
        {
            State.REPORTED: _l("Reported"),
            State.FILED: _l("Filed"),
            State.DISPATCHED: _l("Dispatched"),
            State.PROCESSING: _l("In progress"),
            State.FEEDBACK: _l("Handled"),
            State.CHECKING: _l("Being checked"),
            State.CHECKED: _l("Check passed"),
            State.CLOSED: _l("Closed"),
            State.REJECTED: _l("Not accepted"),
        },
        {
            "self_close": move(
                State.REPORTED,
                State.FILED,
                to=State.CLOSED,
                may="cases.self_close",
                words=_l("Solved on the spot"),
                needs=("before_photo", "after_photo"),
            ),
            "reject": move(
                State.REPORTED,
                to=State.REJECTED,
                may="cases.accept",
                words=_l("Do not accept"),
                needs=("note",),
            ),
            "file": move(
                State.REPORTED, to=State.FILED, may="cases.file", words=_l("File the case")
            ),
            "dispatch": move(
                State.FILED,
                to=State.DISPATCHED,
                may="cases.dispatch",
                words=_l("Dispatch"),
                needs=("worker",),
            ),
            "sign": move(
                State.DISPATCHED,
                to=State.PROCESSING,
                may="cases.handle",
                words=_l("Take it on"),
            ),
            "feedback": move(
                State.PROCESSING,
                to=State.FEEDBACK,
                may="cases.handle",
                words=_l("Report as handled"),
                needs=("after_photo",),
            ),
            "send_check": move(
                State.FEEDBACK,
                to=State.CHECKING,
                may="cases.dispatch",
                words=_l("Send somebody to check"),
                needs=("worker",),
            ),
            "pass": move(
                State.CHECKING, to=State.CHECKED, may="cases.check", words=_l("It is solved")
            ),
            "fail": move(
                State.CHECKING,
                to=State.PROCESSING,
                may="cases.check",
                words=_l("It is not solved"),
                needs=("note",),
            ),
            "close": move(
                State.CHECKED, to=State.CLOSED, may="cases.close", words=_l("Close the case")
            ),
        },
    )
)

# What the queue of the desk can be narrowed to, in the order of the work.
QUEUES: dict[str, tuple[LazyString, tuple[State, ...]]] = {
    "open": (_l("All"), tuple(sorted(OPEN))),
    "new": (_l("To accept"), (State.REPORTED,)),
    "filed": (_l("To dispatch"), (State.FILED,)),
    "out": (_l("With somebody"), (State.DISPATCHED, State.PROCESSING)),
    "feedback": (_l("To check"), (State.FEEDBACK, State.CHECKING)),
    "checked": (_l("To close"), (State.CHECKED,)),
    "ended": (_l("Ended"), (State.CLOSED, State.REJECTED)),
}

# The steps a case goes, for the line above it.
STEPS = (
    State.REPORTED,
    State.FILED,
    State.DISPATCHED,
    State.PROCESSING,
    State.FEEDBACK,
    State.CHECKING,
    State.CLOSED,
)

live.watch("case", "cases.watch")

DESK = ("acceptor", "dispatcher", "shift_leader", "supervisor", "street_leader")
FIELD = (
    "grid_secretary",
    "grid_leader",
    "grid_worker",
    "part_time_worker",
    "building_head",
    "party_household",
    "good_neighbor",
    "support_team",
)

MAY = {
    "cases.report": Anywhere(*STAFF, "machine"),
    "cases.read": Anywhere(*STAFF, "machine"),
    "cases.watch": Holds(*FIELD, *DESK),
    "cases.see": Holds(*FIELD, *DESK)
    | Owns("reporter_id", "reported it")
    | Owns("handler_id", "handles it")
    | Owns("checker_id", "checks it"),
    "cases.accept": Holds("acceptor", "dispatcher", "shift_leader"),
    "cases.file": Holds("acceptor", "dispatcher", "shift_leader"),
    "cases.dispatch": Holds("dispatcher", "shift_leader"),
    "cases.close": Holds("shift_leader", "dispatcher"),
    "cases.handle": Owns("handler_id", "was sent to handle it"),
    "cases.check": Owns("checker_id", "was sent to check it"),
    "cases.self_close": Holds("grid_worker", "grid_leader", "grid_secretary")
    & Owns("reporter_id", "reported it"),
    "cases.correct": Holds("acceptor", "dispatcher", "shift_leader"),
    "cases.desk": Anywhere(*DESK),
}
