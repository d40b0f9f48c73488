"""The life of an activity, who may do what with it, and when its door is open."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, Everyone, Holds, SignedIn
from webapp.base.flow import Flow, move
from webapp.community.livelihood.rules import DESK, FIELD


class ActivityState(StrEnum):
    """Where an activity stands."""

    ANNOUNCED = "announced"
    HELD = "held"
    CANCELLED = "cancelled"


class ActivityKind(StrEnum):
    """What is done together."""

    TALK = "talk"
    CULTURE = "culture"
    VOLUNTEER = "volunteer"
    LESSON = "lesson"
    HEALTH = "health"
    NEIGHBOURS = "neighbours"


KIND_WORDS = {
    ActivityKind.TALK: _l("Heart talk"),
    ActivityKind.CULTURE: _l("Culture and sports together"),
    ActivityKind.VOLUNTEER: _l("Volunteers help"),
    ActivityKind.LESSON: _l("Something to learn"),
    ActivityKind.HEALTH: _l("Health and care"),
    ActivityKind.NEIGHBOURS: _l("Neighbours meet"),
}
# What residents sign up for; a heart talk is between those who talk.
OPEN_KINDS = tuple(kind for kind in ActivityKind if kind is not ActivityKind.TALK)

ACTIVITY_FLOW = flow.register(
    Flow(
        "activity",
        {
            ActivityState.ANNOUNCED: _l("Announced"),
            ActivityState.HELD: _l("Activity held"),
            ActivityState.CANCELLED: _l("Activity cancelled"),
        },
        {
            "hold": move(
                ActivityState.ANNOUNCED,
                to=ActivityState.HELD,
                may="activities.lead",
                words=_l("It has taken place"),
                needs=("note",),
            ),
            "cancel": move(
                ActivityState.ANNOUNCED,
                to=ActivityState.CANCELLED,
                may="activities.lead",
                words=_l("Cancel the activity"),
                needs=("note",),
            ),
        },
    )
)

ACTIVITY_CHIPS = {
    ActivityState.ANNOUNCED: "new",
    ActivityState.HELD: "done",
    ActivityState.CANCELLED: "late",
}

# What the log calls what is no move.
ACTIVITY_NOTES = {
    "plan": _l("Activity planned"),
    "photo": _l("Photo added"),
    "relocate": _l("Follows new borders"),
}

# The code at the door works so long before the activity and after it.
DOOR_OPEN = timedelta(minutes=45)

_HERE = Holds(*FIELD, "station_head")

MAY = {
    "activities.read": Everyone(),
    "activities.list": Anywhere(*DESK, *FIELD, "station_head"),
    "activities.see": Anywhere(*DESK) | _HERE,
    "activities.plan": Anywhere("street_leader", "station_head", *FIELD),
    "activities.lead": Anywhere("street_leader") | _HERE,
    "activities.take_part": SignedIn(),
}
