"""How many statements a request asks of the database."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask import Flask

from tests.counted import counted
from webapp.base.db import db


def statements(app: Flask) -> AbstractContextManager[list[str]]:
    """Every statement that is executed inside, whoever asks."""
    with app.app_context():
        return counted(db.session.connection().engine)
