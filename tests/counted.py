"""How often the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from webapp.base.db import db


@contextmanager
def counted(asker: Engine | None = None) -> Iterator[list[str]]:
    """Every statement that is executed inside, without savepoints: of this transaction, or of all."""
    asked: list[str] = []
    line = asker or db.session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            asked.append(statement)

    event.listen(line, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(line, "before_cursor_execute", note)
