"""What the reporter of a case says of it, for the page of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel.speaklater import LazyString

from webapp.cases.models import CaseContact
from webapp.cases.residents.models import CaseAnswer, CaseRating
from webapp.cases.residents.rules import LEVELS


@dataclass(frozen=True)
class Said:
    """Answers and rating of the reporter, and how they are reached."""

    answers: Sequence[CaseAnswer] = ()
    rating: CaseRating | None = None
    contacts: Sequence[CaseContact] = ()
    levels: dict[int, LazyString] = field(default_factory=lambda: LEVELS)
