"""The life of a livelihood item, who may do what with it, and when residents have accepted it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, Everyone, Holds, Owns, SignedIn
from webapp.base.flow import Flow, move
from webapp.cases.rules import DEPARTMENT


class ItemState(StrEnum):
    """Where a livelihood item stands."""

    COLLECTED = "collected"
    CANDIDATE = "candidate"
    CHOSEN = "chosen"
    FUNDED = "funded"
    BUILDING = "building"
    BUILT = "built"
    ACCEPTED = "accepted"
    ARCHIVED = "archived"
    PAUSED = "paused"
    CANCELLED = "cancelled"


# Money is there, or more: what the street counts as under way or done.
MOVING = (
    ItemState.FUNDED,
    ItemState.BUILDING,
    ItemState.BUILT,
    ItemState.ACCEPTED,
    ItemState.ARCHIVED,
)
WAITING = (ItemState.COLLECTED, ItemState.CANDIDATE, ItemState.CHOSEN)
# Until it is chosen its words, its place and whom it is for may be written anew.
CHANGEABLE = (ItemState.COLLECTED, ItemState.CANDIDATE)
STOPPED = (ItemState.PAUSED, ItemState.CANCELLED)
ENDED = (ItemState.ACCEPTED, ItemState.ARCHIVED, ItemState.CANCELLED)
# What anybody may read: everything that was screened.
PUBLIC = tuple(state for state in ItemState if state is not ItemState.COLLECTED)


class Category(StrEnum):
    """What an item is about."""

    GROUND = "ground"
    ENVIRONMENT = "environment"
    ELDERLY = "elderly"
    CULTURE = "culture"
    PARKING = "parking"
    SAFETY = "safety"
    CHILDREN = "children"
    WORK = "work"
    OTHER = "other"


CATEGORY_WORDS = {
    Category.GROUND: _l("Roads, pipes and lamps"),
    Category.ENVIRONMENT: _l("Surroundings put in order"),
    Category.ELDERLY: _l("Care and help for the old"),
    Category.CULTURE: _l("Culture and sport"),
    Category.PARKING: _l("Parking and charging"),
    Category.SAFETY: _l("Safety at home"),
    Category.CHILDREN: _l("Schools and child care"),
    Category.WORK: _l("Finding work"),
    Category.OTHER: _l("Another livelihood matter"),
}


class Stone(StrEnum):
    """What a milestone is; an own one says it in words."""

    DESIGN = "design"
    CONTRACT = "contract"
    WORK = "work"
    HANDOVER = "handover"
    OWN = "own"


STONE_WORDS = {
    Stone.DESIGN: _l("The plan is drawn"),
    Stone.CONTRACT: _l("The contract is signed"),
    Stone.WORK: _l("Work on it has begun"),
    Stone.HANDOVER: _l("Handed over for use"),
    Stone.OWN: _l("Another milestone"),
}
# An item that is chosen has these, spread evenly until its last day.
USUAL = (Stone.DESIGN, Stone.CONTRACT, Stone.WORK, Stone.HANDOVER)

# So many residents of the place accept it, and more than half of those who said something.
ACCEPTING = 3

flow.EVIDENCE_WORDS |= {
    "owner": _l("Choose who carries it out."),
    "item_due_on": _l("Say by which day it is to be there."),
    "cost": _l("Say what it costs."),
}

LIVELIHOOD_FLOW = flow.register(
    Flow(
        "livelihood_item",
        {
            ItemState.COLLECTED: _l("Collected from residents"),
            ItemState.CANDIDATE: _l("Candidate"),
            ItemState.CHOSEN: _l("Chosen for this year"),
            ItemState.FUNDED: _l("Money is there"),
            ItemState.BUILDING: _l("Being built"),
            ItemState.BUILT: _l("Built, residents look at it"),
            ItemState.ACCEPTED: _l("Accepted by residents"),
            ItemState.ARCHIVED: _l("Item archived"),
            ItemState.PAUSED: _l("Paused, with the reason"),
            ItemState.CANCELLED: _l("Cancelled, with the reason"),
        },
        {
            "screen": move(
                ItemState.COLLECTED,
                to=ItemState.CANDIDATE,
                may="livelihood.screen",
                words=_l("Make it a candidate"),
            ),
            "choose": move(
                ItemState.CANDIDATE,
                to=ItemState.CHOSEN,
                may="livelihood.choose",
                words=_l("It is chosen"),
                needs=("owner", "item_due_on", "note"),
            ),
            "fund": move(
                ItemState.CHOSEN,
                to=ItemState.FUNDED,
                may="livelihood.carry",
                words=_l("The money is there"),
                needs=("cost",),
            ),
            "build": move(
                ItemState.FUNDED,
                to=ItemState.BUILDING,
                may="livelihood.carry",
                words=_l("Begin to build"),
                needs=("before_photo",),
            ),
            "finish": move(
                ItemState.BUILDING,
                to=ItemState.BUILT,
                may="livelihood.carry",
                words=_l("It is built"),
                needs=("after_photo",),
            ),
            "send_back": move(
                ItemState.BUILT,
                to=ItemState.BUILDING,
                may="livelihood.accept",
                words=_l("Residents want it put right"),
                needs=("note",),
            ),
            "accept": move(
                ItemState.BUILT,
                to=ItemState.ACCEPTED,
                may="livelihood.accept",
                words=_l("Residents have accepted it"),
            ),
            "archive": move(
                ItemState.ACCEPTED,
                to=ItemState.ARCHIVED,
                may="livelihood.accept",
                words=_l("Put it into the archive"),
            ),
            "pause": move(
                ItemState.FUNDED,
                ItemState.BUILDING,
                to=ItemState.PAUSED,
                may="livelihood.stop",
                words=_l("Pause it, everybody reads why"),
                needs=("note",),
            ),
            "resume": move(
                ItemState.PAUSED,
                to=ItemState.FUNDED,
                may="livelihood.stop",
                words=_l("Take it up again"),
            ),
            "cancel": move(
                *WAITING,
                ItemState.FUNDED,
                ItemState.BUILDING,
                ItemState.PAUSED,
                to=ItemState.CANCELLED,
                may="livelihood.stop",
                words=_l("Cancel it, everybody reads why"),
                needs=("note",),
            ),
        },
    )
)

ITEM_CHIPS = {
    ItemState.COLLECTED: "rest",
    ItemState.CANDIDATE: "rest",
    ItemState.CHOSEN: "new",
    ItemState.FUNDED: "new",
    ItemState.BUILDING: "work",
    ItemState.BUILT: "soon",
    ItemState.ACCEPTED: "done",
    ItemState.ARCHIVED: "done",
    ItemState.PAUSED: "late",
    ItemState.CANCELLED: "late",
}

FIELD = ("grid_secretary", "grid_leader", "grid_worker")
DESK = ("dispatcher", "shift_leader", "supervisor", "street_leader")
_HEADS = Anywhere("street_leader") | Holds("station_head")
_OF_PLACE = Anywhere("street_leader") | Holds("station_head", "grid_secretary", "grid_leader")

MAY = {
    "livelihood.read": Everyone(),
    "livelihood.list": Anywhere(*DESK, *FIELD, "station_head", *DEPARTMENT),
    "livelihood.see": Anywhere(*DESK)
    | Holds(*FIELD, "station_head")
    | Holds(*DEPARTMENT, by="unit_id"),
    "livelihood.collect": Anywhere("street_leader", "station_head", *FIELD),
    "livelihood.change": _OF_PLACE | Owns("collected_by_id", "wrote it down"),
    "livelihood.screen": _OF_PLACE,
    "livelihood.choose": _HEADS,
    "livelihood.carry": _HEADS | Holds(*DEPARTMENT, by="unit_id"),
    "livelihood.accept": _OF_PLACE,
    "livelihood.stop": _HEADS,
    "livelihood.review": SignedIn(),
}
