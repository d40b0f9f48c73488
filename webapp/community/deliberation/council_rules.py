"""Councils of grids that are drawn by lot: their states, how the seats are shared, who may draw."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, Everyone, Holds
from webapp.base.flow import Flow, move
from webapp.community.livelihood.rules import DESK, FIELD


class CouncilState(StrEnum):
    """Where the lot stands."""

    LISTED = "listed"
    DRAWN = "drawn"


class Strata(StrEnum):
    """By what the seats are shared before the lot decides."""

    NONE = "none"
    BUILDING = "building"
    SEX = "sex"


STRATA_WORDS = {
    Strata.NONE: _l("Everybody in one lot"),
    Strata.BUILDING: _l("Seats shared by building"),
    Strata.SEX: _l("Seats shared by men and women"),
}

flow.EVIDENCE_WORDS |= {"seed": _l("Write the seed as it was published.")}

COUNCIL_FLOW = flow.register(
    Flow(
        "council",
        {
            CouncilState.LISTED: _l("List fixed, seed awaited"),
            CouncilState.DRAWN: _l("Drawn by lot"),
        },
        {
            "draw": move(
                CouncilState.LISTED,
                to=CouncilState.DRAWN,
                may="councils.draw",
                words=_l("Draw the council"),
                needs=("seed",),
            )
        },
    )
)

COUNCIL_CHIPS = {CouncilState.LISTED: "soon", CouncilState.DRAWN: "done"}

MAY = {
    "councils.read": Everyone(),
    "councils.list": Anywhere(*DESK, *FIELD, "station_head"),
    "councils.see": Anywhere(*DESK) | Holds(*FIELD, "station_head"),
    "councils.draw": Anywhere("street_leader")
    | Holds("station_head", "grid_secretary", "grid_leader"),
}
