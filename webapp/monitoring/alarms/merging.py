"""What is known of an alarm from all its signals, in whatever order and how often they come. Pure.

Two `Course`s of one alarm make one, and it does not matter which comes first, or how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.monitoring.alarms.rules import FLAP_TIME, FLAPS, MOST_MEDIA, MOST_TURNS
from webapp.monitoring.signals import KINDS, WEIGHT, Change, Kind, Severity, Signal

# Of each thing said: whether it was said of what goes on (1) or of its end (0), when, and what.
Said = Mapping[str, tuple[int, str, Any]]


@dataclass(frozen=True)
class Course:
    """The whole of what signals said of one alarm.

    `live_at` is the newest word that it goes on, `over_at` the newest that it is over, each in the
    order of the source; `turns` are the moments of late at which it began (True) or ended (False).
    """

    first_at: datetime
    last_at: datetime
    live_at: datetime | None
    over_at: datetime | None
    ended_at: datetime | None
    worst: Severity | None
    said: Said
    media: tuple[str, ...]
    turns: tuple[tuple[datetime, bool], ...]

    def goes_on(self, *, for_ever: bool) -> bool:
        """True when the condition is there; what has a name of its own ends `for_ever`."""
        if self.live_at is None:
            return False
        return self.over_at is None or (not for_ever and self.live_at > self.over_at)

    @property
    def flaps(self) -> int:
        """How often it came back of late."""
        over, count = False, 0
        for _at, begins in self.turns:
            count += begins and over
            over = not begins
        return count

    @property
    def chattering(self) -> bool:
        """True when it comes and goes too often to be rung each time."""
        return self.flaps >= FLAPS

    def word(self, name: str) -> Any:
        """What was said last under this name; None: nothing."""
        found = self.said.get(name)
        return found[2] if found else None

    @property
    def kind(self) -> Kind:
        """What it is about."""
        return Kind(self.word("kind"))

    @property
    def severity(self) -> Severity:
        """How bad it is, as it was said last."""
        return Severity(self.word("severity") or KINDS[self.kind].severity)

    @property
    def max_severity(self) -> Severity:
        """How bad it ever was."""
        return self.worst or KINDS[self.kind].severity


def order_of(signal: Signal) -> datetime:
    """Where the signal stands in the order of its source."""
    return signal.version or signal.at


def course_of(signal: Signal) -> Course:
    """What one signal says."""
    order, over = order_of(signal), signal.change == Change.CLEARED
    values = {
        "kind": signal.kind.value,
        "severity": signal.severity.value if signal.severity else None,
        "words": signal.words or None,
        "device": signal.device,
        "rule": signal.rule,
        "score": signal.score,
        "place": [*signal.lonlat, signal.accuracy_m] if signal.lonlat else None,
    }
    rank, stamp = int(not over), order.astimezone(UTC).isoformat(timespec="microseconds")
    turned = () if signal.change == Change.UPDATED else ((order, not over),)
    return Course(
        first_at=signal.at,
        last_at=signal.at,
        live_at=None if over else order,
        over_at=order if over else None,
        ended_at=signal.ended_at or (signal.at if over else None),
        worst=signal.severity,
        said={name: (rank, stamp, value) for name, value in values.items() if value is not None},
        media=tuple(sorted(set(signal.media)))[:MOST_MEDIA],
        turns=turned,
    )


def together(one: Course, other: Course) -> Course:
    """What both know."""
    return Course(
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
        live_at=_latest(one.live_at, other.live_at),
        over_at=_latest(one.over_at, other.over_at),
        ended_at=_latest(one.ended_at, other.ended_at),
        worst=_worst(one.worst, other.worst),
        said={
            name: _last_said(one.said.get(name), other.said.get(name))
            for name in sorted({*one.said, *other.said})
        },
        media=tuple(sorted({*one.media, *other.media}))[:MOST_MEDIA],
        turns=_recent({*one.turns, *other.turns}),
    )


def _latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)


def _worst(*severities: Severity | None) -> Severity | None:
    return max((each for each in severities if each), key=WEIGHT.__getitem__, default=None)


def _last_said(*said: tuple[int, str, Any] | None) -> tuple[int, str, Any]:
    # Of two that are said at the same moment the same one wins, whichever came first.
    known = [(each[0], each[1], each[2]) for each in said if each is not None]
    return max(known, key=lambda each: (each[0], each[1], repr(each[2])))


def _recent(turns: Iterable[tuple[datetime, bool]]) -> tuple[tuple[datetime, bool], ...]:
    # Of a beginning and an end at one moment, the end comes later.
    ordered = sorted(turns, key=lambda turn: (turn[0], not turn[1]))
    if not ordered:
        return ()
    recent = [turn for turn in ordered if turn[0] >= ordered[-1][0] - FLAP_TIME]
    return tuple(recent[-MOST_TURNS:])
