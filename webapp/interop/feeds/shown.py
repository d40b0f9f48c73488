"""What a feed says of a public case: what `cases.publishing` lets the public know, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from webapp.base.audit import Event
from webapp.base.feed import Entry, Feed
from webapp.cases import publishing
from webapp.cases.models import Case
from webapp.cases.publishing import SHOWN, SHOWN_WORDS
from webapp.cases.residents import queries as residents
from webapp.cases.residents.rules import PUBLIC_STEPS
from webapp.cases.rules import State
from webapp.cases.shown import class_name


def told(
    title: str, cases: Sequence[Case], about: str | None = None, *, private: bool = False
) -> Feed:
    """A feed of public cases, about what stands on a page: the list of all of them where none is named."""
    return Feed(
        title=title,
        words=_("Confirmed cases as everybody may know them"),
        page=about or url_for("public.listed", _external=True),
        entries=entries(cases),
        private=private,
    )


def entries(cases: Sequence[Case]) -> list[Entry]:
    """Each public case as a piece of news, with the words that the desk released."""
    keys = [case.id for case in cases]
    words = residents.released_words_of(keys)
    steps = residents.last_steps(keys)
    return [
        Entry(
            key=f"wangge:case:{case.number}",
            title=f"{class_name(case)} · {case.grid.name if case.grid else _('In no grid')}",
            href=address(case),
            words=_words(case, words.get(case.id)),
            at=case.received_at,
            changed_at=steps.get(case.id),
            kinds=(class_name(case),),
            spot=publishing.spot(case),
        )
        for case in cases
    ]


def updates(case: Case, events: Sequence[Event]) -> list[Entry]:
    """Each step of a public case that the public is told of: what, and when; never by whom."""
    return [
        Entry(
            key=f"wangge:case:{case.number}:{event.seq}",
            title=f"{PUBLIC_STEPS[event.move]} · {case.number}",
            href=address(case),
            words=" · ".join((class_name(case), case.number, str(PUBLIC_STEPS[event.move]))),
            at=event.at,
            spot=publishing.spot(case),
        )
        for event in events
    ]


def address(case: Case) -> str:
    """The page of a public case."""
    return url_for("public.one", number=case.number, _external=True)


def _words(case: Case, released: str | None) -> str:
    facts = [str(SHOWN_WORDS[SHOWN[State(case.state)]]), case.number]
    if case.department is not None:
        facts.append(case.department.name)
    if publishing.is_coarse(case):
        facts.append(_("The place is told to the next %(n)s m only.", n=publishing.COARSE_M))
    lines = [" · ".join(facts)]
    if released:
        lines.append(publishing.without_numbers(released))
    return "\n".join(lines)
