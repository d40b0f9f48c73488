"""What happens to cases by itself: holds end, questions lapse, closed cases go to the archive."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock, tasks
from webapp.base.access import HOUSE
from webapp.base.clock import Limit, Unit
from webapp.base.language import N_
from webapp.cases import moves, queries, timing
from webapp.cases.rules import ANSWER_WITHIN, ARCHIVE_AFTER


@tasks.task("cases.resume", cron="*/10 * * * *")
def resume() -> None:
    """Cases on hold go on when the day of their review has come."""
    today = clock.now().astimezone(timing.office().zone).date()
    for case in queries.due_to_resume(today):
        moves.resume(case, by=HOUSE, note=N_("The day of the review has come."))


@tasks.task("cases.lapse", cron="*/10 * * * *")
def lapse() -> None:
    """A case does not wait longer for an answer than the rule says."""
    now = clock.now()
    for case in queries.waiting_since(now - timedelta(days=ANSWER_WITHIN)):
        until = timing.office().due(case.paused_at or now, Limit(ANSWER_WITHIN, Unit.WORK_DAY))
        if until < now:
            moves.answered(case, by=HOUSE, note=N_("There was no answer in time."))


@tasks.task("cases.archive", cron="17 2 * * *")
def archive() -> None:
    """Cases closed long enough ago lie in the archive."""
    for case in queries.closed_before(clock.now() - timedelta(days=ARCHIVE_AFTER)):
        moves.archive(case)
