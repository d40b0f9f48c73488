"""What of jobs stands in somebody's calendar: interviews they were asked to."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.jobs import meeting_queries as queries
from webapp.jobs.rules import IntroductionState

OFF = (IntroductionState.DECLINED, IntroductionState.LAPSED)


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The interviews of a seeker."""
    if who.id is None:
        return
    for each in queries.interviews(who.id, span.since, span.until, MOST):
        if each.interview_at is not None:
            yield Entry(
                thing=("job_introduction", each.id),
                sort=Sort.MEETING,
                title=_("Interview: %(what)s", what=each.posting.title),
                at=each.interview_at,
                version=each.version,
                href=url_for("seeker.introduction", introduction_id=each.id, _external=True),
                place=each.interview_place or "",
                cancelled=each.state in OFF,
            )
