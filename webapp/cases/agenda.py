"""What of cases stands in somebody's calendar: by when those in their hands are to be done."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import get_locale, gettext as _

from webapp.base.access import Actor
from webapp.base.agenda import Entry, Sort, Span
from webapp.cases import publishing, queries
from webapp.cases.models import Case
from webapp.cases.rules import ENDED, State

# It came to nothing: whoever has it in the calendar is told so.
CALLED_OFF = frozenset({State.VOID, State.MERGED, State.REJECTED})


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The cases that somebody is to verify, handle or check, and those they ended of late.

    While the clock of a case stands still nobody knows when it is due, and it is left out.
    """
    if who.id is None:
        return
    for case in queries.in_hands(who.id, since=span.since):
        at = case.due_at if case.handler_id == who.id else case.stage_due_at or case.due_at
        ended = case.state in ENDED
        if at is None or (case.paused_at is not None and not ended):
            continue
        off = case.state in CALLED_OFF
        yield Entry(
            thing=("case", case.id),
            sort=Sort.DUE,
            title=_title(case),
            at=at,
            version=case.version,
            href=url_for("cases.one", case_id=case.id, _external=True),
            place=case.grid.name if case.grid else "",
            lonlat=publishing.spot(case),
            cancelled=off,
            done_at=(case.closed_at or case.handled_at) if ended and not off else None,
        )


def _title(case: Case) -> str:
    english = get_locale().language == "en" and case.case_class.name_en
    name = str(case.case_class.name_en if english else case.case_class.name)
    where = case.grid.name if case.grid else _("In no grid")
    return f"{name} · {where} · {case.number}"
