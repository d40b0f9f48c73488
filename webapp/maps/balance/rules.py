"""What is weighed, in which scope and by which limits; the life of a proposal, and who may ask for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import ByItself
from webapp.base.flow import Flow, move
from webapp.grids.rules import GridKind


class Load(StrEnum):
    """What makes work in a grid."""

    CASES = "cases"
    VISITS = "visits"
    HOUSEHOLDS = "households"
    WALKING = "walking"


LOAD_WORDS = {
    Load.CASES: _l("Cases"),
    Load.VISITS: _l("Visits"),
    Load.HOUSEHOLDS: _l("Households"),
    Load.WALKING: _l("Walking, hours"),
}
SOURCE_WORDS = {
    Load.CASES: _l("all cases received in the period, by their point"),
    Load.VISITS: _l("visits at doors and at households that ended in the period, by their point"),
    Load.HOUSEHOLDS: _l("households that live there today, by the point of their building"),
    Load.WALKING: _l(
        "there and back along the roads for each case and each visit, from the best middle of the grid"
    ),
}

# What things count by: everything but the hours, which come of them.
COUNTED = (Load.CASES, Load.VISITS, Load.HOUSEHOLDS)

PERIODS = (30, 90, 180, 365)
DEFAULT_WEIGHTS = {Load.CASES: 40, Load.VISITS: 20, Load.HOUSEHOLDS: 30, Load.WALKING: 10}
# The standard's size of a grid in a town (GB/T 34300: 300 to 500 households).
MOST_HOUSEHOLDS = 500


class Number(StrEnum):
    """How many grids there are afterwards."""

    KEPT = "kept"
    MORE = "more"
    FEWER = "fewer"


NUMBER_WORDS = {
    Number.KEPT: _l("as many as now"),
    Number.MORE: _l("one more"),
    Number.FEWER: _l("one fewer"),
}

ALL = "all"
# Of fewer cases, visits and households a grid it is chance that decides who has more.
LEAST_COUNTED = 5


@dataclass(frozen=True)
class Group:
    """The grids of one kind in one community: ground changes hands only among them."""

    community_id: int
    kind: GridKind

    @property
    def key(self) -> str:
        """The same in an address."""
        return f"{self.community_id}:{self.kind}"


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. `change`: percent of the households of a group that may change their grid."""

    scope: str = ALL
    weights: Mapping[str, int] = field(
        default_factory=lambda: {load.value: weight for load, weight in DEFAULT_WEIGHTS.items()}
    )
    days: int = 90
    number: str = Number.KEPT
    most_households: int | None = MOST_HOUSEHOLDS
    least_m2: int | None = None
    change: int | None = None
    seed: int = 1

    def kept(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "weights": dict(self.weights)}


class BalanceState(StrEnum):
    """Where a proposal stands."""

    WORKING = "working"
    PROPOSED = "proposed"
    NOTHING = "nothing"
    STOPPED = "stopped"
    APPROVED = "approved"
    DROPPED = "dropped"


BALANCE_FLOW = flow.register(
    Flow(
        "balance",
        {
            BalanceState.WORKING: _l("Being worked out"),
            BalanceState.PROPOSED: _l("Proposed, waiting for you"),
            BalanceState.NOTHING: _l("No better cut found"),
            BalanceState.STOPPED: _l("Stopped"),
            BalanceState.APPROVED: _l("Made a boundary set"),
            BalanceState.DROPPED: _l("Refused"),
        },
        {
            "propose": move(
                BalanceState.WORKING,
                to=BalanceState.PROPOSED,
                may="balance.answer",
                words=_l("A better cut was found"),
            ),
            "find_nothing": move(
                BalanceState.WORKING,
                to=BalanceState.NOTHING,
                may="balance.answer",
                words=_l("No better cut found"),
            ),
            "stop": move(
                BalanceState.WORKING,
                to=BalanceState.STOPPED,
                may="grids.draw",
                words=_l("Stop"),
            ),
            "approve": move(
                BalanceState.PROPOSED,
                to=BalanceState.APPROVED,
                may="grids.draw",
                words=_l("Make a draft of it"),
            ),
            "drop": move(
                BalanceState.PROPOSED,
                BalanceState.NOTHING,
                BalanceState.STOPPED,
                to=BalanceState.DROPPED,
                may="grids.draw",
                words=_l("Refuse this proposal"),
            ),
        },
    )
)


class Why(StrEnum):
    """Why a group stays as it is."""

    ALONE = "alone"
    NO_LOAD = "no_load"
    LITTLE = "little"
    APART = "apart"
    EQUAL = "equal"
    BEST = "best"
    WRONG = "wrong"


WHY_WORDS = {
    Why.ALONE: _l("There is only one grid of this kind in the community."),
    Why.NO_LOAD: _l("Nothing was counted there: there is nothing to share out."),
    Why.LITTLE: _l(
        "Too little was counted there to say which grid carries more: fewer than five things a grid."
    ),
    Why.APART: _l("Its grids have no common border."),
    Why.EQUAL: _l("Its grids carry equal loads already."),
    Why.BEST: _l("No better cut was found along parcels, roads and cells within the limits."),
    Why.WRONG: _l("What was found does not pass the check of borders."),
}
MAY = {
    # Everything that people do here is `grids.draw`: it is work on the same drafts.
    "balance.answer": ByItself(),
}
