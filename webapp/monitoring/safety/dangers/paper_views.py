"""The order to put a hidden danger right, on paper: the page to print, and the same as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template

from webapp.base.access import permit
from webapp.base.web import page
from webapp.monitoring.safety.dangers import queries, shown
from webapp.monitoring.safety.dangers.models import HiddenDanger

bp = Blueprint("danger_papers", __name__, url_prefix="/safety/dangers/<int:danger_id>")


@bp.get("/paper")
@permit("dangers.see", of=queries.danger)
def show(danger: HiddenDanger) -> Response:
    """The order as a page to print."""
    return page("monitoring/safety/dangers/paper.html", **_on_paper(danger))


@bp.get("/paper.pdf")
@permit("dangers.see", of=queries.danger)
def download(danger: HiddenDanger) -> Response:
    """The order as a PDF."""
    # Setting paper takes fonts and half a second to load: whoever prints first pays.
    from webapp.base import paper

    sheet = render_template(
        "monitoring/safety/dangers/sheet.html", on_sheet=True, **_on_paper(danger)
    )
    photos = {"found": danger.found_photo} if danger.found_photo else {}
    answer = Response(paper.made(sheet, photos), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="order-{danger.number}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _on_paper(danger: HiddenDanger) -> dict[str, Any]:
    if danger.ordered_at is None:
        abort(404)
    return {"danger": danger, **shown.words()}
