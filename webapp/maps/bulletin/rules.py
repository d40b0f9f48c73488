"""When a bulletin is made, what it counts, and who reads it."""

from __future__ import annotations

from datetime import time
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Anywhere

# From this hour of the office on the bulletin of a day is there.
READY_AT = time(8)
# So many late cases, and grids with the most open ones, are named.
LATE = 20
GRIDS = 12
# The map of a week: its days, and cases of a grid from which the next darker colour begins.
WEEK = 7
WEEK_STEPS = (1.0, 3.0, 6.0, 10.0)

READERS = ("street_leader", "shift_leader", "dispatcher", "acceptor", "supervisor", "admin")


class Said(StrEnum):
    """A figure of the bulletin; where it is of a day, that day is yesterday."""

    REPORTED = "reported"
    CLOSED = "closed"
    IN_TIME = "in_time"
    OPEN = "open"
    LATE = "late"
    NEW = "new"
    ALARMS = "alarms"
    STANDING = "standing"
    PATROLLED = "patrolled"
    PROJECTS = "projects"
    HELD_UP = "held_up"
    CLEAN = "clean"


SAID_WORDS: dict[Said, LazyString] = {
    Said.REPORTED: _l("Reported yesterday"),
    Said.CLOSED: _l("Closed yesterday"),
    Said.IN_TIME: _l("Of these handled in time"),
    Said.OPEN: _l("Open this morning"),
    Said.LATE: _l("Past their time"),
    Said.NEW: _l("Nobody has looked at"),
    Said.ALARMS: _l("Alarms yesterday"),
    Said.STANDING: _l("Alarms that stand"),
    Said.PATROLLED: _l("Points patrolled yesterday"),
    Said.PROJECTS: _l("Projects going on"),
    Said.HELD_UP: _l("Projects held up"),
    Said.CLEAN: _l("Households with clean land"),
}

# This one is a share; the others are numbers of things.
SHARES = frozenset({Said.IN_TIME})

MAY = {"bulletin.read": Anywhere(*READERS)}
