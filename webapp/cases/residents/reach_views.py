"""The way to whoever reported a case, shown to somebody who says what for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.flow import NotAllowed, Refusal
from webapp.base.web import PurposeForm, page, wants_json
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.cases.residents import actions
from webapp.cases.views import hides_reporter

bp = Blueprint("reach", __name__, url_prefix="/cases/<int:case_id>")


@bp.get("/reporter-contact")
@permit("reports.reach", of=cases.one)
def ask(case: Case) -> Response:
    """What is it for? The log will say."""
    _known(case)
    return _page(case)


@bp.post("/reporter-contact")
@permit("reports.reach", of=cases.one)
def show(case: Case) -> ResponseReturnValue:
    """The name and the whole number, once."""
    _known(case)
    try:
        purpose = PurposeForm.read(request).purpose
    except Refusal as refusal:
        if wants_json():
            raise
        return _page(case, errors=refusal.fields, status=refusal.status)
    answer = _page(case, found=actions.reach(case, purpose=purpose, by=me()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _known(case: Case) -> None:
    if hides_reporter(case, me()):
        raise NotAllowed(_l("Whoever reported it stays unknown here."))


def _page(case: Case, *, status: int = 200, **more: Any) -> Response:
    return page(
        "residents/reach.html",
        fragment="reach",
        status=status,
        case=case,
        **{"errors": {}, "found": None, **more},
    )
