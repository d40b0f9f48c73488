"""The meeting of a topic as a calendar file (RFC 5545), which a phone puts into its own calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from icalendar import Calendar, Event

from webapp.base import clock
from webapp.community.deliberation.models import Topic

# So long (minutes) a meeting is entered.
MINUTES = 90
TYPE = "text/calendar"


def meeting(topic: Topic, at: datetime, *, address: str, host: str) -> bytes:
    """The meeting of a topic at this moment. A later file of the same topic takes the place of an earlier one."""
    event = Event()
    event.add("uid", f"topic-{topic.id}@{host}")
    event.add("sequence", topic.version)
    event.add("dtstamp", clock.now())
    event.add("dtstart", at)
    event.add("dtend", at + timedelta(minutes=MINUTES))
    event.add("summary", _("Meeting: %(what)s", what=topic.title))
    event.add("location", topic.meeting_place or "")
    event.add("description", topic.words)
    event.add("url", address)
    made = Calendar()
    made.add("prodid", "-//Wangge//Deliberation//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add_component(event)
    body: bytes = made.to_ical()
    return body
