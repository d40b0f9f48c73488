"""What PostgreSQL did for a piece of work: each statement with its plan, those inside functions too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from webapp.base.db import db

_BEGIN = """
    LOAD 'auto_explain';
    SET LOCAL auto_explain.log_min_duration = 0;
    SET LOCAL auto_explain.log_analyze = on;
    SET LOCAL auto_explain.log_timing = off;
    SET LOCAL auto_explain.log_nested_statements = on;
    SET LOCAL auto_explain.log_format = json;
    SET LOCAL client_min_messages = log
"""
_END = "SET LOCAL auto_explain.log_min_duration = -1; SET LOCAL client_min_messages = notice"
_NO_INDEX = """
    SET LOCAL enable_indexscan = {0}; SET LOCAL enable_indexonlyscan = {0};
    SET LOCAL enable_bitmapscan = {0}; SET LOCAL plan_cache_mode = {1}
"""


@dataclass(frozen=True)
class Done:
    """One statement that was run: its words, its time, its plan."""

    words: str
    ms: float
    plan: dict[str, Any]

    def reads(self, table: str) -> bool:
        """True when the statement looked into this table."""
        return any(node.get("Relation Name") == table for node in _nodes(self.plan))

    def indexes_of(self, table: str) -> list[str]:
        """The indexes by which it found the rows of a table; none when it read them all anywhere."""
        found: list[str] = []
        for node in _nodes(self.plan):
            if node.get("Relation Name") == table:
                names = [each["Index Name"] for each in _nodes(node) if "Index Name" in each]
                if not names:
                    return []
                found += names
        return sorted(set(found))


def outline(plan: dict[str, Any], depth: int = 0) -> list[str]:
    """A plan as lines: each step with what it reads and how many rows it found."""
    names = [plan[key] for key in ("Index Name", "Relation Name") if key in plan]
    rows, loops = plan["Actual Rows"], plan["Actual Loops"]
    times = f" x {loops:,}" if loops != 1 else ""
    line = f"{'  ' * depth}{' '.join([plan['Node Type'], *names])}: {rows:,} rows{times}"
    return [line, *(each for below in plan.get("Plans", ()) for each in outline(below, depth + 1))]


class _Heard:
    """Takes what the server tells. No list: SQLAlchemy empties that after each statement."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def append(self, notice: str) -> None:
        self.told.append(notice)


def explained(work: Callable[[], object]) -> list[Done]:
    """The statements of a work, in the order in which they ended. Runs in the session's transaction."""
    driver: Any = db.session.connection().connection.driver_connection
    db.session.execute(text(_BEGIN))
    before, driver.notices = driver.notices, _Heard()
    work()
    heard, driver.notices = driver.notices, before
    db.session.execute(text(_END))
    return [done for done in map(_read, heard.told) if done is not None]


def without_index(work: Callable[[], object]) -> list[Done]:
    """The same where tables can only be read from end to end."""
    db.session.execute(text(_NO_INDEX.format("off", "force_custom_plan")))
    done = explained(work)
    db.session.execute(text(_NO_INDEX.format("on", "auto")))
    return done


def _read(notice: str) -> Done | None:
    said = re.match(r"LOG:\s+duration: ([\d.]+) ms\s+plan:\s*(\{.*\})\s*$", notice, re.DOTALL)
    if said is None:
        return None
    content = json.loads(said[2])
    return Done(content["Query Text"], float(said[1]), content["Plan"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
