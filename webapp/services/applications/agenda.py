"""What of applications stands in somebody's calendar: steps that are due, visits, what is lacking."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import get_locale, gettext as _

from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.services.applications import queries
from webapp.services.applications.models import Application


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """Of the house: what waits for one's step, and visits one makes. Of applicants: visits, and what is lacking.

    Nothing says whose application it is.
    """
    if who.id is None:
        return
    for each in queries.waiting(who, limit=MOST):
        due = min((at for at in (each.stage_due_at, each.due_at) if at), default=None)
        if due is not None and each.running_since is not None:
            yield Entry(
                thing=("service_application", each.id),
                sort=Sort.DUE,
                title=_named(each),
                at=due,
                version=each.version,
                href=_page(each, who),
            )
    for each in queries.visited(who, since=span.since, until=span.until, limit=MOST):
        if each.visit_at is not None:
            yield Entry(
                thing=("service_application", each.id),
                sort=Sort.MEETING,
                title=_("Visit at home: %(what)s", what=_named(each)),
                at=each.visit_at,
                version=each.version,
                href=_page(each, who),
                part="visit",
                place=each.grid.name if each.grid else "",
                cancelled=each.ended_at is not None and each.visited_at is None,
            )
    for lacking in queries.lacking(who, since=span.since):
        yield Entry(
            thing=("service_application", lacking.application_id),
            part="supplement",
            sort=Sort.DUE,
            title=_("To be handed in: %(what)s", what=_named(lacking.application)),
            at=lacking.due_at,
            version=lacking.application.version,
            href=_page(lacking.application, who),
            done_at=lacking.answered_at,
        )


def _named(application: Application) -> str:
    item = application.item
    english = get_locale().language == "en" and item.name_en
    name = str(item.name_en if english else item.name)
    return f"{name} · {application.number}" if application.number else name


def _page(application: Application, who: Actor) -> str:
    own = application.applicant_id == who.id
    page = "matters.one" if own else "applications.one"
    return url_for(page, application_id=application.id, _external=True)
