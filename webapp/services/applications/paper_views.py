"""A paper on the screen: its pages with the reader's name across them, and a line in the log."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from flask_babel import gettext

from webapp.base import clock
from webapp.base.access import me
from webapp.base.files import StoredFile
from webapp.base.web import page
from webapp.services.applications import actions, papers, queries
from webapp.services.applications.models import Application
from webapp.services.applications.rules import KEPT_WORDS, MANDATED_WORDS, Kept, Mandated
from webapp.services.shown import said


def shown_to(
    application: Application, material_id: int, *, purpose: str | None, back: str
) -> Response:
    """The pages, once, for the one who asks; nothing of them stays in the browser."""
    paper = queries.material(material_id, application.id)
    if paper is None:
        abort(404)
    named = (each for each in application.item.said.materials if each.key == paper.key)
    title = next((said(each, "name") for each in named), paper.key)
    pages = [each.file for each in (paper.of or paper).pages]
    about = [KEPT_WORDS[Kept(paper.kept_as)], paper.licence_no]
    return _pages(application, paper.key, title, pages, about=about, purpose=purpose, back=back)


def mandate_shown(application: Application, *, purpose: str, back: str) -> Response:
    """The page on which the mandate stands, once, for the one who asks."""
    mandate = application.mandate
    if mandate is None or mandate.file is None:
        abort(404)
    title, about = gettext("Mandate"), [MANDATED_WORDS[Mandated(mandate.how)], mandate.words]
    return _pages(
        application, "mandate", title, [mandate.file], about=about, purpose=purpose, back=back
    )


def _pages(
    application: Application,
    key: str,
    title: str,
    pages: list[StoredFile],
    *,
    about: list[Any],
    purpose: str | None,
    back: str,
) -> Response:
    who = me()
    actions.looked_at(application, paper=key, purpose=purpose, by=who)
    reader = getattr(who, "name", "")
    answer = page(
        "services/paper.html",
        application=application,
        title=title,
        about=about,
        pictures=[papers.shown(each, reader=reader, at=clock.now()) for each in pages],
        back=back,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
