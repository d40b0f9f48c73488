"""The phrase book: words for notes, one's own and those of all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.flow import NotAllowed, Refusal
from webapp.base.web import goto, page
from webapp.cases.desk import actions, queries
from webapp.cases.desk.forms import PhraseForm
from webapp.cases.desk.models import Phrase

bp = Blueprint("phrases", __name__, url_prefix="/cases/phrases")


@bp.get("")
@permit("desk.phrases")
def book() -> Response:
    """The phrases one may use; as a fragment, those to tap below a note."""
    return _book()


def _book(
    *,
    status: int = 200,
    tried: int | None = None,
    sent: dict[str, str] | None = None,
    errors: dict[str, Any] | None = None,
    told: Any = None,
) -> Response:
    return page(
        "cases/desk/phrases.html",
        fragment="taps",
        status=status,
        phrases=queries.phrases(me()),
        shares=may(me(), "desk.share"),
        tried=tried,
        sent=sent or {},
        errors=errors or {},
        told=told,
    )


@bp.post("")
@permit("desk.phrases")
def add() -> ResponseReturnValue:
    """A phrase stands ready from now on."""
    try:
        form = PhraseForm.read(request)
        if form.shared and not may(me(), "desk.share"):
            raise NotAllowed(_l("Phrases of all are in the hands of the shift leader."))
        actions.add_phrase(words=form.words, shared=form.shared, by=me())
    except Refusal as refusal:
        db.session.rollback()
        sent = request.form.to_dict()
        return _book(status=refusal.status, sent=sent, errors=refusal.fields, told=refusal.words)
    return goto("phrases.book")


@bp.post("/<int:phrase_id>")
@permit("desk.phrase", of=queries.phrase)
def change(phrase: Phrase) -> ResponseReturnValue:
    """A phrase says something else."""
    key = phrase.id
    try:
        form = PhraseForm.read(request)
        actions.change_phrase(phrase, words=form.words, version=form.version)
    except Refusal as refusal:
        db.session.rollback()
        sent = request.form.to_dict()
        return _book(
            status=refusal.status, tried=key, sent=sent, errors=refusal.fields, told=refusal.words
        )
    return goto("phrases.book")


@bp.post("/<int:phrase_id>/remove")
@permit("desk.phrase", of=queries.phrase)
def remove(phrase: Phrase) -> ResponseReturnValue:
    """A phrase is gone."""
    actions.remove_phrase(phrase)
    return goto("phrases.book")
