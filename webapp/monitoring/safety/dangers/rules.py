"""The life of a hidden danger, how long it may take, and who may do what with it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, Holds, Owns, Rule
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.monitoring.safety.rules import DESK, FIELD, OFFICERS, ActsFor
from webapp.monitoring.signals import Kind


class DangerState(StrEnum):
    """Where a hidden danger stands."""

    FOUND = "found"
    ORDERED = "ordered"
    RECTIFIED = "rectified"
    RECHECKED = "rechecked"
    CLEARED = "cleared"
    VOID = "void"


OPEN = (
    DangerState.FOUND,
    DangerState.ORDERED,
    DangerState.RECTIFIED,
    DangerState.RECHECKED,
)


class Level(StrEnum):
    """How bad it is."""

    GENERAL = "general"
    MAJOR = "major"


LEVEL_WORDS = {
    Level.GENERAL: _l("Ordinary hidden danger"),
    Level.MAJOR: _l("Major hidden danger"),
}


class DangerKind(StrEnum):
    """What is dangerous."""

    FIRE = "fire"
    ESCAPE = "escape"
    ELECTRIC = "electric"
    REFRIGERATION = "refrigeration"
    CHEMICALS = "chemicals"
    CONFINED = "confined"
    EQUIPMENT = "equipment"
    HEIGHT = "height"
    HOT_WORK = "hot_work"
    CONDUCT = "conduct"
    PAPERS = "papers"
    OTHER = "other"


DANGER_WORDS = {
    DangerKind.FIRE: _l("Fire protection"),
    DangerKind.ESCAPE: _l("Ways of escape"),
    DangerKind.ELECTRIC: _l("Electricity"),
    DangerKind.REFRIGERATION: _l("Refrigeration with ammonia"),
    DangerKind.CHEMICALS: _l("Dangerous chemicals"),
    DangerKind.CONFINED: _l("Work in confined spaces"),
    DangerKind.EQUIPMENT: _l("Machines and special equipment"),
    DangerKind.HEIGHT: _l("Falls from heights"),
    DangerKind.HOT_WORK: _l("Welding and open flames"),
    DangerKind.CONDUCT: _l("How people work"),
    DangerKind.PAPERS: _l("Papers, training, management"),
    DangerKind.OTHER: _l("Another hidden danger"),
}

# What an alarm of a kind is as a hidden danger.
OF_ALARM: dict[str, DangerKind] = {
    Kind.SMOKE: DangerKind.FIRE,
    Kind.FLAME: DangerKind.FIRE,
    Kind.HEAT: DangerKind.FIRE,
    Kind.AMMONIA: DangerKind.REFRIGERATION,
    Kind.GAS: DangerKind.CHEMICALS,
    Kind.HELMET: DangerKind.CONDUCT,
    Kind.LEFT_POST: DangerKind.CONDUCT,
    Kind.INTRUSION: DangerKind.CONDUCT,
    Kind.VEHICLE: DangerKind.ESCAPE,
}


class FoundBy(StrEnum):
    """How a hidden danger came to light."""

    INSPECTION = "inspection"
    ALARM = "alarm"
    CASE = "case"
    ENTERPRISE = "enterprise"


FOUND_WORDS = {
    FoundBy.INSPECTION: _l("By an inspection"),
    FoundBy.ALARM: _l("By an alarm"),
    FoundBy.CASE: _l("By a case"),
    FoundBy.ENTERPRISE: _l("By the enterprise itself"),
}

# Until when it is to be put right where nobody says another day (days).
USUAL_DAYS = {Level.GENERAL: 7, Level.MAJOR: 15}
# So long before its end a deadline is told once.
SOON = timedelta(days=1)
# Cases of these classes begin so: safety at work.
SAFETY_CASES = "21"

DANGER_CHIPS = {
    DangerState.FOUND: "new",
    DangerState.ORDERED: "work",
    DangerState.RECTIFIED: "soon",
    DangerState.RECHECKED: "soon",
    DangerState.CLEARED: "done",
    DangerState.VOID: "rest",
}

flow.EVIDENCE_WORDS |= {
    "due_on": _l("Say until when."),
    "responsible": _l("Say who has to put it right."),
    "recheck_photo": _l("Take a photo of what you looked at again."),
}

DANGER_FLOW = flow.register(
    Flow(
        "hidden_danger",
        {
            DangerState.FOUND: _l("Hidden danger found"),
            DangerState.ORDERED: _l("Ordered, being put right"),
            DangerState.RECTIFIED: _l("Put right, to be looked at again"),
            DangerState.RECHECKED: _l("Looked at again, to be cleared"),
            DangerState.CLEARED: _l("Hidden danger cleared"),
            DangerState.VOID: _l("No hidden danger"),
        },
        {
            "order": move(
                DangerState.FOUND,
                to=DangerState.ORDERED,
                may="dangers.order",
                words=_l("Order it to be put right"),
                needs=("responsible", "due_on"),
            ),
            "rectify": move(
                DangerState.ORDERED,
                to=DangerState.RECTIFIED,
                may="dangers.rectify",
                words=_l("It is put right"),
                needs=("after_photo", "note"),
            ),
            "recheck": move(
                DangerState.RECTIFIED,
                to=DangerState.RECHECKED,
                may="dangers.recheck",
                words=_l("Looked at again: it is right"),
                needs=("recheck_photo",),
            ),
            "send_back": move(
                DangerState.RECTIFIED,
                DangerState.RECHECKED,
                to=DangerState.ORDERED,
                may="dangers.recheck",
                words=_l("Send it back: not right yet"),
                needs=("note",),
            ),
            "clear": move(
                DangerState.RECHECKED,
                to=DangerState.CLEARED,
                may="dangers.clear",
                words=_l("Clear the hidden danger"),
            ),
            "drop": move(
                DangerState.FOUND,
                to=DangerState.VOID,
                may="dangers.order",
                words=_l("There is no hidden danger"),
                needs=("note",),
            ),
        },
    )
)


class Another(Rule):
    """Is somebody else than the account in a column of the thing; `major`: only where it is a major one."""

    def __init__(self, column: str, words: str, *, major: bool = False) -> None:
        self.column = column
        self.words = words
        self.major = major

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the column names somebody else, or nobody."""
        if thing is None or (self.major and thing.level != Level.MAJOR):
            return True
        return bool(getattr(thing, self.column) != who.id)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows that do not name the one who asks."""
        other: ColumnElement[bool] = getattr(model, self.column).is_distinct_from(who.id)
        return other | (model.level != Level.MAJOR) if self.major else other


LEADER = "street_leader"

_OTHERS = Another("rectified_by_id", N_("did not put it right"))
_SECOND = Another(
    "rechecked_by_id", N_("did not look again alone, where it is a major one"), major=True
)
_HANDS = Anywhere(*OFFICERS) | Holds(*FIELD)

MAY = {
    "dangers.list": Anywhere(*DESK, *FIELD),
    "dangers.see": Anywhere(*DESK)
    | Holds(*FIELD)
    | Owns("found_by_id", "found it")
    | ActsFor("profile"),
    "dangers.find": Anywhere(*DESK) | Holds(*FIELD),
    "dangers.find_own": ActsFor(),
    "dangers.order": Anywhere(*OFFICERS, LEADER),
    "dangers.rectify": _HANDS | ActsFor("profile"),
    "dangers.recheck": _HANDS & _OTHERS,
    "dangers.clear": Anywhere(*OFFICERS, LEADER) & _OTHERS & _SECOND,
}
