"""What tests of people share: a clock they set, and forms as browsers send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webapp.base import clock


class Clock:
    """A clock that stands until it is moved on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.now

    def later(self, **how_long: float) -> None:
        """So much time passes."""
        self.now += timedelta(**how_long)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Everything that asks for the time asks this clock."""
    shown = Clock()
    monkeypatch.setattr(clock, "now", shown)
    return shown
