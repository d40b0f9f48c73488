"""The page of erasing: after how many years, and what was erased."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.people.forms import again
from webapp.residents import erasing, erasing_queries as queries
from webapp.residents.forms import YearsForm

bp = Blueprint("resident_erasures", __name__)


@bp.get("/households/erasures")
@permit("households.erasures")
def show() -> Response:
    """After how many years whoever moved away is erased, and what the nights did."""
    return page("households/erasures.html", **_values(), errors={}, sent={})


@bp.post("/households/erasures")
@permit("households.set_erasure")
def set_rule() -> ResponseReturnValue:
    """Another number of years holds."""
    try:
        erasing.set_rule(years=YearsForm.read(request).years, by=me())
    except Refusal as refusal:
        return again("households/erasures.html", refusal, **_values())
    return goto("resident_erasures.show")


def _values() -> dict[str, Any]:
    return {"rule": queries.rule(), "years": queries.years(), "erasures": queries.erasures()}
