"""Pages of the desk: the queue and how it is narrowed, filters that are kept, many cases at once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_by_itself
from webapp.base.web import goto, page
from webapp.cases import queries as cases
from webapp.cases.desk import actions, bulk, past, queries
from webapp.cases.desk.bulk import ACTS
from webapp.cases.desk.forms import BulkForm, KeepForm, Wish
from webapp.cases.desk.models import DeskFilter
from webapp.cases.desk.rules import LIGHT_WORDS
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS, QUEUES, REJECT_WORDS, SOURCE_WORDS

bp = Blueprint("desk", __name__, url_prefix="/cases")


@bp.get("")
@told_by_itself
@permit("cases.report")
def queue() -> Response:
    """The queue: what `who` may see, late ones first, narrowed as the address says, or as it was."""
    wish = Wish.asked(request.args.to_dict())
    if wish.as_of is not None:
        return past.queue(me(), wish)
    who, now = me(), clock.now()
    kept = queries.filters(who)
    kept_wishes = [Wish.asked({k: str(v) for k, v in each.wish.items()}) for each in kept]
    counts, lost, found = queries.counts(who, wish, kept_wishes, at=now)
    rows = queries.queued(who, wish, at=now)
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    return page(
        "cases/queue.html",
        fragment="queue",
        rows=rows[: queries.PAGE],
        after=more,
        wish=wish,
        begun=wish.before is not None,
        counts=counts,
        lost=lost,
        kept=list(zip(kept, kept_wishes, found, strict=True)),
        queues=QUEUES,
        acts=ACTS if may(who, "desk.bulk") else {},
        now=now,
        flow=CASE_FLOW,
    )


@bp.get("/filter")
@permit("cases.report")
def narrow() -> Response:
    """How the queue can be narrowed, with what narrows it now."""
    return _filter_page(Wish.asked(request.args.to_dict()))


def _filter_page(
    wish: Wish, *, name: str | None = None, errors: dict[str, Any] | None = None, status: int = 200
) -> Response:
    communities, living = queries.places()
    return page(
        "cases/desk/filter.html",
        fragment="narrow",
        status=status,
        wish=wish,
        name=name,
        errors=errors or {},
        kept=queries.filters(me()),
        queues=QUEUES,
        lights=LIGHT_WORDS,
        grades=GRADE_WORDS,
        sources=SOURCE_WORDS,
        classes=queries.classes_used(),
        communities=communities,
        grids=living,
        departments=cases.departments(),
    )


@bp.post("/filters")
@permit("cases.report")
def keep() -> ResponseReturnValue:
    """The filter of this moment is kept under a name."""
    sent = request.form.to_dict()
    wish = Wish.asked(sent)
    try:
        actions.keep_filter(wish, name=KeepForm.read(request).name, by=me())
    except Refusal as refusal:
        db.session.rollback()
        return _filter_page(
            wish, name=sent.get("name"), errors=refusal.fields, status=refusal.status
        )
    return _queue_again(wish)


@bp.post("/filters/<int:filter_id>/forget")
@permit("desk.filter", of=queries.filter_of)
def forget(kept: DeskFilter) -> ResponseReturnValue:
    """A kept filter is gone."""
    actions.forget_filter(kept)
    return _queue_again(Wish())


def _queue_again(wish: Wish) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        # The queue beside the map asks for its rows again, where it is.
        again = json.dumps({"wangge:narrowed": urlencode(wish.address, safe=",")})
        return Response(status=204, headers={"HX-Trigger": again})
    return goto("desk.queue", **wish.address)


@bp.post("/bulk")
@permit("desk.bulk")
def many() -> ResponseReturnValue:
    """One act for the chosen cases, and what became of each; or first what the act still needs."""
    form = BulkForm.read(request)
    try:
        answers = bulk.act(form, by=me())
    except Unacceptable as refusal:
        db.session.rollback()
        return page(
            "cases/desk/bulk.html",
            fragment="bulk",
            status=refusal.status if "asked" in request.form else 200,
            form=form,
            act=ACTS.get(form.act),
            answers=None,
            departments=cases.departments(),
            reasons=REJECT_WORDS,
            chosen=list(queries.cases_of(form.chosen, me()).values()),
            errors=refusal.fields if "asked" in request.form else {},
        )
    return page(
        "cases/desk/bulk.html", fragment="bulk", form=form, act=ACTS[form.act], answers=answers
    )
