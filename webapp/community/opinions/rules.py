"""The life of an opinion, who may do what with it, and how often one may be said."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Holds, Owns, SignedIn
from webapp.base.flow import Flow, move
from webapp.community.livelihood.rules import DESK, FIELD


class OpinionState(StrEnum):
    """Where an opinion stands."""

    RECORDED = "recorded"
    ROUTED = "routed"
    REPLIED = "replied"
    CLOSED = "closed"


class OpinionKind(StrEnum):
    """What somebody wants with it."""

    QUESTION = "question"
    HELP = "help"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


OPINION_WORDS = {
    OpinionKind.SUGGESTION: _l("A suggestion"),
    OpinionKind.QUESTION: _l("A question"),
    OpinionKind.HELP: _l("A call for help"),
    OpinionKind.COMPLAINT: _l("A complaint"),
    OpinionKind.PRAISE: _l("Praise"),
}


class SaidHow(StrEnum):
    """How an opinion came in."""

    ONLINE = "online"
    DOOR = "door"
    BOOK = "book"
    MEETING = "meeting"
    BOX = "box"
    PHONE = "phone"
    MINI = "mini"
    HOTLINE = "hotline"


SAID_WORDS = {
    SaidHow.ONLINE: _l("Said online"),
    SaidHow.DOOR: _l("Said at the door"),
    SaidHow.BOOK: _l("Written into the book"),
    SaidHow.MEETING: _l("Said at a meeting"),
    SaidHow.BOX: _l("Put into the letter box"),
    SaidHow.PHONE: _l("Told by phone"),
    SaidHow.MINI: _l("Said in a mini-programme"),
    SaidHow.HOTLINE: _l("Said to the hotline 12345"),
}

# What somebody of the house writes down; the door first, where most of it is said.
ENTERED = tuple(how for how in SaidHow if how not in (SaidHow.ONLINE, SaidHow.BOOK))


class RoutedTo(StrEnum):
    """What an opinion became."""

    CASE = "case"
    ITEM = "item"
    APPLICATION = "application"
    TOPIC = "topic"


ROUTED_WORDS = {
    RoutedTo.CASE: _l("It became a case"),
    RoutedTo.ITEM: _l("It became a livelihood item"),
    RoutedTo.APPLICATION: _l("It wants an application"),
    RoutedTo.TOPIC: _l("It became a topic"),
}

OPINION_FLOW = flow.register(
    Flow(
        "opinion",
        {
            OpinionState.RECORDED: _l("Opinion recorded"),
            OpinionState.ROUTED: _l("On its way elsewhere"),
            OpinionState.REPLIED: _l("Replied"),
            OpinionState.CLOSED: _l("Opinion closed"),
        },
        {
            "answer": move(
                OpinionState.RECORDED,
                OpinionState.ROUTED,
                to=OpinionState.REPLIED,
                may="opinions.handle",
                words=_l("Reply to the resident"),
                needs=("note",),
            ),
            "route": move(
                OpinionState.RECORDED,
                to=OpinionState.ROUTED,
                may="opinions.handle",
                words=_l("Send it on"),
            ),
            "rate": move(
                OpinionState.REPLIED,
                to=OpinionState.CLOSED,
                may="opinions.by_owner",
                words=_l("The resident is content"),
                needs=("rating",),
            ),
            "reopen": move(
                OpinionState.REPLIED,
                to=OpinionState.RECORDED,
                may="opinions.by_owner",
                words=_l("The resident wants it looked at again"),
                needs=("note",),
            ),
            "close": move(
                OpinionState.REPLIED,
                to=OpinionState.CLOSED,
                may="opinions.handle",
                words=_l("Close without a rating"),
            ),
        },
    )
)

OPINION_CHIPS = {
    OpinionState.RECORDED: "new",
    OpinionState.ROUTED: "work",
    OpinionState.REPLIED: "soon",
    OpinionState.CLOSED: "done",
}

# What the log calls what is no move.
OPINION_NOTES = {
    "say": _l("Opinion recorded"),
    "belong": _l("Belongs to an application"),
    "reveal": _l("Looked at how to reach whoever said it"),
    "slip": _l("Answer slip printed"),
    "relocate": _l("Follows new borders"),
}

# So many an account may say in a day.
A_DAY = 5

_HERE = Holds(*FIELD, "station_head")

MAY = {
    "opinions.say": SignedIn(),
    "opinions.own": Owns("said_by_id", "said it"),
    "opinions.list": Anywhere(*DESK, *FIELD, "station_head"),
    "opinions.enter": Anywhere(*FIELD, "station_head"),
    "opinions.page": _HERE,
    "opinions.see": Anywhere(*DESK) | _HERE,
    "opinions.handle": Anywhere("dispatcher", "street_leader") | _HERE,
    "opinions.by_owner": ByItself(),
}
