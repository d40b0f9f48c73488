"""How often an enterprise is inspected, when monitoring makes that less often, and who inspects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Holds
from webapp.base.flow import Flow, move
from webapp.monitoring.safety.rules import DESK, FIELD, OFFICERS, Risk


class InspectionState(StrEnum):
    """Where an inspection stands."""

    DUE = "due"
    DONE = "done"
    MISSED = "missed"


INSPECTION_CHIPS = {
    InspectionState.DUE: "new",
    InspectionState.DONE: "done",
    InspectionState.MISSED: "late",
}

INSPECTION_FLOW = flow.register(
    Flow(
        "safety_inspection",
        {
            InspectionState.DUE: _l("Inspection due"),
            InspectionState.DONE: _l("Inspected"),
            InspectionState.MISSED: _l("Not inspected in its time"),
        },
        {
            "do": move(
                InspectionState.DUE,
                to=InspectionState.DONE,
                may="inspections.do",
                words=_l("Hand in the inspection"),
            ),
            "miss": move(
                InspectionState.DUE,
                to=InspectionState.MISSED,
                may="inspections.by_itself",
                words=_l("Not inspected in its time"),
            ),
        },
    )
)


class Answer(StrEnum):
    """What an inspection found of one item."""

    OK = "ok"
    NOT = "not"
    NA = "na"


ANSWER_WORDS = {
    Answer.OK: _l("In order"),
    Answer.NOT: _l("Not in order"),
    Answer.NA: _l("Does not apply"),
}

# With monitoring an interval is so many times as long, and never longer than a year.
LONGER = 2
LONGEST_DAYS = 365
# The riskiest are inspected as often as ever.
NEVER_LONGER = frozenset((Risk.RED,))
# For so many days nothing may have been raised at what watches it.
QUIET_DAYS = 90
# When monitoring fails, the inspection is due in so many days at the earliest.
SHORT_NOTICE = timedelta(days=7)
# So many days before the end of its time an inspection counts as due soon.
SOON_DAYS = 14


@dataclass(frozen=True)
class Watched:
    """What is known of an enterprise that decides whether monitoring stands in for a visit."""

    points: int
    unwatched: int
    alarms: int
    dangers: int
    expired: int


def against(risk: Risk, known: Watched) -> list[LazyString]:
    """Every reason for which an enterprise is not inspected less often; none: it is."""
    reasons: list[LazyString] = []
    if risk in NEVER_LONGER:
        reasons.append(_l("It is of the highest risk."))
    if known.points == 0:
        reasons.append(_l("No hazard point is written down."))
    counted = (
        (
            _l("Hazard points watched by nothing that works: %(n)s", n=known.unwatched),
            known.unwatched,
        ),
        (_l("Alarms in the last 90 days: %(n)s", n=known.alarms), known.alarms),
        (_l("Hidden dangers not cleared: %(n)s", n=known.dangers), known.dangers),
        (_l("Licences that have expired: %(n)s", n=known.expired), known.expired),
    )
    reasons += [words for words, count in counted if count]
    return reasons


def days_of(base_days: int, risk: Risk, known: Watched) -> int:
    """How many days lie between two inspections of an enterprise that is usually inspected every
    `base_days`."""
    if against(risk, known):
        return base_days
    return max(base_days, min(base_days * LONGER, LONGEST_DAYS))


def saved(begins: date, ends: date, base_days: int) -> int:
    """How many whole visits of the usual plan were not needed between two days."""
    return max(0, (ends - begins).days // base_days - 1)


MAY = {
    "inspections.see": Anywhere(*DESK) | Holds(*FIELD),
    "inspections.do": Anywhere(*OFFICERS) | Holds(*FIELD),
    "inspections.plan": Anywhere(*OFFICERS),
    "inspections.by_itself": ByItself(),
}
