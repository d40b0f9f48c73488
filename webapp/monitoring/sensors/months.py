"""Values of sensors lie in one table a month, and are dropped when too old."""

from __future__ import annotations

from webapp.base import tasks
from webapp.monitoring.sensors.models import VALUES


@tasks.task("sensors.months", cron="7 2 * * *")
def make() -> None:
    """There is a part for each month that may get values; those two years old are gone."""
    VALUES.make()
