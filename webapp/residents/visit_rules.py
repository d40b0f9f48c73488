"""The life of a visit to a household, when it is due, what may be found there; who may what."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Holds
from webapp.base.flow import Flow, move
from webapp.residents.rules import CARERS

# So many tries are made where nobody opens, each so long after the one before; then a card is left,
# and it is tried again after so many days.
TRIES = 3
TRY_APART = timedelta(hours=2)
CARD_DAYS = 7
# The list shows what is due within so many days.
AHEAD_DAYS = 7


class HomeVisitState(StrEnum):
    """Where a visit to a household stands."""

    DUE = "due"
    DONE = "done"
    NOT_HOME = "not_home"
    REFUSED = "refused"
    CALLED_OFF = "called_off"


class Manner(StrEnum):
    """How a visit was made."""

    AT_HOME = "at_home"
    BY_PHONE = "by_phone"
    VIDEO = "video"


MANNER_WORDS = {
    Manner.AT_HOME: _l("At home"),
    Manner.BY_PHONE: _l("By phone"),
    Manner.VIDEO: _l("By video"),
}


class Need(StrEnum):
    """What was found to be needed."""

    REPAIR = "repair"
    SAFETY = "safety"
    DAILY_HELP = "daily_help"
    DOCTOR = "doctor"
    PAPERS = "papers"
    DISPUTE = "dispute"


NEED_WORDS = {
    Need.REPAIR: _l("Something is to be repaired"),
    Need.SAFETY: _l("Something is dangerous"),
    Need.DAILY_HELP: _l("Help in daily life"),
    Need.DOCTOR: _l("A doctor or medicine"),
    Need.PAPERS: _l("Papers or an application"),
    Need.DISPUTE: _l("A quarrel to be settled"),
}

HOME_VISIT_FLOW = flow.register(
    Flow(
        "home_visit",
        {
            HomeVisitState.DUE: _l("Visit is due"),
            HomeVisitState.DONE: _l("Was made"),
            HomeVisitState.NOT_HOME: _l("Card left, nobody at home"),
            HomeVisitState.REFUSED: _l("Not wished"),
            HomeVisitState.CALLED_OFF: _l("No more needed"),
        },
        {
            "done": move(
                HomeVisitState.DUE,
                to=HomeVisitState.DONE,
                may="home_visits.make",
                words=_l("The visit was made"),
                needs=("nearness_point",),
            ),
            "knock": move(
                HomeVisitState.DUE,
                to=HomeVisitState.DUE,
                may="home_visits.make",
                words=_l("Nobody opens"),
                needs=("nearness_point",),
            ),
            "not_home": move(
                HomeVisitState.DUE,
                to=HomeVisitState.NOT_HOME,
                may="home_visits.make",
                words=_l("Nobody opened three times, a card was left"),
                needs=("nearness_point",),
            ),
            "refuse": move(
                HomeVisitState.DUE,
                to=HomeVisitState.REFUSED,
                may="home_visits.make",
                words=_l("A visit is not wished"),
            ),
            "call_off": move(
                HomeVisitState.DUE,
                to=HomeVisitState.CALLED_OFF,
                may="home_visits.end",
                words=_l("Nobody there belongs to a key group any more"),
            ),
        },
    )
)

CHIPS = {
    HomeVisitState.DUE: "new",
    HomeVisitState.DONE: "done",
    HomeVisitState.NOT_HOME: "soon",
    HomeVisitState.REFUSED: "rest",
    HomeVisitState.CALLED_OFF: "rest",
}

MAY = {
    "home_visits.see": Holds(*CARERS),
    "home_visits.make": Holds(*CARERS),
    "home_visits.end": ByItself(),
    "home_visits.intervals": Anywhere(*CARERS, "street_leader", "admin"),
    "home_visits.set": Anywhere("street_leader", "admin"),
}
