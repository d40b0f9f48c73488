"""What happens to inspections by the clock: planned, due earlier when monitoring fails, missed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp.base import notices, tasks
from webapp.base.language import N_
from webapp.monitoring.safety import queries as safety
from webapp.monitoring.safety.inspections import actions, queries
from webapp.monitoring.safety.inspections.models import Inspection
from webapp.people import days, queries as people

ON_WATCH = ("grid_worker", "grid_leader")


@tasks.task("safety.inspections", cron="10 0 * * *")
def keep_plan() -> None:
    """Every enterprise has its inspection for this day; those nobody did stand as missed, and those for
    which monitoring does not stand in any more are due as usual."""
    today = days.today()
    while missed := queries.over(today):
        for each in missed:
            actions.miss(each)
            _tell(each, safety.officers(), N_("Not inspected in its time: %(firm)s"))
    while profiles := queries.to_plan(today):
        actions.plan(profiles, today)
    after = 0
    while longer := queries.lengthened(after):
        after = longer[-1].id
        for each in actions.shorten(longer, today):
            words = N_("To be inspected until %(day)s, monitoring does not stand in: %(firm)s")
            watching, _grid = people.who_watches(ON_WATCH, (), grid_id=each.grid_id)
            to = {*safety.officers(), *watching}
            _tell(each, to, words, day=str(each.ends))


def _tell(inspection: Inspection, to: Iterable[int], words: str, **params: Any) -> None:
    address = f"/safety/inspections/{inspection.id}"
    notices.notify(to, words, url=address, firm=inspection.profile.enterprise.name, **params)
