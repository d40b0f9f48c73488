"""How PostgreSQL answers what the house asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from webapp.base.db import db


@contextmanager
def planned(words: str, *, whole: bool = True) -> Iterator[list[str]]:
    """The plans of all statements with these words in them that are asked in the block.

    Without `whole` no table is read whole where there is any other way.
    """
    plans: list[str] = []
    first = "" if whole else "SET LOCAL enable_seqscan = off; "

    def explain(raw: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if words in statement:
            with raw.connection.cursor() as asked:
                asked.execute(f"{first}EXPLAIN {statement}", values)
                plans.append("\n".join(row[0] for row in asked.fetchall()))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
