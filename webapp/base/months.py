"""Tables that grow for ever lie in parts, one a month: made before they are needed, dropped when too old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import DDL, text

from webapp.base import clock
from webapp.base.db import db

_PARTS = text("""
    SELECT c.relname FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = cast(:name AS regclass) ORDER BY c.relname
""")

# A part for last month, too: what is told of late has its place; and for two that are to come.
BEFORE, AHEAD = 1, 2


def month(day: date, away: int = 0) -> date:
    """The first day of a month, so many months away."""
    number = day.year * 12 + day.month - 1 + away
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Parted:
    """A table cut by the months of its column `at`, kept for so many of them."""

    table: str
    keep: int

    @property
    def rest(self) -> str:
        """Rows of a month without a part of its own lie here; there are none while the worker runs."""
        return f"{self.table}_prest"

    @property
    def of_rest(self) -> str:
        """The statement that makes the part for these."""
        return f"CREATE TABLE {self.rest} PARTITION OF {self.table} DEFAULT"

    def name_of(self, first: date) -> str:
        """What the part of a month is called."""
        return f"{self.table}_p{first:%Y_%m}"

    def create(self, first: date) -> str:
        """The statement that makes the part of a month."""
        since, until = (
            datetime(each.year, each.month, 1, tzinfo=UTC) for each in (first, month(first, 1))
        )
        return (
            f"CREATE TABLE {self.name_of(first)} PARTITION OF {self.table}"
            f" FOR VALUES FROM ('{since.isoformat()}') TO ('{until.isoformat()}')"
        )

    def parts(self) -> list[str]:
        """The parts there are."""
        return list(db.session.scalars(_PARTS, {"name": self.table}))

    def make(self) -> None:
        """There is a part for each month from the last one on, two ahead; those too old are gone.

        Rows that came before their part stay where they are: nothing is moved under load.
        """
        today, known = clock.now().date(), set(self.parts())
        for away in range(-BEFORE, AHEAD + 1):
            first = month(today, away)
            if self.name_of(first) not in known and not self._lies_in_rest(first):
                db.session.execute(text(self.create(first)))
        oldest = self.name_of(month(today, -self.keep))
        for name in sorted(known - {self.rest}):
            if name < oldest:
                db.session.execute(text(f"DROP TABLE {name}"))

    def with_rest(self) -> DDL:
        """What makes the part for the rest once the table is there."""
        return DDL(self.of_rest)  # type: ignore[no-untyped-call]  # has no types

    def _lies_in_rest(self, first: date) -> bool:
        asked = text(f"SELECT EXISTS (SELECT FROM {self.rest} WHERE at >= :since AND at < :until)")
        return bool(db.session.scalar(asked, {"since": first, "until": month(first, 1)}))
