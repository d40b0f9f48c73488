"""Pages of what is around a case: what may be the same, its like, its surroundings, its reporter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.web import page
from webapp.cases import queries as cases
from webapp.cases.around import queries
from webapp.cases.around.rules import AROUND_M, AROUND_WEEKS
from webapp.cases.models import Case
from webapp.cases.paper import sketch
from webapp.cases.rules import CASE_FLOW
from webapp.cases.views import hides_reporter

bp = Blueprint("around", __name__, url_prefix="/cases/<int:case_id>")


@bp.get("/twins")
@permit("cases.see", of=cases.one)
def twins(case: Case) -> Response:
    """Open cases that may be the same matter, side by side with this one."""
    mergeable = case.state in CASE_FLOW.moves["merge"].since and may(me(), "cases.accept", case)
    return page(
        "cases/around/twins.html",
        fragment="twins",
        case=case,
        found=queries.twins(case, me()),
        mergeable=mergeable,
        flow=CASE_FLOW,
        now=clock.now(),
    )


@bp.get("/like")
@permit("cases.see", of=cases.one)
def like(case: Case) -> Response:
    """Where it lies, and cases of its class near it with what became of them."""
    return page(
        "cases/around/like.html",
        fragment="like",
        case=case,
        drawn=sketch.of(case),
        found=queries.like(case, me()),
        flow=CASE_FLOW,
        now=clock.now(),
    )


@bp.get("/surroundings")
@permit("cases.see", of=cases.one)
def surroundings(case: Case) -> Response:
    """Cases of its class within 50 m in twelve weeks, whatever became of them."""
    found = (
        queries.newest(queries.surroundings(case), me(), before=_before(), hide=False)
        if case.geom is not None
        else []
    )
    return _list("cases/around/surroundings.html", case, found, metres=AROUND_M, weeks=AROUND_WEEKS)


@bp.get("/reporter")
@permit("cases.reporter", of=cases.one)
def reporter(case: Case) -> Response:
    """What else whoever reported it has reported, without what is confidential."""
    who = me()
    if not may(who, "cases.see", case) or hides_reporter(case, who):
        abort(403)
    phone = queries.phone_of(case) if case.reporter_id is None else None
    known = case.reporter_id is not None or phone is not None
    wanted = queries.by_same_reporter(case, phone)
    found = queries.newest(wanted, who, before=_before(), hide=True) if known else []
    return _list("cases/around/reporter.html", case, found, known=known)


def _before() -> int | None:
    return request.args.get("before", type=int)


def _list(template: str, case: Case, found: list[Case], **more: Any) -> Response:
    after = found[queries.PAGE - 1].id if len(found) > queries.PAGE else None
    return page(
        template,
        case=case,
        rows=found[: queries.PAGE],
        after=after,
        flow=CASE_FLOW,
        now=clock.now(),
        **more,
    )
