"""A condition becomes an alarm once, on its rising edge, and ends once."""

from __future__ import annotations

from enum import StrEnum


class Edge(StrEnum):
    """What has just become of a condition."""

    ROSE = "rose"
    FELL = "fell"


class Latch:
    """Rises when a condition holds for `frames` looks in a row and `seconds` long; falls after `clear_s` without.

    Short gaps (less than `gap_s`) do not begin the time anew. Nobody knows how it stood before the
    first look: if nothing is there at the beginning, it falls once, so that what a killed
    predecessor raised comes to its end.
    """

    def __init__(
        self, *, frames: int = 3, seconds: float = 0.0, clear_s: float = 5.0, gap_s: float = 1.0
    ) -> None:
        self.frames = frames
        self.seconds = seconds
        self.clear_s = clear_s
        self.gap_s = gap_s
        self.up: bool | None = None
        self._before: float | None = None
        self._row = 0
        self._there = 0.0
        self._gone = 0.0

    def hold(self, at: float) -> None:
        """Nothing could be seen: everything stays as it was, and no time counts."""
        self._before = at

    def feed(self, at: float, there: bool) -> Edge | None:
        """The condition holds now, or not; answers what that changes."""
        passed = max(0.0, at - self._before) if self._before is not None else 0.0
        self._before = at
        if there:
            self._row += 1
            self._there += passed if self._row > 1 or self._there else 0.0
            self._gone = 0.0
            if self.up is not True and self._row >= self.frames and self._there >= self.seconds:
                self.up = True
                return Edge.ROSE
            return None
        self._row = 0
        self._gone += passed
        if self._gone >= self.gap_s:
            self._there = 0.0
        elif self._there:
            self._there += passed
        if self.up is not False and self._gone >= self.clear_s:
            self.up = False
            return Edge.FELL
        return None
