"""What the reporter of a case says of it, for the page of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel.speaklater import LazyString

from webapp.cases import queries as cases
from webapp.cases.models import Case, CaseContact
from webapp.cases.residents import queries
from webapp.cases.residents.models import CaseAnswer, CaseRating
from webapp.cases.residents.rules import LEVELS
from webapp.cases.rules import Source


@dataclass(frozen=True)
class Said:
    """Answers and rating of the reporter, and how they are reached."""

    answers: Sequence[CaseAnswer] = ()
    rating: CaseRating | None = None
    contacts: Sequence[CaseContact] = ()
    levels: dict[int, LazyString] = field(default_factory=lambda: LEVELS)


def said_by_reporter(case: Case, *, hidden: bool) -> Said:
    """What a resident says of the case; `hidden` keeps back how they are reached."""
    if case.source != Source.PUBLIC:
        return Said()
    return Said(
        answers=queries.answers(case.id),
        rating=queries.rating(case.id),
        contacts=[] if hidden else cases.contacts(case.id),
    )
