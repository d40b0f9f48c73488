"""The lives of a patrol, of its points, and of a visit to a door; who may what."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import ByItself, Holds
from webapp.base.flow import Flow, move
from webapp.cases.rules import DESK, FIELD

# So many tries are made at a door where nobody opens, each so long after the one before.
TRIES = 3
TRY_APART = timedelta(hours=2)
# What came up so many times within so many days and metres is a trouble spot.
TROUBLE_TIMES = 2
TROUBLE_DAYS = 84
TROUBLE_M = 50.0

PLANNERS = ("grid_secretary", "grid_leader", "grid_worker")


class PatrolState(StrEnum):
    """Where a patrol stands."""

    PLANNED = "planned"
    STARTED = "started"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class PointState(StrEnum):
    """Where a point of a patrol stands."""

    WAITING = "waiting"
    VISITED = "visited"
    SKIPPED = "skipped"


class PointKind(StrEnum):
    """What a point of a patrol is."""

    PLACE = "place"
    ENTERPRISE = "enterprise"
    TROUBLE = "trouble"
    FREE = "free"


POINT_WORDS = {
    PointKind.PLACE: _l("Named place"),
    PointKind.ENTERPRISE: _l("Enterprise"),
    PointKind.TROUBLE: _l("Trouble spot"),
    PointKind.FREE: _l("Free point"),
}


class VisitState(StrEnum):
    """Where a visit to a door stands."""

    DUE = "due"
    DONE = "done"
    NOT_HOME = "not_home"
    REFUSED = "refused"


class Purpose(StrEnum):
    """What a door is visited for; never about whom."""

    CARE = "care"
    SAFETY = "safety"
    NEWS = "news"
    REPLY = "reply"
    OTHER = "other"


PURPOSE_WORDS = {
    Purpose.CARE: _l("Care visit"),
    Purpose.SAFETY: _l("Safety check"),
    Purpose.NEWS: _l("Bring information"),
    Purpose.REPLY: _l("Return visit"),
    Purpose.OTHER: _l("Another visit"),
}

PATROL_FLOW = flow.register(
    Flow(
        "patrol",
        {
            PatrolState.PLANNED: _l("Planned"),
            PatrolState.STARTED: _l("Under way"),
            PatrolState.FINISHED: _l("Finished"),
            PatrolState.CANCELLED: _l("Called off"),
        },
        {
            "start": move(
                PatrolState.PLANNED,
                to=PatrolState.STARTED,
                may="patrols.walk",
                words=_l("Start the patrol"),
            ),
            "finish": move(
                PatrolState.STARTED,
                to=PatrolState.FINISHED,
                may="patrols.walk",
                words=_l("Finish the patrol"),
            ),
            "call_off": move(
                PatrolState.PLANNED,
                PatrolState.STARTED,
                to=PatrolState.CANCELLED,
                may="patrols.call_off",
                words=_l("Call the patrol off"),
            ),
        },
    )
)

POINT_FLOW = flow.register(
    Flow(
        "patrol_point",
        {
            PointState.WAITING: _l("Not yet seen"),
            PointState.VISITED: _l("Seen"),
            PointState.SKIPPED: _l("Left out"),
        },
        {
            "visit": move(
                PointState.WAITING,
                PointState.SKIPPED,
                to=PointState.VISITED,
                may="patrols.walk",
                words=_l("I am here"),
                needs=("nearness_point",),
            ),
            "skip": move(
                PointState.WAITING,
                to=PointState.SKIPPED,
                may="patrols.walk",
                words=_l("Leave it out"),
                needs=("note",),
            ),
        },
    )
)

VISIT_FLOW = flow.register(
    Flow(
        "door_visit",
        {
            VisitState.DUE: _l("Due"),
            VisitState.DONE: _l("Visited"),
            VisitState.NOT_HOME: _l("Nobody at home"),
            VisitState.REFUSED: _l("Not wished"),
        },
        {
            "done": move(
                VisitState.DUE,
                to=VisitState.DONE,
                may="visits.make",
                words=_l("Visited, all said"),
                needs=("nearness_point",),
            ),
            "knock": move(
                VisitState.DUE,
                to=VisitState.DUE,
                may="visits.make",
                words=_l("Nobody opens"),
                needs=("nearness_point",),
            ),
            "not_home": move(
                VisitState.DUE,
                to=VisitState.NOT_HOME,
                may="visits.make",
                words=_l("Nobody opened three times"),
                needs=("nearness_point",),
            ),
            "refuse": move(
                VisitState.DUE,
                to=VisitState.REFUSED,
                may="visits.make",
                words=_l("A visit is not wished"),
            ),
        },
    )
)

MAY = {
    "patrols.see": Holds(*FIELD, *DESK),
    "patrols.plan": Holds(*PLANNERS),
    "patrols.walk": Holds(*FIELD),
    "patrols.call_off": Holds(*PLANNERS) | ByItself(),
    "visits.see": Holds(*FIELD),
    "visits.plan": Holds(*PLANNERS),
    "visits.make": Holds(*FIELD),
}
