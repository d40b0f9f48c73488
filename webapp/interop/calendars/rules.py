"""What private addresses keep to: what they open, how often they are read, whose they are."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Owns, SignedIn
from webapp.base.agenda import As

# So far back and ahead a calendar reaches.
BEFORE = timedelta(days=30)
AHEAD = timedelta(days=180)

# A program that looks more often than this looks for nothing; a wrong address is tried by nobody in earnest.
READS = "60/hour"
TRIES = "5/second;600/hour"
# The use of an address is noted no more often than this.
NOTED_EVERY = timedelta(minutes=10)


class Kind(StrEnum):
    """What an address opens."""

    CALENDAR = "calendar"
    AREA = "area"
    WALL = "wall"


KIND_WORDS = {
    Kind.CALENDAR: _l("My calendar"),
    Kind.AREA: _l("Public cases of my area"),
    Kind.WALL: _l("The big screen"),
}

# Who wants such an address must have this right, and so must its owner each time it is read.
WANTS = {Kind.WALL: "wall.see"}

AS_WORDS = {
    As.EVENT: _l("As entries of the day: every calendar shows them"),
    As.TASK: _l("As tasks: not every calendar shows them"),
}

MAY = {
    "subscriptions.make": SignedIn(),
    "subscriptions.own": Owns("account_id", "whose address it is"),
}
