"""Pages of the public: confirmed cases as a list, on a map, one by one, and those on hold."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from webapp.base import clock, files
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page, wants_json
from webapp.cases import publishing
from webapp.cases.models import Case, CaseMedia
from webapp.cases.publishing import SHOWN, SHOWN_WORDS, Shown
from webapp.cases.residents import actions, queries
from webapp.cases.residents.forms import PublicListForm, ReleaseForm
from webapp.cases.residents.rules import PUBLIC_STEPS
from webapp.cases.rules import HOLD_WORDS, HoldReason, State

bp = Blueprint("public", __name__)

SHOWS = {
    "open": sorted(publishing.STATES - publishing.ENDED),
    "closed": sorted(publishing.ENDED),
    "all": None,
}


@bp.get("/public/cases")
@told_then
@permit("public.read")
def listed() -> ResponseReturnValue:
    """Confirmed cases, newest first, beside a map of the same; found by words or place."""
    wish = PublicListForm.of(request.args.to_dict())
    show = wish.show if wish.show in SHOWS else "open"
    rows = queries.public_list(
        words=wish.q, states=SHOWS[show], before=wish.before, limit=queries.PAGE + 1
    )
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    rows = rows[: queries.PAGE]
    words = queries.released_words_of(case.id for case in rows)
    if wants_json():
        found = [publishing.described(case, words=words.get(case.id)) for case in rows]
        return jsonify({"cases": found, "next": more})
    return page(
        "public/cases.html",
        fragment="list",
        rows=rows,
        after=more,
        words=words,
        q=wish.q,
        show=show,
        shown=shown,
        spot=publishing.spot,
        erased=queries.count_erased(),
        months=queries.erase_months(),
    )


def shown(case: Case) -> tuple[str, Any]:
    """The kind of chip of a public case, and its words."""
    where = SHOWN[State(case.state)]
    late = where is not Shown.CLOSED and case.due_at is not None and case.due_at < clock.now()
    kinds = {Shown.CLOSED: "done", Shown.HANDLED: "done", Shown.ACCEPTED: "new"}
    kind = "late" if late and not case.paused_at else kinds.get(where, "rest")
    return kind, SHOWN_WORDS[where]


@bp.get("/public/cases/on-hold")
@told_then
@permit("public.read")
def on_hold() -> Response:
    """What waits on account: since when, why, and on which day somebody looks again."""
    rows = queries.on_hold()
    reasons = queries.hold_reasons(case.id for case in rows)
    words = {key: HOLD_WORDS[HoldReason(reason)] for key, reason in reasons.items()}
    return page("public/on_hold.html", rows=rows, reasons=words)


@bp.get("/public/cases/<number>")
@permit("public.read", of=queries.public_one)
def one(case: Case) -> ResponseReturnValue:
    """One confirmed case: what, about where, how far it is. Nobody is named."""
    words = queries.released_words(case.id)
    if wants_json():
        return jsonify(publishing.described(case, words=words))
    return page(
        "public/case.html",
        fragment="case",
        case=case,
        words=words,
        photos=queries.released_photos(case.id),
        events=queries.steps(case.id, PUBLIC_STEPS),
        words_of=PUBLIC_STEPS,
        shown=shown(case),
        coarse=publishing.is_coarse(case),
        at=publishing.spot(case),
        metres=publishing.COARSE_M,
    )


@bp.get("/public/photos/<int:media_id>")
@permit("public.read", of=queries.public_photo)
def photo(media: CaseMedia) -> Response:
    """A photo that the desk has released."""
    answer = files.answer(media.file)
    # Taken back is taken back.
    answer.cache_control.max_age = None
    answer.cache_control.no_cache = True
    return answer


@bp.get("/cases/<int:case_id>/public")
@permit("public.release", of=queries.with_photos)
def releasing(case: Case) -> Response:
    """What the public may read and see of a case, to be decided."""
    return _releasing(case)


def _releasing(case: Case, *, status: int = 200, errors: dict[str, Any] | None = None) -> Response:
    words = queries.released_words(case.id)
    return page(
        "public/release.html",
        status=status,
        case=case,
        errors=errors or {},
        is_public=publishing.is_public(case),
        words=words,
        proposed=words or publishing.without_numbers(case.words or ""),
        released={each.id for each in queries.released_photos(case.id)},
        photos=[each for each in case.media if each.file.media_type.startswith("image/")],
    )


@bp.post("/cases/<int:case_id>/public")
@permit("public.release", of=queries.with_photos)
def release(case: Case) -> ResponseReturnValue:
    """The public reads and sees just this of the case."""
    case_id = case.id
    try:
        form = ReleaseForm.read(request)
        actions.release(case, words=form.words, photos=form.photos, private=form.private, by=me())
    except Refusal as refusal:
        db.session.rollback()
        again = queries.with_photos(case_id)
        if again is None or wants_json():
            raise
        return _releasing(again, status=refusal.status, errors=refusal.fields)
    return goto("cases.one", case_id=case_id)
