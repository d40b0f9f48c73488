"""The meetings of topics in calendars: in those of people, and each as a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import current_app, url_for
from flask_babel import gettext as _

from webapp.base import agenda, audit
from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.base.config import Settings
from webapp.cases.residents import queries as residents
from webapp.community.deliberation import queries
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.rules import ENDED, PUBLIC, TopicState

# There is nothing to talk over any more.
OFF = frozenset(ENDED) - {TopicState.ARCHIVED}


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The meetings of topics in one's grids, of grids that one follows, and of one's own topics."""
    if who.id is None:
        return
    followed = {each.grid_id for each in residents.follows_of(who.id) if each.grid_id is not None}
    found = queries.meetings(who, since=span.since, until=span.until, grid_ids=followed, limit=MOST)
    for topic in found:
        if topic.meeting_at is not None:
            yield entry(topic, topic.meeting_at)


def entry(topic: Topic, at: datetime) -> Entry:
    """The meeting of a topic at this moment."""
    read = topic.state in PUBLIC
    return Entry(
        thing=("topic", topic.id),
        sort=Sort.MEETING,
        title=_("Meeting: %(what)s", what=topic.title),
        at=at,
        version=topic.version,
        href=url_for(
            "public_topics.one" if read else "topics.one", topic_id=topic.id, _external=True
        ),
        words=topic.words,
        place=topic.meeting_place or "",
        cancelled=topic.state in OFF,
    )


def meeting(topic: Topic, at: datetime) -> bytes:
    """The meeting as a file. A later file of the same topic takes the place of an earlier one."""
    settings: Settings = current_app.extensions["settings"]
    one = entry(topic, at)
    changed = audit.last_moments([one.thing])
    return agenda.written([one], host=settings.host, name=one.title, changed=changed)
