"""The life of an alarm, how long things count as one, and who may do what with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow, live
from webapp.base.access import Anywhere, ByItself, Holds, Owns
from webapp.base.flow import Flow, move
from webapp.monitoring.signals import KINDS, Kind

# A stateless source that speaks again so soon after its alarm was over speaks of the same alarm.
REARM = timedelta(minutes=5)
# What comes later than this is kept and flagged; nobody is rung or sent for it.
LATE = timedelta(minutes=15)
# An alarm that came back so often within the time is chattering: it does not ring again.
FLAPS = 5
FLAP_TIME = timedelta(minutes=10)
# Of what comes and goes in a flood so many turns are kept: more would only make each next one dearer.
MOST_TURNS = 40
# Alarms of one family so near (metres) and so soon after each other are one incident.
NEAR_M = 150.0
SOON = timedelta(minutes=10)
# What is over and was seen closes by itself after so long; what is critical waits for its outcome.
CLOSES_AFTER = timedelta(hours=24)
# An end of which no beginning ever came is forgotten after so long.
GHOSTS_KEPT = timedelta(days=2)
# Somebody shelves at most so long, and plans maintenance for at most so long (hours).
SHELVED_MOST_H = 8
MAINTENANCE_MOST_H = 14 * 24
# Maintenance that comes round is planned for at most so many days ahead.
WINDOW_MOST_DAYS = 366
# Of one kind a device rings so often in the time, unless the office lays down another number for the kind;
# what comes above that is one alarm.
USUAL_CAP, CAP_LEAST, CAP_MOST = 20, 1, 1000
CAP_TIME = timedelta(hours=1)
NOISY_RULE = "noisy/"
# More alarms than this in the time are too much for one who looks at them.
FLOOD = 10
FLOOD_TIME = timedelta(minutes=10)
# How many pictures and films are named of one alarm.
MOST_MEDIA = 20


def in_window(weekdays: Sequence[int], begins: time, ends: time, at: datetime) -> bool:
    """True while it is one of these weekdays (1 Monday to 7 Sunday) between these times by the clock of the
    office; what ends past midnight belongs to the day on which it began."""
    now, today = at.time(), at.isoweekday()
    if begins < ends:
        return today in weekdays and begins <= now < ends
    yesterday = today - 1 or 7
    return (today in weekdays and now >= begins) or (yesterday in weekdays and now < ends)


class State(StrEnum):
    """Two things in one word: whether it is over, and whether somebody has seen it. And closed."""

    RAISED = "raised"
    SEEN = "seen"
    OVER = "over"
    SETTLED = "settled"
    CLOSED = "closed"


ACTIVE = frozenset((State.RAISED, State.SEEN))
UNSEEN = frozenset((State.RAISED, State.OVER))
OPEN = frozenset(State) - {State.CLOSED}


def nameless_key(source: str, device: str | None, kind: Kind) -> str:
    """By what a source that has no names for its alarms means one of them."""
    return f"at:{source}:{device or ''}:{kind}"


class Outcome(StrEnum):
    """What an alarm turned out to be."""

    REAL = "real"
    FALSE = "false"
    TEST = "test"
    DUPLICATE = "duplicate"
    NUISANCE = "nuisance"


OUTCOME_WORDS = {
    Outcome.REAL: _l("It was true"),
    Outcome.FALSE: _l("It was false"),
    Outcome.TEST: _l("It was a test"),
    Outcome.DUPLICATE: _l("Known already"),
    Outcome.NUISANCE: _l("True, but nobody needs it"),
}

# By these the precision of a rule or a camera is counted; the others say nothing about it.
JUDGED = (Outcome.REAL, Outcome.FALSE, Outcome.NUISANCE)


class Quiet(StrEnum):
    """Why nobody is rung for an alarm."""

    LATE = "late"
    SHELVED = "shelved"
    MAINTENANCE = "maintenance"
    BEHIND = "behind"
    CHATTERING = "chattering"
    NOISY = "noisy"


QUIET_WORDS = {
    Quiet.LATE: _l("Came too late to ring"),
    Quiet.SHELVED: _l("Shelved"),
    Quiet.MAINTENANCE: _l("Under maintenance"),
    Quiet.BEHIND: _l("Behind a device that is down"),
    Quiet.CHATTERING: _l("Comes and goes too often"),
    Quiet.NOISY: _l("One of too many"),
}

STATE_CHIPS = {
    State.RAISED: "late",
    State.SEEN: "work",
    State.OVER: "soon",
    State.SETTLED: "rest",
    State.CLOSED: "done",
}

ALARM_FLOW = flow.register(
    Flow(
        "alarm",
        {
            State.RAISED: _l("Going on, not seen yet"),
            State.SEEN: _l("Going on, seen"),
            State.OVER: _l("Over, not seen yet"),
            State.SETTLED: _l("Over and seen"),
            State.CLOSED: _l("Alarm closed"),
        },
        {
            "see": move(State.RAISED, to=State.SEEN, may="alarms.handle", words=_l("Acknowledge")),
            "see_over": move(
                State.OVER,
                to=State.SETTLED,
                may="alarms.handle",
                words=_l("Acknowledge what is over"),
            ),
            "end": move(
                State.RAISED, to=State.OVER, may="alarms.end", words=_l("The condition is over")
            ),
            "end_seen": move(
                State.SEEN, to=State.SETTLED, may="alarms.end", words=_l("What was seen is over")
            ),
            "again": move(
                State.OVER,
                State.SETTLED,
                to=State.RAISED,
                may="alarms.by_machine",
                words=_l("Came back"),
            ),
            "close": move(
                State.RAISED,
                State.SEEN,
                State.OVER,
                State.SETTLED,
                to=State.CLOSED,
                may="alarms.handle",
                words=_l("Close with its outcome"),
                needs=("outcome",),
            ),
            "close_itself": move(
                State.SETTLED,
                to=State.CLOSED,
                may="alarms.by_machine",
                words=_l("Closed by itself"),
            ),
        },
    )
)

flow.EVIDENCE_WORDS["outcome"] = _l("Say what it turned out to be.")

# The moves by which somebody has seen an alarm, and by which its condition is over.
SEES = {State.RAISED: "see", State.OVER: "see_over"}
ENDS = {State.RAISED: "end", State.SEEN: "end_seen"}

_OPERATORS = ("dispatcher", "shift_leader", "safety_officer")
_READERS = (*_OPERATORS, "acceptor", "supervisor", "street_leader")

MAY = {
    "alarms.see": Anywhere(*_READERS) | Holds("grid_secretary", "grid_leader"),
    "alarms.handle": Anywhere(*_OPERATORS),
    "alarms.end": Anywhere(*_OPERATORS) | ByItself(),
    "alarms.by_machine": ByItself(),
    "alarms.send": Anywhere(*_OPERATORS) | ByItself(),
    "alarms.drill": Anywhere(*_OPERATORS),
    "alarms.keep": Anywhere("shift_leader", "admin"),
    "alarms.board": Anywhere(*_READERS),
    "alarms.called": Owns("account_id", "is called") | Anywhere(*_OPERATORS),
}

live.watch("alarm", "alarms.see")
live.watch("incident", "alarms.see")


# Kinds that ring however often they come: what a life may hang on, and what says that others do not.
NEVER_CAPPED = frozenset(
    {kind for kind, rules in KINDS.items() if rules.life} | {Kind.OFFLINE, Kind.NOISY}
)
