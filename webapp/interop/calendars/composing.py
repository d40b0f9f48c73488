"""Somebody's calendar and the feed of their area, as they may see them at this moment."""

from __future__ import annotations

from flask import Response, current_app
from flask_babel import force_locale, gettext as _

from webapp.base import agenda, audit, clock, feed
from webapp.base.agenda import As, Span
from webapp.base.config import Settings
from webapp.interop.calendars.rules import AHEAD, BEFORE
from webapp.interop.feeds import queries as feeds, shown
from webapp.people.actors import Person


def calendar(who: Person, dues: As) -> Response:
    """Everything of the last month and the next six that stands in the calendar of `who`."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    with force_locale(who.locale or settings.locale):
        entries = agenda.of(who, Span(now - BEFORE, now + AHEAD))
        changed = audit.last_moments(each.thing for each in entries)
        name = _("Wangge: %(name)s", name=who.name)
        body = agenda.written(entries, host=settings.host, name=name, changed=changed, dues=dues)
    touched_at = max(changed.values(), default=None)
    return feed.known(body, agenda.TYPE, touched_at=touched_at, private=True)


def area(who: Person) -> Response:
    """Public cases of the grids of `who` and of the places that they follow."""
    settings: Settings = current_app.extensions["settings"]
    held = frozenset[int]().union(*(each.grids for each in who.held))
    with force_locale(who.locale or settings.locale):
        found = feeds.own_area(who.id, held)
        return feed.rss(shown.told(_("Public cases of my area"), found, private=True))
