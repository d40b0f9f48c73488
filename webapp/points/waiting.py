"""How long one waits: people ahead times the measured time of each, by the open windows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.points.rules import STALE_S, UPPER_S, UPPER_SHARE


class Unknown(StrEnum):
    """Why nothing can be said of a queue."""

    STALE = "stale"
    NO_WINDOW = "no_window"
    NO_QUEUE = "no_queue"


UNKNOWN_WORDS = {
    Unknown.STALE: _l("The point has not been heard from for a while."),
    Unknown.NO_WINDOW: _l("No window is open right now."),
    Unknown.NO_QUEUE: _l("This point does not count its queue."),
}


@dataclass(frozen=True)
class Queue:
    """A queue as it was last heard of.

    `waiting` people, `serving` of them at windows, `windows` open; `mean_s` seconds one takes at a
    window, from `samples` that were measured (0: assumed); `arrivals_s` people who come per second;
    `usual_s` the wait that was usual lately.
    """

    waiting: int
    serving: int
    windows: int
    mean_s: float
    samples: int
    arrivals_s: float = 0.0
    usual_s: float = 0.0
    heard_at: datetime | None = None

    def unknown(self, now: datetime) -> Unknown | None:
        """Why nothing can be said of this queue now; None when something can."""
        if not self.windows:
            return Unknown.NO_WINDOW
        if self.heard_at is None:
            return Unknown.NO_QUEUE
        return Unknown.STALE if now - self.heard_at > timedelta(seconds=STALE_S) else None

    def later(self, seconds: float) -> Queue:
        """The queue as it will be when somebody has travelled there: people come, people are served."""
        if not self.windows:
            return self
        drift = (self.arrivals_s - self.windows / self.mean_s) * seconds
        return replace(self, waiting=max(0, round(self.waiting + drift)))


@dataclass(frozen=True)
class Wait:
    """What somebody is told who stands at the end of a queue, or at a place in it: seconds."""

    ahead: int
    expected_s: float
    upper_s: float

    @property
    def minutes(self) -> tuple[int, int]:
        """The range in whole minutes: at least, at most."""
        return int(self.expected_s // 60), -int(-self.upper_s // 60)


def wait(queue: Queue, *, ahead: int | None = None) -> Wait:
    """The wait behind `ahead` people (all who wait, unless it is said); needs an open window.

    Where every window is busy, one of those served has to be done first.
    """
    before = queue.waiting if ahead is None else ahead
    busy = 1 if queue.serving >= queue.windows else 0
    turns = before + busy if before or busy else 0
    expected = turns * queue.mean_s / queue.windows
    if before == 0 and busy:
        # One of several is done after half of a turn, on the average of all moments.
        expected = queue.mean_s / queue.windows / 2
    return Wait(before, expected, expected * UPPER_SHARE + UPPER_S if turns else 0.0)
