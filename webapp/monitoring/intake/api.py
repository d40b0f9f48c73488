"""Sources over HTTP. What is answered 202 is in the database, whatever happens next."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, Field

from webapp.base import audit
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import NotAllowed, Refusal
from webapp.base.security import limiter
from webapp.base.web import error_body
from webapp.monitoring.intake import sending, signing, speaking
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import Format, Status

bp = Blueprint("intake_api", __name__, url_prefix="/api/v1/intake")


class TakenOut(BaseModel):
    """What became of one message."""

    status: str = Field(description="ok, late, repeat, ignored or dead")
    id: int | None = Field(description="its number in the inbox; none where nothing of it is kept")
    alarms: list[int]
    what: list[str] = Field(description="new, merged, cleared, reopened, late, suppressed or test")
    why: str | None = Field(default=None, description="why it is dead")
    field: str | None = Field(default=None, description="which field")
    message: str | None = Field(default=None, description="the same in words")


class DeadOut(TakenOut):
    """What became of a message that nobody can read."""

    error: dict[str, Any] = Field(description="the same as of every refusal")


def _format(form: str) -> Format | None:
    return Format(form) if form in list(Format) else None


@bp.post("/<form>")
@limiter.limit("50/second")
@permit("intake.speak", of=_format)
def take(form: Format) -> tuple[Response, int]:
    """One message, an array of them, or one a line. 422: it is kept, but nobody can read it."""
    source = speaking.of_account(me().id)
    if source is None:
        raise NotAllowed(_l("This key belongs to no source."))
    most = sending.largest(request.content_type or "")
    request.max_content_length = most
    sent = Sent(request.get_data(cache=False), request.content_type or "")
    try:
        given = request.headers
        signing.verify(
            source, given.get(signing.STAMP, ""), given.get(signing.SIGNED, ""), sent.body
        )
    except Refusal as refusal:
        return _refused(source, refusal)
    taken = sending.take_all(source, form, sent)
    if sending.is_batch(form, sent) and (len(taken) > 1 or taken[0].status != Status.DEAD):
        return jsonify({"results": [sending.told(each) for each in taken]}), 202
    answer: dict[str, Any] = sending.told(taken[0])
    why = taken[0].refusal
    if taken[0].status != Status.DEAD or why is None:
        return jsonify(answer), 202
    return jsonify(answer | error_body(why.why, why.words, why.fields)), 422


def _refused(source: Source, refusal: Refusal) -> tuple[Response, int]:
    """No exception: that somebody tried is written down with this request."""
    audit.record(
        kind="intake_source",
        thing_id=source.id,
        move=refusal.code,
        by=me(),
        data={"from": request.remote_addr},
    )
    db.session.flush()
    return jsonify(error_body(refusal.code, refusal.words)), refusal.status
