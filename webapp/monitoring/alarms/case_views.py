"""The alarm behind a case, on the page of the case and on the phone of whoever goes."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.web import goto, page, part_of_address
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.monitoring.alarms import handling, listing, shown

bp = Blueprint("case_alarms", __name__)


@bp.get("/cases/<int:case_id>/alarm")
@permit("cases.see", of=cases.one)
def of_case(case: Case) -> Response:
    """The alarm because of which the case was opened; whoever goes says here how far they are."""
    return _fragment(case)


@bp.post("/cases/<int:case_id>/alarm/<any('on-way', 'arrived'):name>")
@permit("cases.handle", of=lambda case_id, name: cases.one(case_id))
def say(case: Case) -> ResponseReturnValue:
    """Whoever goes is on the way, or there."""
    found = listing.of_case(case.id)
    if found is None:
        abort(404)
    deed = handling.on_way if part_of_address("name") == "on-way" else handling.arrive
    deed(found, by=me())
    if request.headers.get("HX-Request"):
        return _fragment(case)
    return goto("cases.one", case_id=case.id)


def _fragment(case: Case) -> Response:
    found = listing.of_case(case.id)
    return page(
        "monitoring/alarms/of_case.html",
        fragment="alarm",
        case=case,
        incident=found,
        steps=shown.card(found) if found else [],
        stages=shown.stages(found) if found else [],
        **shown.words(),
    )
