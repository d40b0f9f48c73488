"""The desk: lights, the paper of a shift, who may what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, Owns, Rule
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.cases.rules import ACCEPTORS, DEPARTMENT, DESK

# So many filters one person keeps, and so many phrases.
MOST_FILTERS = 12
MOST_PHRASES = 60

# So many cases are changed by one bulk act.
MOST_AT_ONCE = 50

# A shift whose last paper is older than this (hours) is counted from so long ago.
LONGEST_SHIFT = 24


class Light(StrEnum):
    """How a case stands against its clock."""

    LATE = "late"
    SOON = "soon"
    GREEN = "green"


LIGHT_WORDS = {
    Light.LATE: _l("Late"),
    Light.SOON: _l("Due soon"),
    Light.GREEN: _l("In time"),
}


class ShiftState(StrEnum):
    """Where the paper of a shift stands."""

    DRAFT = "draft"
    GIVEN = "given"
    TAKEN = "taken"


SHIFT_FLOW = flow.register(
    Flow(
        "desk_shift",
        {
            ShiftState.DRAFT: _l("Being prepared"),
            ShiftState.GIVEN: _l("Handed over, not yet taken"),
            ShiftState.TAKEN: _l("Taken over"),
        },
        {
            "give": move(
                ShiftState.DRAFT,
                to=ShiftState.GIVEN,
                may="shifts.give",
                words=_l("Sign and hand over"),
                needs=("taker",),
            ),
            "take": move(
                ShiftState.GIVEN,
                to=ShiftState.TAKEN,
                may="shifts.take",
                words=_l("Sign and take over"),
            ),
            "return": move(
                ShiftState.GIVEN,
                to=ShiftState.DRAFT,
                may="shifts.take",
                words=_l("Give back, something is missing"),
                needs=("note",),
            ),
        },
    )
)


class OfAll(Rule):
    """A phrase that everybody of the desk reads, in the hands of the shift leader."""

    words = N_("the shift leader, for phrases of all")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the phrase is of all and the post of the shift leader is held."""
        return who.holds(SHARERS) and (thing is None or thing.account_id is None)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The phrases of all."""
        shared: ColumnElement[bool] = model.account_id.is_(None) & who.holds(SHARERS)
        return shared


SHARERS = ("shift_leader", "supervisor")

MAY = {
    "desk.bulk": Anywhere(*ACCEPTORS),
    "desk.filter": Owns("account_id", "keeps it"),
    "desk.phrases": Anywhere(*DESK, *DEPARTMENT),
    "desk.phrase": Owns("account_id", "keeps it") | OfAll(),
    "desk.share": Anywhere(*SHARERS),
    "shifts.see": Anywhere(*DESK),
    "shifts.make": Anywhere(*ACCEPTORS),
    "shifts.give": Owns("giver_id", "hands it over"),
    "shifts.take": Owns("taker_id", "takes it over"),
}
