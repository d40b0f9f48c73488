"""Papers are added to an application: photographed, by licence, shown at the window, or used again."""

from __future__ import annotations

from typing import IO

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable
from webapp.services.applications import papers, queries
from webapp.services.applications.models import Application, MaterialPage, ServiceMaterial
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    DECIDED,
    ENDED,
    Kept,
    State,
)
from webapp.services.items.described import Material

# So many pages has a paper at most.
MOST_PAGES = papers.MOST_PAGES


def add(
    application: Application, key: str, streams: list[IO[bytes]], *, by: Actor
) -> ServiceMaterial:
    """Photos or PDFs are the pages of a paper; what it had before is not shown any more."""
    wanted = _wanted(application, key, by=by)
    files = [file for stream in streams for file in papers.keep(stream, by=by)]
    if not 0 < len(files) <= MOST_PAGES:
        words = _l("A paper has at most 12 pages.")
        raise Unacceptable(words, fields={f"paper.{key}": words})
    paper = _there(application, wanted, by=by)
    paper.kept_as, paper.of_id, paper.consented_at, paper.licence_no = Kept.COPY, None, None, None
    for place, file in enumerate(files):
        paper.pages.append(MaterialPage(position=place, file_id=file.id))
    _noted(application, paper, by=by)
    return paper


def by_licence(application: Application, key: str, number: str, *, by: Actor) -> ServiceMaterial:
    """The number of an electronic licence stands for the paper."""
    wanted = _wanted(application, key, by=by)
    if not wanted.licence:
        words = _l("There is no electronic licence for this paper.")
        raise Unacceptable(words, fields={f"paper.{key}": words})
    paper = _there(application, wanted, by=by)
    paper.kept_as, paper.licence_no, paper.of_id = Kept.LICENCE, number, None
    _noted(application, paper, by=by)
    return paper


def use_again(application: Application, key: str, *, by: Actor) -> ServiceMaterial:
    """The paper that the applicant brought to an earlier matter stands for it: they have consented."""
    wanted = _wanted(application, key, by=by)
    known = queries.on_file(application.applicant_id, [key]).get(key)
    if known is None:
        words = _l("There is no such paper on file.")
        raise Unacceptable(words, fields={f"paper.{key}": words})
    paper = _there(application, wanted, by=by)
    paper.kept_as, paper.of_id, paper.consented_at = Kept.REUSED, known.id, clock.now()
    _noted(application, paper, by=by)
    return paper


def original_seen(application: Application, key: str, *, by: Actor) -> ServiceMaterial:
    """Somebody of the house has seen the original."""
    lock(application)
    if application.state in (*DECIDED, *ENDED):
        raise NotOpen(_l("It is decided. No paper is added any more."))
    paper = _there(application, _known(application, key), by=by, keep_pages=True)
    paper.kept_as, paper.of_id, paper.consented_at = Kept.ORIGINAL_SEEN, None, None
    _noted(application, paper, by=by)
    return paper


def _wanted(application: Application, key: str, *, by: Actor) -> Material:
    lock(application)
    wanted = _known(application, key)
    late = wanted.lenient and application.state not in (*DECIDED, *ENDED)
    if application.state not in (State.DRAFT, State.SUPPLEMENT) and not late:
        raise NotOpen(_l("What was submitted does not change any more."))
    return wanted


def _known(application: Application, key: str) -> Material:
    for each in application.item.said.materials:
        if each.key == key:
            return each
    words = _l("This paper is not asked for here.")
    raise Unacceptable(words, fields={"paper": words})


def _there(
    application: Application, wanted: Material, *, by: Actor, keep_pages: bool = False
) -> ServiceMaterial:
    paper = next((each for each in application.materials if each.key == wanted.key), None)
    if paper is None:
        paper = ServiceMaterial(
            key=wanted.key, kept_as=Kept.COPY, account_id=by.id, created_at=clock.now()
        )
        application.materials.append(paper)
    elif not keep_pages:
        for page in list(paper.pages):
            db.session.delete(page)
        paper.pages.clear()
        db.session.flush()
    paper.account_id = by.id
    return paper


def _noted(application: Application, paper: ServiceMaterial, *, by: Actor) -> None:
    db.session.flush()
    APPLICATION_FLOW.record(
        application, "paper", by=by, data={"paper": paper.key, "as": paper.kept_as}
    )
