"""Many requests in a second are no flood here, whatever another test has switched on."""

from __future__ import annotations

import pytest

from webapp.base.security import limiter


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told to wait."""
    monkeypatch.setattr(limiter, "enabled", False)
