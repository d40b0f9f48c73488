"""What of projects stands in somebody's calendar: meetings, and by when they have to answer for something."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.projects.duties import queries


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The meetings that somebody leads or is at, and their open duties."""
    if who.id is None:
        return
    for meeting, project in queries.meetings_of(who, span.since, span.until, MOST):
        yield Entry(
            thing=("project", project.id),
            part=f"meeting-{meeting.id}",
            sort=Sort.MEETING,
            title=_("Meeting: %(what)s", what=project.name),
            at=meeting.held_at,
            version=project.version,
            href=url_for(
                "duties.meeting", project_id=project.id, meeting_id=meeting.id, _external=True
            ),
            words=meeting.agenda,
            place=meeting.place,
        )
    duties = queries.open_for(who)
    for tough in duties.tough:
        yield Entry(
            thing=("project_tough", tough.id),
            sort=Sort.DUE,
            title=f"{tough.title} · {tough.project.name}",
            at=tough.due_on,
            version=tough.version,
            href=url_for("duties.tough", tough_id=tough.id, _external=True),
        )
    for each in duties.resolutions:
        yield Entry(
            thing=("project_resolution", each.id),
            sort=Sort.DUE,
            title=f"{each.words[:80]} · {each.project.name}",
            at=each.due_on,
            version=each.version,
            href=url_for("duties.resolution", resolution_id=each.id, _external=True),
        )
