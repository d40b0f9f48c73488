"""The page of erasing households that made way: after how many years, and how many were erased."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.people.forms import again
from webapp.relocation import erasing, erasing_queries as queries
from webapp.relocation.forms import YearsForm

bp = Blueprint("relocation_erasures", __name__)


@bp.get("/relocation/erasures")
@permit("relocation.erasures")
def show() -> Response:
    """After how many years whoever made way is erased."""
    return page("relocation/erasures.html", **_values(), errors={}, sent={})


@bp.post("/relocation/erasures")
@permit("relocation.set_erasure")
def set_rule() -> ResponseReturnValue:
    """Another number of years holds."""
    try:
        erasing.set_rule(years=YearsForm.read(request).years, by=me())
    except Refusal as refusal:
        return again("relocation/erasures.html", refusal, **_values())
    return goto("relocation_erasures.show")


def _values() -> dict[str, Any]:
    return {"rule": queries.rule(), "years": queries.years(), "erased": queries.erased()}
