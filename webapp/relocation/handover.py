"""What somebody who leaves a post has promised to households that make way."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.base.language import N_
from webapp.people import actors
from webapp.people.handover import Leaving, Line, Section
from webapp.relocation import queries
from webapp.relocation.models import HelpPromise


def open_promises(leaving: Leaving) -> Iterable[Section]:
    """Open promises of the one who leaves: the number of the household and the day, nobody's name or words."""
    who = actors.person(leaving.account_id)
    promised = queries.promises_of(who) if who else []
    if promised:
        yield Section(N_("Promises to households"), [_line(each) for each in promised])


def _line(promise: HelpPromise) -> Line:
    household = promise.household
    said = {
        "what": f"{household.project.name} {household.number}",
        "day": f"{promise.due_on:%m-%d}",
    }
    return Line(
        N_("%(what)s, by %(day)s"), values=said, url=f"/relocation/households/{household.id}"
    )
