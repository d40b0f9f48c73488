"""Who hears of a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from sqlalchemy.orm.attributes import set_committed_value

from webapp.base import notices
from webapp.base.access import Actor
from webapp.base.language import N_
from webapp.cases import queries
from webapp.cases.models import Case
from webapp.cases.rules import Source
from webapp.people import queries as people

ON_WATCH = ("grid_worker", "grid_leader")
DISPATCHERS = ("dispatcher", "acceptor", "shift_leader")


def tell(case: Case, to: Iterable[int | None], words: str, **params: Any) -> None:
    """These accounts have a line about the case; it leads to its page."""
    notices.notify(
        (account for account in to if account is not None),
        words,
        url=f"/cases/{case.id}",
        number=case.number,
        what=case.case_class.name,
        what_en=case.case_class.name_en,
        **params,
    )


def tell_reporter(case: Case, words: str, **params: Any) -> None:
    """Whoever reported it has a line; a resident also has it as a text, and is led to their own page."""
    if case.source != Source.PUBLIC:
        tell(case, [case.reporter_id], words, **params)
        return
    said = {
        "number": case.number,
        "what": case.case_class.name,
        "what_en": case.case_class.name_en,
        **params,
    }
    if case.reporter_id is not None:
        notices.notify([case.reporter_id], words, url=f"/mine/{case.id}", **said)
    settings = current_app.extensions["settings"]
    locale = (case.reporter.locale if case.reporter else None) or settings.locale
    if locale == "en" and case.case_class.name_en:
        said["what"] = case.case_class.name_en
    for contact in queries.contacts(case.id):
        if contact.phone and contact.channel:
            notices.send(contact.channel, contact.phone, words, locale=locale, **said)


def tell_reporters(case: Case, words: str, **params: Any) -> None:
    """The same for whoever reported it, and for whoever reported one that was merged into it, about
    their own number and leading to their own page."""
    tell_reporter(case, words, **params)
    for each in queries.merged_into(case.id):
        if each.reporter_id is None or each.reporter_id != case.reporter_id:
            tell_reporter(each, words, **params)


def tell_arrival(case: Case, by: Actor) -> None:
    """The worker on watch in its grid and the desk know of a new case."""
    holders, grid = people.who_watches(ON_WATCH, DISPATCHERS, grid_id=case.grid_id)
    readers = {*holders} - {by.id}
    if grid is None:
        tell(case, readers, N_("New, in no grid: %(what)s (%(number)s)"))
    else:
        # Whoever answers with the case names its grid too.
        set_committed_value(case, "grid", grid)
        words = N_("New in %(where)s: %(what)s (%(number)s)")
        tell(case, readers, words, where=grid.name)
