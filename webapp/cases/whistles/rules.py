"""The life of a whistle and of each call in it, who may blow, and how soon one reports in."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, ByItself, Holds, Owns, Rule
from webapp.base.clock import Limit, Unit
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.cases.rules import DEPARTMENT


class WhistleKind(StrEnum):
    """How much haste a whistle wants."""

    EMERGENCY = "emergency"
    TOUGH = "tough"
    DAILY = "daily"


WHISTLE_WORDS = {
    WhistleKind.EMERGENCY: _l("Emergency whistle"),
    WhistleKind.TOUGH: _l("Whistle for a tough matter"),
    WhistleKind.DAILY: _l("Everyday whistle"),
}

# How soon a department that was called reports in.
REPORT_IN = {
    WhistleKind.EMERGENCY: Limit(30, Unit.MINUTE),
    WhistleKind.TOUGH: Limit(1, Unit.WORK_DAY),
    WhistleKind.DAILY: Limit(2, Unit.WORK_DAY),
}

# Whoever reports in stands this near (metres), or says why not.
REPORT_IN_M = 300.0


class WhistleState(StrEnum):
    """Where a whistle stands."""

    BLOWN = "blown"
    MEETING = "meeting"
    AGREED = "agreed"
    EXECUTING = "executing"
    RESULT = "result"
    RATED = "rated"
    CLOSED = "closed"
    CALLED_OFF = "called_off"


class CallState(StrEnum):
    """Where the call to one department stands."""

    CALLED = "called"
    REPORTED_IN = "reported_in"
    ABSENT = "absent"


WHISTLE_FLOW = flow.register(
    Flow(
        "whistle",
        {
            WhistleState.BLOWN: _l("Blown, departments are called"),
            WhistleState.MEETING: _l("They meet on the spot"),
            WhistleState.AGREED: _l("A plan is agreed"),
            WhistleState.EXECUTING: _l("Being carried out"),
            WhistleState.RESULT: _l("There is a result"),
            WhistleState.RATED: _l("Rated by who blew"),
            WhistleState.CLOSED: _l("Whistle closed"),
            WhistleState.CALLED_OFF: _l("Called off"),
        },
        {
            "meet": move(
                WhistleState.BLOWN,
                to=WhistleState.MEETING,
                may="whistles.lead",
                words=_l("Begin the meeting on the spot"),
            ),
            "agree": move(
                WhistleState.MEETING,
                to=WhistleState.AGREED,
                may="whistles.lead",
                words=_l("Write down the plan"),
                needs=("note",),
            ),
            "execute": move(
                WhistleState.AGREED,
                to=WhistleState.EXECUTING,
                may="whistles.lead",
                words=_l("Begin to carry it out"),
            ),
            "report_result": move(
                WhistleState.EXECUTING,
                to=WhistleState.RESULT,
                may="whistles.lead",
                words=_l("Report the result"),
                needs=("note",),
            ),
            "rate": move(
                WhistleState.RESULT,
                to=WhistleState.RATED,
                may="whistles.rate",
                words=_l("Rate those who came"),
                needs=("rating",),
            ),
            "close": move(
                WhistleState.RATED,
                to=WhistleState.CLOSED,
                may="whistles.close",
                words=_l("Close the whistle"),
            ),
            "call_off": move(
                WhistleState.BLOWN,
                WhistleState.MEETING,
                to=WhistleState.CALLED_OFF,
                may="whistles.close",
                words=_l("Call it off"),
                needs=("note",),
            ),
        },
    )
)

CALL_FLOW = flow.register(
    Flow(
        "whistle_call",
        {
            CallState.CALLED: _l("Called"),
            CallState.REPORTED_IN: _l("Reported in"),
            CallState.ABSENT: _l("Did not come in time"),
        },
        {
            "report_in": move(
                CallState.CALLED,
                CallState.ABSENT,
                to=CallState.REPORTED_IN,
                may="whistles.report_in",
                words=_l("Report in here"),
                needs=("presence",),
            ),
            "miss": move(
                CallState.CALLED,
                to=CallState.ABSENT,
                may="whistles.miss",
                words=_l("Did not come in time"),
            ),
        },
    )
)

BLOWERS = (
    "grid_secretary",
    "grid_leader",
    "station_head",
    "dispatcher",
    "shift_leader",
    "street_leader",
)
DESK = ("acceptor", "dispatcher", "shift_leader", "supervisor", "street_leader")


class IsCalled(Rule):
    """Works in a department that the whistle calls."""

    words = N_("staff of a department that is called")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When one of the calls is to a department where a post is held."""
        if thing is None:
            return who.holds(DEPARTMENT)
        held = who.units(DEPARTMENT)
        return any(call.unit_id in held for call in thing.calls)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The whistles with such a call."""
        held = who.units(DEPARTMENT)
        if not held:
            return false()
        call = model.calls.property.mapper.class_
        mine: ColumnElement[bool] = model.calls.any(call.unit_id.in_(held))
        return mine


MAY = {
    "whistles.list": Anywhere(*BLOWERS, *DESK, *DEPARTMENT),
    "whistles.blow": Holds(*BLOWERS),
    "whistles.see": Owns("blower_id", "blew it")
    | Holds("grid_secretary", "grid_leader", "grid_worker", *DESK)
    | IsCalled(),
    "whistles.lead": Owns("blower_id", "blew it") | Holds(*DEPARTMENT, by="lead_unit_id"),
    "whistles.rate": Owns("blower_id", "blew it"),
    "whistles.close": Owns("blower_id", "blew it") | Anywhere("shift_leader"),
    "whistles.report_in": Holds(*DEPARTMENT, by="unit_id"),
    "whistles.miss": ByItself(),
}
