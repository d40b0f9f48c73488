"""Who hears of a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp.base import notices
from webapp.base.access import Actor
from webapp.base.language import N_
from webapp.cases.models import Case
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


def tell_arrival(case: Case, by: Actor) -> None:
    """The worker on watch in its grid and the desk know of a new case."""
    readers = {*people.who_watches(ON_WATCH, DISPATCHERS, grid_id=case.grid_id)} - {by.id}
    if case.grid is None:
        tell(case, readers, N_("New, in no grid: %(what)s (%(number)s)"))
    else:
        words = N_("New in %(where)s: %(what)s (%(number)s)")
        tell(case, readers, words, where=case.grid.name)
