"""A case on paper: the page to print, and the same as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from webapp.base import clock
from webapp.base.access import Actor, me, permit
from webapp.base.web import page
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.cases.paper import sketch
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS, SOURCE_WORDS, STAGE_WORDS, Source
from webapp.cases.views import event_words, hides_reporter

bp = Blueprint("papers", __name__, url_prefix="/cases/<int:case_id>")


@bp.get("/paper")
@permit("cases.see", of=cases.one)
def show(case: Case) -> Response:
    """The file of the case as a page to print."""
    return page("cases/paper/page.html", **on_paper(case, me()))


@bp.get("/paper.pdf")
@permit("cases.see", of=cases.one)
def download(case: Case) -> Response:
    """The file of the case as a PDF."""
    # Setting paper takes fonts and half a second to load: whoever prints first pays, and no other command.
    from webapp.cases.paper import pdf

    body = pdf.made(written(case, me()), case)
    answer = Response(body, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{case.number}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def written(case: Case, who: Actor) -> str:
    """The sheet that becomes a PDF."""
    return render_template("cases/paper/sheet.html", on_sheet=True, **on_paper(case, who))


def on_paper(case: Case, who: Actor) -> dict[str, Any]:
    """What stands in the file of a case, for somebody who may see it."""
    return {
        "case": case,
        "events": cases.history(case.id),
        "drawn": sketch.of(case),
        "pictures": [each for each in case.media if each.file.media_type.startswith("image/")],
        "flow": CASE_FLOW,
        "source": SOURCE_WORDS[Source(case.source)],
        "grades": GRADE_WORDS,
        "stage_words": STAGE_WORDS,
        "event_words": event_words,
        "hidden": hides_reporter(case, who),
        "now": clock.now(),
    }
