"""What happens to applications by the clock: supplements that did not come, public notices that are over."""

from __future__ import annotations

from webapp.base import clock, tasks
from webapp.base.access import HOUSE
from webapp.base.language import N_
from webapp.services.applications import queries, timing
from webapp.services.applications.actions import reviewers
from webapp.services.applications.rules import APPLICATION_FLOW
from webapp.services.applications.telling import tell, tell_applicant


@tasks.task("services.expire", cron="7 * * * *")
def expire() -> None:
    """Applications whose supplement did not come within fifteen working days are over."""
    for each in queries.unanswered(clock.now()):
        APPLICATION_FLOW.move(each, "expire", by=HOUSE)
        each.ended_at = clock.now()
        words = N_("%(number)s: no supplement came in time. You may apply for “%(what)s” again.")
        tell_applicant(each, words)


@tasks.task("services.notices_over", cron="*/10 * * * *")
def notices_over() -> None:
    """Public notices that are over: the clock goes on from there, and the department decides."""
    for each in queries.notices_over(clock.now()):
        timing.notice_over(each)
        words = N_("%(number)s: the public notice is over, please decide (%(what)s)")
        tell(each, reviewers(each), words)
