"""What residents may: rate and object, follow a place, be forgotten; and what of a case they are told."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Anywhere, Everyone, Holds, Owns
from webapp.cases.rules import ACCEPTORS, TakesPart

# So many reports of one phone are taken in a day.
REPORTS_A_DAY = 20

LEVELS: dict[int, LazyString] = {
    5: _l("Very content"),
    4: _l("Well content"),
    3: _l("By and large content"),
    2: _l("Not content"),
    1: _l("Not content at all"),
}
# The two lowest levels object, as "not solved" does.
OBJECTS_TO = 2
# Calendar days after the closing in which a case is rated.
RATE_DAYS = 30


def objects(level: int, *, solved: bool) -> bool:
    """True when a rating is an objection."""
    return level <= OBJECTS_TO or not solved


class Kind(StrEnum):
    """What somebody follows."""

    SPOT = "spot"
    GRID = "grid"
    AREA = "area"


class Every(StrEnum):
    """How often a follower is told."""

    ONCE = "once"
    DAILY = "daily"


EVERY_WORDS = {
    Every.ONCE: _l("At once"),
    Every.DAILY: _l("Every day at 8:00"),
}

RADII_M = (200, 500, 1000, 2000)
LARGEST_AREA_M2 = 100_000_000
MOST_CORNERS = 60
FOLLOWS_EACH = 20
# An unconfirmed follow is forgotten after so many days; news older than that are told to nobody.
CONFIRM_DAYS = 2
NEWS_DAYS = 3

# What followers are told of.
NEWS: dict[str, LazyString] = {
    "file": _l("New"),
    "self_close": _l("Closed"),
    "grant_hold": _l("On hold"),
    "reopen": _l("Opened again"),
    "close": _l("Closed"),
}

# What the public reads in the history of a case; other steps are a matter of the desk.
PUBLIC_STEPS: dict[str, LazyString] = {
    "report": _l("Reported"),
    "confirm": _l("Seen on the spot"),
    "accept": _l("Accepted"),
    "file": _l("Filed"),
    "self_close": _l("Solved on the spot"),
    "dispatch": _l("Somebody was sent"),
    "sign": _l("Work has begun"),
    "grant_extension": _l("More time was given"),
    "grant_hold": _l("Put on hold"),
    "resume": _l("Goes on"),
    "hand_out": _l("With an outside body"),
    "take_back": _l("Back from the outside body"),
    "feedback": _l("Handled"),
    "pass": _l("Checked: it is solved"),
    "fail": _l("Checked: not solved yet"),
    "close": _l("Closed"),
    "reopen": _l("Opened again"),
}

# What the one who reported it reads beside that.
OWN_STEPS: dict[str, LazyString] = {
    **PUBLIC_STEPS,
    "send_verify": _l("Somebody looks whether it is there"),
    "refute": _l("Nothing was found there"),
    "reject": _l("Not accepted"),
    "merge": _l("Dealt with together with another case"),
    "ask_reporter": _l("You were asked something"),
    "answered": _l("There is an answer"),
    "void": _l("Declared void"),
}
# The note of these steps was written to the reporter; all other notes are of the desk.
TO_REPORTER = frozenset(("refute", "reject", "ask_reporter", "void"))

# Months after the closing before a report is anonymised, where the office has set nothing else.
ERASE_MONTHS = 12

MAY = {
    "public.read": Everyone(),
    "public.release": Holds(*ACCEPTORS),
    "reports.own": Owns("reporter_id", "reported it"),
    "reports.reach": Holds(*ACCEPTORS) | Owns("handler_id", "handles it") | TakesPart(),
    "follows.own": Owns("account_id", "follows it"),
    "erasures.see": Anywhere("admin", "supervisor"),
    "erasures.set": Anywhere("admin"),
}
