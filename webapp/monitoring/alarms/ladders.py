"""Who must know when nobody answers: the steps of each kind of incident, and when each of them stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.monitoring.signals import KINDS, WEIGHT, Kind, Severity


class Act(StrEnum):
    """What a step does."""

    SEND = "send"
    TELL = "tell"
    CALL = "call"


ACT_WORDS = {
    Act.SEND: _l("Send the nearest who is able and free"),
    Act.TELL: _l("Tell by a notice"),
    Act.CALL: _l("Begin the phone tree"),
}


class Until(StrEnum):
    """What makes a step needless before it is due."""

    SEEN = "seen"
    TAKEN = "taken"
    OVER = "over"
    CLOSED = "closed"


UNTIL_WORDS = {
    Until.SEEN: _l("unless somebody has acknowledged it"),
    Until.TAKEN: _l("unless somebody has accepted to go"),
    Until.OVER: _l("unless it is over"),
    Until.CLOSED: _l("in any case, until it is closed"),
}


@dataclass(frozen=True)
class Rung:
    """One step: so many seconds after the beginning, what, for whom, and what makes it needless."""

    after_s: int
    act: Act
    until: Until
    roles: tuple[str, ...] = ()


# Whom a step may name.
ROLES = (
    "dispatcher",
    "acceptor",
    "shift_leader",
    "safety_officer",
    "supervisor",
    "port_manager",
    "street_leader",
)

_LEADERS = (
    Rung(60, Act.TELL, Until.TAKEN, ("shift_leader",)),
    Rung(180, Act.TELL, Until.TAKEN, ("supervisor", "safety_officer")),
    Rung(300, Act.TELL, Until.TAKEN, ("street_leader",)),
)

# The nearest and the desk at once; nobody accepts: the next, and the shift leader; then the leaders.
SENDING = (
    Rung(0, Act.SEND, Until.CLOSED),
    Rung(0, Act.TELL, Until.CLOSED, ("dispatcher",)),
    Rung(60, Act.SEND, Until.TAKEN),
    *_LEADERS,
    Rung(180, Act.SEND, Until.TAKEN),
    Rung(300, Act.SEND, Until.TAKEN),
)

# As above, and those who decide are called at once, each until they have confirmed.
CALLING = (
    Rung(0, Act.CALL, Until.CLOSED, ("shift_leader", "safety_officer", "street_leader")),
    *SENDING,
)

# Nobody is sent before somebody at the desk has looked.
LOOKING = (
    Rung(0, Act.TELL, Until.SEEN, ("dispatcher",)),
    Rung(60, Act.TELL, Until.SEEN, ("shift_leader",)),
    Rung(180, Act.TELL, Until.SEEN, ("supervisor",)),
    Rung(300, Act.TELL, Until.SEEN, ("street_leader",)),
)

CALLED_FAMILIES = frozenset(("gas", "fire"))


def usual(kind: Kind, severity: Severity) -> tuple[Rung, ...]:
    """The steps of a kind where nobody has laid down others; what is minor has none."""
    if WEIGHT[severity] < WEIGHT[Severity.MAJOR]:
        return ()
    if not KINDS[kind].sends:
        return LOOKING
    return CALLING if KINDS[kind].family in CALLED_FAMILIES and KINDS[kind].life else SENDING


def wait_before(attempt: int) -> timedelta:
    """How long a step that failed waits before it is tried again."""
    return timedelta(seconds=min(5 * 2**attempt, 300))
