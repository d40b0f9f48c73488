"""What tests of people share: a clock they set, and a house in which two people act at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests import databases
from webapp.app import create_app
from webapp.base import clock
from webapp.base.config import Settings


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


@pytest.fixture
def shared(cluster_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database of its own in which what is committed stays, for several threads."""
    name = f"people_{uuid.uuid4().hex[:10]}"
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": databases.clone(cluster_url, name),
        "SECRET_KEY": "a key that only tests use, long enough",
        "INSTANCE": str(tmp_path),
    }
    app = create_app(Settings.from_environment(values))
    yield app
    with app.app_context():
        from webapp.base.db import db

        db.engine.dispose()
    databases.drop(cluster_url, name)
