"""The life of a case: its states and moves, who may what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, any_, false, func, select

from webapp.base import flow, live
from webapp.base.access import Actor, Anywhere, ByItself, Holds, Owns, Rule
from webapp.base.flow import Flow, move
from webapp.base.language import N_
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
    VERIFYING = "verifying"
    ACCEPTED = "accepted"
    FILED = "filed"
    DISPATCHED = "dispatched"
    PROCESSING = "processing"
    RETURN_REQUESTED = "return_requested"
    EXTENSION_REQUESTED = "extension_requested"
    HOLD_REQUESTED = "hold_requested"
    ON_HOLD = "on_hold"
    WAITING = "waiting"
    EXTERNAL = "external"
    FEEDBACK = "feedback"
    CHECKING = "checking"
    CHECKED = "checked"
    CLOSED = "closed"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    VOID = "void"
    MERGED = "merged"


ENDED = frozenset({State.CLOSED, State.ARCHIVED, State.REJECTED, State.VOID, State.MERGED})
OPEN = frozenset(State) - ENDED

# Before anybody has been sent to handle it: here a wrong class or grid may still be put right.
UNSENT = frozenset({State.REPORTED, State.VERIFYING, State.ACCEPTED, State.FILED})

# Somebody may be asked to handle it, and nobody is.
UNASKED = UNSENT - {State.VERIFYING}

# In the hands of whoever handles it, the questions to the dispatcher included.
IN_HANDS = frozenset(
    {
        State.DISPATCHED,
        State.PROCESSING,
        State.RETURN_REQUESTED,
        State.EXTENSION_REQUESTED,
        State.HOLD_REQUESTED,
        State.ON_HOLD,
        State.WAITING,
        State.EXTERNAL,
    }
)

# The clock of the whole case stands still here.
PAUSED = frozenset({State.ON_HOLD, State.WAITING})

# A decision of the dispatcher is awaited.
ASKED = frozenset({State.RETURN_REQUESTED, State.EXTENSION_REQUESTED, State.HOLD_REQUESTED})


class Stage(StrEnum):
    """What a picture or a voice note shows."""

    FOUND = "found"
    VERIFY = "verify"
    AFTER = "after"
    CHECK = "check"


STAGE_WORDS = {
    Stage.FOUND: _l("When found"),
    Stage.VERIFY: _l("At the verification"),
    Stage.AFTER: _l("Afterwards"),
    Stage.CHECK: _l("At the check"),
}

# Events of a case that are no moves of its flow.
EVENT_WORDS = {
    "report": _l("Reported"),
    "correct": _l("Put right"),
    "relocated": _l("Now in another grid"),
    "joined": _l("Another report was merged into it"),
    "split": _l("A part became a case of its own"),
    "whistle": _l("The whistle was blown"),
    "supervised": _l("Put under supervision"),
    "part_done": _l("A department has done its part"),
    "part_released": _l("A department was released"),
    "recounted": _l("Due at another moment: the calendar changed"),
    "conflict": _l("Two had changed it; the other version was kept"),
    "release": _l("Decided what the public reads"),
    "reached": _l("The way to the reporter was shown"),
}


class Duty(StrEnum):
    """What somebody is sent to a case for."""

    VERIFY = "verify"
    HANDLE = "handle"
    CHECK = "check"


DUTY_WORDS = {
    Duty.VERIFY: _l("Verify"),
    Duty.HANDLE: _l("Handle"),
    Duty.CHECK: _l("Check"),
}


class RejectReason(StrEnum):
    """Why a report is not accepted."""

    NOT_OURS = "not_ours"
    NOT_FOUND = "not_found"
    NO_MATTER = "no_matter"
    UNCLEAR = "unclear"
    KNOWN = "known"
    OTHER = "other"


REJECT_WORDS = {
    RejectReason.NOT_OURS: _l("Not in the hands of the subdistrict"),
    RejectReason.NOT_FOUND: _l("Nothing was found there"),
    RejectReason.NO_MATTER: _l("Not a matter of the list"),
    RejectReason.UNCLEAR: _l("Place or matter stay unclear"),
    RejectReason.KNOWN: _l("Known and being dealt with"),
    RejectReason.OTHER: _l("Another reason"),
}


class HoldReason(StrEnum):
    """Why a case waits on account."""

    SEASON = "season"
    FUNDS = "funds"
    LAW = "law"
    OWNER = "owner"
    OTHER = "other"


HOLD_WORDS = {
    HoldReason.SEASON: _l("Season or weather"),
    HoldReason.FUNDS: _l("Funds are awaited"),
    HoldReason.LAW: _l("Proceedings at law"),
    HoldReason.OWNER: _l("The owner cannot be found"),
    HoldReason.OTHER: _l("Another reason"),
}


class Grade(StrEnum):
    """How much haste a case wants."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


GRADE_WORDS = {
    Grade.NORMAL: _l("Normal"),
    Grade.URGENT: _l("Urgent"),
    Grade.EMERGENCY: _l("Emergency"),
}

# Whoever verifies or checks stands this near to the case (metres), or says why not.
PROOF_M = 50.0

# Working days: an ended case may come back once so many calendar days; an extension at most; a return at most.
REOPEN_DAYS = 10
EXTENSION_MOST = 10
RETURN_WITHIN = 2
# A question to the reporter that stays unanswered so many working days does not hold the case longer.
ANSWER_WITHIN = 5
# Calendar days after which a closed case goes to the archive.
ARCHIVE_AFTER = 30


CASE_FLOW = flow.register(
    Flow(
        "case",
        {
            State.REPORTED: _l("Reported"),
            State.VERIFYING: _l("Being verified"),
            State.ACCEPTED: _l("Accepted"),
            State.FILED: _l("Filed"),
            State.DISPATCHED: _l("Dispatched"),
            State.PROCESSING: _l("In progress"),
            State.RETURN_REQUESTED: _l("Return requested"),
            State.EXTENSION_REQUESTED: _l("Extension requested"),
            State.HOLD_REQUESTED: _l("Hold requested"),
            State.ON_HOLD: _l("On hold"),
            State.WAITING: _l("Waiting for the reporter"),
            State.EXTERNAL: _l("With an outside body"),
            State.FEEDBACK: _l("Handled"),
            State.CHECKING: _l("Being checked"),
            State.CHECKED: _l("Check passed"),
            State.CLOSED: _l("Closed"),
            State.ARCHIVED: _l("Archived"),
            State.REJECTED: _l("Not accepted"),
            State.VOID: _l("Void"),
            State.MERGED: _l("Merged"),
        },
        {
            "self_close": move(
                State.REPORTED,
                State.ACCEPTED,
                State.FILED,
                to=State.CLOSED,
                may="cases.self_close",
                words=_l("Solved on the spot"),
                needs=("before_photo", "after_photo"),
            ),
            "send_verify": move(
                State.REPORTED,
                to=State.VERIFYING,
                may="cases.accept",
                words=_l("Send somebody to verify"),
                needs=("worker",),
            ),
            "confirm": move(
                State.VERIFYING,
                to=State.ACCEPTED,
                may="cases.verify",
                words=_l("It is there"),
                needs=("verify_photo", "nearness"),
            ),
            "refute": move(
                State.VERIFYING,
                to=State.REJECTED,
                may="cases.verify",
                words=_l("It is not there"),
                needs=("note", "nearness"),
            ),
            "accept": move(
                State.REPORTED, to=State.ACCEPTED, may="cases.accept", words=_l("Accept")
            ),
            "reject": move(
                State.REPORTED,
                State.VERIFYING,
                State.ACCEPTED,
                to=State.REJECTED,
                may="cases.accept",
                words=_l("Do not accept"),
                needs=("note",),
            ),
            "merge": move(
                State.REPORTED,
                State.VERIFYING,
                State.ACCEPTED,
                to=State.MERGED,
                may="cases.accept",
                words=_l("Merge into another case"),
                needs=("into",),
            ),
            "file": move(
                State.REPORTED,
                State.ACCEPTED,
                to=State.FILED,
                may="cases.file",
                words=_l("File the case"),
            ),
            "dispatch": move(
                State.FILED,
                to=State.DISPATCHED,
                may="cases.dispatch",
                words=_l("Dispatch"),
                needs=("worker",),
            ),
            "recall": move(
                State.DISPATCHED,
                to=State.FILED,
                may="cases.dispatch",
                words=_l("Take the dispatch back"),
                needs=("note",),
            ),
            "decline": move(
                State.DISPATCHED,
                to=State.FILED,
                may="cases.decline",
                words=_l("Decline"),
                needs=("note",),
            ),
            "pass_on": move(
                State.DISPATCHED,
                to=State.DISPATCHED,
                may="cases.pass_on",
                words=_l("Offered to the next"),
                needs=("worker",),
            ),
            "lapse": move(
                State.DISPATCHED,
                to=State.FILED,
                may="cases.pass_on",
                words=_l("Nobody answered"),
            ),
            "sign": move(
                State.DISPATCHED,
                to=State.PROCESSING,
                may="cases.handle",
                words=_l("Take it on"),
            ),
            "request_return": move(
                State.DISPATCHED,
                State.PROCESSING,
                to=State.RETURN_REQUESTED,
                may="cases.handle",
                words=_l("Ask to give it back"),
                needs=("note",),
            ),
            "approve_return": move(
                State.RETURN_REQUESTED,
                to=State.FILED,
                may="cases.dispatch",
                words=_l("Take it back"),
            ),
            "deny_return": move(
                State.RETURN_REQUESTED,
                to=State.PROCESSING,
                may="cases.dispatch",
                words=_l("It stays where it is"),
                needs=("note",),
            ),
            "request_extension": move(
                State.PROCESSING,
                to=State.EXTENSION_REQUESTED,
                may="cases.handle",
                words=_l("Ask for more time"),
                needs=("note", "days"),
            ),
            "grant_extension": move(
                State.EXTENSION_REQUESTED,
                to=State.PROCESSING,
                may="cases.dispatch",
                words=_l("Grant the time"),
            ),
            "deny_extension": move(
                State.EXTENSION_REQUESTED,
                to=State.PROCESSING,
                may="cases.dispatch",
                words=_l("Refuse the time"),
                needs=("note",),
            ),
            "request_hold": move(
                State.PROCESSING,
                to=State.HOLD_REQUESTED,
                may="cases.handle",
                words=_l("Ask to put it on hold"),
                needs=("note", "review_on"),
            ),
            "grant_hold": move(
                State.HOLD_REQUESTED,
                to=State.ON_HOLD,
                may="cases.dispatch",
                words=_l("Put it on hold"),
            ),
            "deny_hold": move(
                State.HOLD_REQUESTED,
                to=State.PROCESSING,
                may="cases.dispatch",
                words=_l("Refuse the hold"),
                needs=("note",),
            ),
            "resume": move(
                State.ON_HOLD,
                to=State.PROCESSING,
                may="cases.resume",
                words=_l("Go on with it"),
            ),
            "ask_reporter": move(
                State.PROCESSING,
                to=State.WAITING,
                may="cases.handle",
                words=_l("Ask the reporter"),
                needs=("note",),
            ),
            "answered": move(
                State.WAITING,
                to=State.PROCESSING,
                may="cases.answer",
                words=_l("The reporter has answered"),
            ),
            "hand_out": move(
                State.PROCESSING,
                to=State.EXTERNAL,
                may="cases.handle",
                words=_l("Hand it to an outside body"),
                needs=("note",),
            ),
            "take_back": move(
                State.EXTERNAL,
                to=State.PROCESSING,
                may="cases.handle",
                words=_l("Back from the outside body"),
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
                may="cases.send_check",
                words=_l("Send somebody to check"),
                needs=("worker",),
            ),
            "pass": move(
                State.CHECKING,
                to=State.CHECKED,
                may="cases.check",
                words=_l("It is solved"),
                needs=("nearness",),
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
            "void": move(
                State.FILED,
                *sorted(IN_HANDS),
                State.FEEDBACK,
                State.CHECKING,
                State.CHECKED,
                to=State.VOID,
                may="cases.void",
                words=_l("Declare void"),
                needs=("note",),
            ),
            "reopen": move(
                State.CLOSED,
                to=State.PROCESSING,
                may="cases.reopen",
                words=_l("Open it again"),
                needs=("note",),
            ),
            "archive": move(
                State.CLOSED, to=State.ARCHIVED, may="cases.archive", words=_l("To the archive")
            ),
        },
    )
)


class PartState(StrEnum):
    """Where the part of one department in a joint case stands."""

    SENT = "sent"
    WORKING = "working"
    DONE = "done"
    GONE = "gone"


PART_FLOW = flow.register(
    Flow(
        "case_part",
        {
            PartState.SENT: _l("Sent"),
            PartState.WORKING: _l("In progress"),
            PartState.DONE: _l("Done"),
            PartState.GONE: _l("Not theirs any more"),
        },
        {
            "take": move(
                PartState.SENT, to=PartState.WORKING, may="parts.work", words=_l("Take it on")
            ),
            "finish": move(
                PartState.SENT,
                PartState.WORKING,
                to=PartState.DONE,
                may="parts.work",
                words=_l("Our part is done"),
                needs=("note",),
            ),
            "redo": move(
                PartState.DONE,
                to=PartState.WORKING,
                may="parts.steer",
                words=_l("This part is not done yet"),
                needs=("note",),
            ),
            "release": move(
                PartState.SENT,
                PartState.WORKING,
                PartState.DONE,
                to=PartState.GONE,
                may="parts.steer",
                words=_l("Release this department"),
                needs=("note",),
            ),
        },
    )
)

# What the queue of the desk can be narrowed to, in the order of the work.
QUEUES: dict[str, tuple[LazyString, tuple[State, ...]]] = {
    "open": (_l("All"), tuple(sorted(OPEN))),
    "new": (_l("To accept"), (State.REPORTED, State.VERIFYING)),
    "accepted": (_l("To file"), (State.ACCEPTED,)),
    "filed": (_l("To dispatch"), (State.FILED,)),
    "asked": (_l("To decide"), tuple(sorted(ASKED))),
    "out": (_l("With somebody"), tuple(sorted(IN_HANDS - ASKED - PAUSED))),
    "paused": (_l("At rest"), tuple(sorted(PAUSED))),
    "feedback": (_l("To check"), (State.FEEDBACK, State.CHECKING)),
    "checked": (_l("To close"), (State.CHECKED,)),
    "ended": (_l("Ended"), tuple(sorted(ENDED))),
}

# The steps a case goes, for the line above it.
STEPS = (
    State.REPORTED,
    State.ACCEPTED,
    State.FILED,
    State.DISPATCHED,
    State.PROCESSING,
    State.CHECKING,
    State.CLOSED,
)

# Where on that line a side state stands.
STEP_OF: dict[State, State] = {
    State.VERIFYING: State.REPORTED,
    State.FEEDBACK: State.CHECKING,
    State.CHECKED: State.CHECKING,
    State.ARCHIVED: State.CLOSED,
    State.REJECTED: State.CLOSED,
    State.VOID: State.CLOSED,
    State.MERGED: State.CLOSED,
    **dict.fromkeys(IN_HANDS - {State.DISPATCHED, State.PROCESSING}, State.PROCESSING),
}

live.watch("case", "cases.watch")

DESK = ("acceptor", "dispatcher", "shift_leader", "supervisor", "street_leader")
ACCEPTORS = ("acceptor", "dispatcher", "shift_leader")
DEPARTMENT = ("handler", "dept_head")
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


class TakesPart(Rule):
    """Works in a department that has a part in the case now; a department that lost it has none."""

    words = N_("staff of a department that has a part in it now")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When one of the parts that are not gone is of a department where a post is held."""
        if thing is None:
            return who.holds(DEPARTMENT)
        held = who.units(DEPARTMENT)
        return any(part.unit_id in held for part in thing.parts if part.state != PartState.GONE)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The cases with such a part."""
        held = who.units(DEPARTMENT)
        if not held:
            return false()
        part = model.parts.property.mapper.class_
        mine = select(part.case_id).where(part.unit_id.in_(held), part.state != PartState.GONE)
        # Keys that are known beforehand are found by the index, also beside other ways of being one's own.
        ours: ColumnElement[bool] = model.id == any_(func.array(mine.scalar_subquery()))
        return ours


MAY = {
    "cases.report": Anywhere(*STAFF, "machine"),
    "cases.read": Anywhere(*STAFF, "machine"),
    "cases.watch": Holds(*FIELD, *DESK),
    # A resident has a page of their own, without the names and notes of the desk.
    "cases.see": Holds(*FIELD, *DESK)
    | (Owns("reporter_id", "reported it") & Anywhere(*STAFF, "machine"))
    | Owns("verifier_id", "verifies it")
    | Owns("handler_id", "handles it")
    | Owns("checker_id", "checks it")
    | TakesPart(),
    "cases.accept": Holds(*ACCEPTORS),
    "cases.file": Holds(*ACCEPTORS) | ByItself(),
    "cases.dispatch": Holds("dispatcher", "shift_leader") | ByItself(),
    "cases.send_check": Holds(*ACCEPTORS),
    "cases.close": Holds("shift_leader", "dispatcher"),
    "cases.void": Holds("shift_leader"),
    "cases.verify": Owns("verifier_id", "was sent to verify it"),
    "cases.handle": Owns("handler_id", "was sent to handle it")
    | Holds(*DEPARTMENT, by="department_id"),
    "cases.send_anyway": Holds("shift_leader"),
    "cases.propose": Anywhere("dispatcher", "shift_leader"),
    "cases.pass_on": ByItself(),
    "cases.decline": Owns("handler_id", "was sent to handle it"),
    "cases.check": Owns("checker_id", "was sent to check it"),
    "cases.resume": Holds("dispatcher", "shift_leader") | ByItself(),
    "cases.answer": Owns("reporter_id", "reported it")
    | Owns("handler_id", "was sent to handle it")
    | Holds(*ACCEPTORS)
    | ByItself(),
    "cases.reopen": Owns("reporter_id", "reported it")
    | Holds("shift_leader", "supervisor", "street_leader")
    | ByItself(),
    "cases.archive": ByItself(),
    "cases.self_close": Holds("grid_worker", "grid_leader", "grid_secretary")
    & Owns("reporter_id", "reported it"),
    "cases.correct": Holds(*ACCEPTORS),
    "cases.desk": Anywhere(*DESK),
    "cases.reporter": Holds(*DESK),
    "parts.see": Holds(*DEPARTMENT, by="unit_id") | Anywhere("dispatcher", "shift_leader"),
    "parts.work": Holds(*DEPARTMENT, by="unit_id"),
    "parts.steer": Anywhere("dispatcher", "shift_leader"),
}
