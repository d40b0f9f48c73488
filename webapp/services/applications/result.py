"""The paper of the result: a PDF with a code, and the public page that says whether it is genuine."""

from __future__ import annotations

import segno
from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import public
from webapp.base.config import Settings
from webapp.base.security import limiter
from webapp.base.web import page
from webapp.services.applications import queries, shown
from webapp.services.applications.models import Application
from webapp.services.applications.rules import APPLICATION_FLOW

bp = Blueprint("verify", __name__)


@bp.get("/verify/<code>")
@limiter.limit("60/minute")
@public("whoever holds a paper of ours may ask whether it is genuine")
def show(code: str) -> ResponseReturnValue:
    """What a paper with this code says: which item, which number, decided when; not about whom."""
    found = queries.by_result(code) if len(code) < 60 else None
    return page(
        "services/verify.html",
        status=200 if found else 404,
        application=found,
        approved=found is not None and is_approved(found),
        now=clock.now(),
    )


def as_pdf(application: Application) -> Response:
    """The paper as a PDF."""
    # Setting paper takes fonts and half a second to load: whoever prints first pays.
    from webapp.base import paper

    settings: Settings = current_app.extensions["settings"]
    address = f"{settings.address}/verify/{application.result_code}"
    sheet = render_template(
        "services/result_sheet.html",
        application=application,
        item=application.item,
        rules=application.item.said,
        approved=is_approved(application),
        answers=[each for each in shown.answers_of(application) if each[0].key == "name"],
        address=address,
        code=segno.make(address, error="m").svg_inline(scale=3, border=1),
        flow=APPLICATION_FLOW,
        now=clock.now(),
    )
    answer = Response(paper.made(sheet), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{application.number}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def is_approved(application: Application) -> bool:
    """True when the decision was yes; the basis in law stands only beside a no."""
    return application.decided_at is not None and application.law is None
