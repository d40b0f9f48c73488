"""A paper on the screen: its pages with the reader's name across them, and a line in the log."""

from __future__ import annotations

from flask import Response, abort

from webapp.base import clock
from webapp.base.access import me
from webapp.base.web import page
from webapp.services.applications import actions, papers, queries
from webapp.services.applications.models import Application
from webapp.services.applications.rules import KEPT_WORDS


def shown_to(
    application: Application, material_id: int, *, purpose: str | None, back: str
) -> Response:
    """The pages, once, for the one who asks; nothing of them stays in the browser."""
    paper = queries.material(material_id, application.id)
    if paper is None:
        abort(404)
    who = me()
    actions.looked_at(application, paper=paper.key, purpose=purpose, by=who)
    reader = getattr(who, "name", "")
    source = paper.of or paper
    pictures = [papers.shown(each.file, reader=reader, at=clock.now()) for each in source.pages]
    named = (each for each in application.item.said.materials if each.key == paper.key)
    answer = page(
        "services/paper.html",
        application=application,
        paper=paper,
        wanted=next(named, None),
        pictures=pictures,
        back=back,
        kept_words=KEPT_WORDS,
        now=clock.now(),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
