"""What the Open311 interface keeps to: addresses, limits, words for states, who may send."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from webapp.base.access import Anywhere, Everyone
from webapp.cases.publishing import SHOWN, Shown
from webapp.cases.rules import State
from webapp.grids.rules import STAFF

BASE = "/open311"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# When the interface or its description last changed.
CHANGESET = "2026-11-26T00:00:00+08:00"

# A list covers so long at most, and holds so many.
SPAN = timedelta(days=90)
MOST = 1000
# How many a page holds that does not say so.
PAGE = 100

# Of one address: what is sent, lists, and everything else that is read.
SENDS = "10/second;2000/hour"
LISTS = "10/second"
READS = "50/second"


class Format(StrEnum):
    """How an answer is written: the end of its address."""

    XML = "xml"
    JSON = "json"


CONTENT_TYPES = {
    Format.XML: "text/xml; charset=utf-8",
    Format.JSON: "application/json; charset=utf-8",
}


class Status(StrEnum):
    """The two states that the specification knows."""

    OPEN = "open"
    CLOSED = "closed"


class Type(StrEnum):
    """Whether a request has its number at once, or only when somebody has looked at it."""

    REALTIME = "realtime"
    BATCH = "batch"


# The states of updates, as mySociety's extension names them.
UPDATES: dict[Shown, str] = {
    Shown.ACCEPTED: "OPEN",
    Shown.WORKING: "IN_PROGRESS",
    Shown.ON_HOLD: "ACTION_SCHEDULED",
    Shown.HANDLED: "FIXED",
    Shown.CLOSED: "CLOSED",
}


def update_status(state: str) -> str:
    """The state after a step, in the words of updates."""
    return UPDATES[SHOWN.get(State(state), Shown.ACCEPTED)]


MAY = {
    "open311.read": Everyone(),
    "open311.report": Anywhere(*STAFF, "machine"),
}
