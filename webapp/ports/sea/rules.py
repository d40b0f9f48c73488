"""What becomes of a position, how long it is kept, who may see the receivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere
from webapp.ports.rules import WATCHERS

# So many months positions are kept.
KEEP_MONTHS = 13
# A vessel that nobody registered is forgotten when it was not heard for so many days.
STRANGE_DAYS = 30


# A receiver of AIS that said nothing for so long is silent: somewhere near there is always a vessel.
QUIET_AFTER = timedelta(minutes=10)


class Stand(StrEnum):
    """How a receiver stands that the house was told to hear."""

    HEARD = "heard"
    SILENT = "silent"
    NEVER = "never"


STAND_WORDS = {
    Stand.HEARD: _l("Is heard"),
    Stand.SILENT: _l("Receiver is silent"),
    Stand.NEVER: _l("Never heard yet"),
}
STAND_CHIPS = {Stand.HEARD: "done", Stand.SILENT: "late", Stand.NEVER: "soon"}


class What(StrEnum):
    """What became of a position."""

    KEPT = "kept"
    REPEAT = "repeat"
    UNKNOWN = "unknown"
    AWAY = "away"


@dataclass(frozen=True)
class Limits:
    """From when on it is an alarm. 0: the rule is off."""

    # A crossing and its report lie so many minutes from each other at most.
    report_min: int = 30
    # A vessel at sea is silent for so many hours.
    silent_h: int = 6
    # A moored vessel moved so many metres without its engine.
    drift_m: int = 50
    # Vessels up to this length (metres) are expected back at night.
    overnight_m: int = 12
    # A recall was not answered for so many minutes.
    unanswered_min: int = 30


LIMIT_WORDS = {
    "report_min": _l("A report belongs to a crossing so many minutes before or after it"),
    "silent_h": _l("Silent at sea: after so many hours (0: never)"),
    "drift_m": _l("Adrift: moved so many metres from its mooring (0: never)"),
    "overnight_m": _l("Expected back at night: vessels up to so many metres (0: none)"),
    "unanswered_min": _l("A recall is an alarm when not answered for so many minutes (0: never)"),
}

# (least, most) of each.
LIMIT_BOUNDS = {
    "report_min": (1, 240),
    "silent_h": (0, 240),
    "drift_m": (0, 500),
    "overnight_m": (0, 200),
    "unanswered_min": (0, 240),
}

# A vessel without any crossing counts as out when it is so far (metres) from every port, and as back when so near.
FAR_M, NEAR_M = 3000, 1500
# A vessel adrift lies so near to a port (metres); farther out fishing vessels drift as they work.
PORT_M = 1500
# The same of a berth, so that nobody at its border counts now and then.
BERTH_M = 20
# What was heard of a vessel says where it is for so long.
HOLDS = timedelta(hours=24)
# Crossings older than this are as they are, whatever comes late.
LATEST = timedelta(days=3)
# So far before what came late everything is followed once more.
BEFORE = timedelta(hours=6)


MAY = {"receivers.see": Anywhere(*WATCHERS)}
