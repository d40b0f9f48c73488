"""What happens by itself to what the public is told: counts are put together."""

from __future__ import annotations

from webapp.base import tasks
from webapp.cases.told import queries


@tasks.task("told.put_together", cron="23 * * * *")
def put_together() -> None:
    """The changes of the last hour are one row for each square."""
    queries.put_together()
