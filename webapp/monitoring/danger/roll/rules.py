"""What is known of somebody on the roll, who marks it, and how an exercise is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow, live
from webapp.base.access import Anywhere, Holds
from webapp.base.flow import Flow, move


class Subject(StrEnum):
    """Who is on the roll."""

    HOUSEHOLD = "household"
    ENTERPRISE = "enterprise"
    WORKER = "worker"


SUBJECT_WORDS = {
    Subject.HOUSEHOLD: _l("Household on the roll"),
    Subject.ENTERPRISE: _l("Enterprise on the roll"),
    Subject.WORKER: _l("Worker on the roll"),
}


class RollState(StrEnum):
    """What is known of them."""

    WAITING = "waiting"
    NEEDS_HELP = "needs_help"
    NOT_FOUND = "not_found"
    AT_MUSTER = "at_muster"
    SAFE = "safe"


# Those who are not out of it yet; who needs help stands first.
UNRESOLVED = (RollState.NEEDS_HELP, RollState.WAITING, RollState.NOT_FOUND)
REACHED = (RollState.NEEDS_HELP, RollState.AT_MUSTER, RollState.SAFE)

STATE_CHIPS = {
    RollState.WAITING: "new",
    RollState.NEEDS_HELP: "late",
    RollState.NOT_FOUND: "soon",
    RollState.AT_MUSTER: "done",
    RollState.SAFE: "done",
}


def _others(state: RollState) -> list[RollState]:
    return [each for each in RollState if each != state]


ROLL_FLOW = flow.register(
    Flow(
        "roll_entry",
        {
            RollState.WAITING: _l("Nobody has asked yet"),
            RollState.NEEDS_HELP: _l("Needs help"),
            RollState.NOT_FOUND: _l("Not found"),
            RollState.AT_MUSTER: _l("At the muster point"),
            RollState.SAFE: _l("Safe"),
        },
        {
            "safe": move(
                *_others(RollState.SAFE),
                to=RollState.SAFE,
                may="danger.mark",
                words=_l("They are safe"),
            ),
            "at_muster": move(
                *_others(RollState.AT_MUSTER),
                to=RollState.AT_MUSTER,
                may="danger.mark",
                words=_l("They are at the muster point"),
            ),
            "not_found": move(
                *_others(RollState.NOT_FOUND),
                to=RollState.NOT_FOUND,
                may="danger.mark",
                words=_l("Nobody found"),
            ),
            "needs_help": move(
                *_others(RollState.NEEDS_HELP),
                to=RollState.NEEDS_HELP,
                may="danger.mark",
                words=_l("They need help"),
            ),
        },
    )
)

# Who goes from door to door in a grid.
CALLERS = ("grid_secretary", "grid_leader", "grid_worker")
_OPERATORS = ("dispatcher", "shift_leader", "safety_officer")

MAY = {
    "danger.mark": Holds(*CALLERS) | Anywhere(*_OPERATORS),
    "danger.roll": Holds(*CALLERS) | Anywhere(*_OPERATORS, "supervisor", "street_leader"),
    "danger.score": Anywhere(*_OPERATORS, "supervisor", "street_leader"),
}

live.watch("roll_entry", "danger.roll")


# Points of an exercise: so many are had up to the first time (seconds), none from the second on.
TIMED = {
    "acknowledged": (15.0, 60.0, 300.0),
    "drawn": (20.0, 300.0, 900.0),
    "told": (25.0, 600.0, 1800.0),
}
# And so many for the share of the roll that was reached within so many minutes.
REACHED_POINTS = 40.0
REACHED_WITHIN_MIN = 30
# The shares are shown for these minutes after the roll-call began.
MINUTES = (5, 10, 15, 30)


@dataclass(frozen=True)
class Took:
    """How an exercise went: seconds until each step (None: never), and when each of the roll was reached.

    `acknowledged`, `drawn` and `told` count from the alarm; `reached` from the telling, None: never.
    """

    acknowledged: float | None
    drawn: float | None
    told: float | None
    reached: Sequence[float | None]


def points_for(seconds: float | None, most: float, full: float, none: float) -> float:
    """All points up to one time, none from another on, evenly less between them."""
    if seconds is None or seconds >= none:
        return 0.0
    return most if seconds <= full else most * (none - seconds) / (none - full)


def share_reached(reached: Sequence[float | None], minutes: float) -> float:
    """Which share of the roll was reached within so many minutes; all of an empty roll."""
    if not reached:
        return 1.0
    return sum(each is not None and each <= minutes * 60 for each in reached) / len(reached)


def score(took: Took) -> dict[str, float]:
    """The points of an exercise, one after the other, and `total` from 0 to 100."""
    points = {name: points_for(getattr(took, name), *limits) for name, limits in TIMED.items()}
    share = share_reached(took.reached, REACHED_WITHIN_MIN) if took.told is not None else 0.0
    points["reached"] = REACHED_POINTS * share
    return {**points, "total": sum(points.values())}
