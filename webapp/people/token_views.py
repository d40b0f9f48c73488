"""Keys of machines: issued, shown once, revoked."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page
from webapp.people import actions, days, queries
from webapp.people.forms import again
from webapp.people.models import Token
from webapp.people.post_views import named
from webapp.people.rules import SCOPES

bp = Blueprint("tokens", __name__, url_prefix="/people/tokens")


class TokenForm(Form):
    """A token: its name, what it opens, whose rights it has, its last day."""

    name: str = Field(min_length=1, max_length=80)
    scopes: list[str]
    to: str | None = Field(default=None, max_length=80)
    until: date | None = None

    @field_validator("scopes", mode="before")
    @classmethod
    def _one_is_a_list(cls, sent: Any) -> Any:
        return [sent] if isinstance(sent, str) else sent


@bp.get("")
@permit("people.manage")
def listed() -> Response:
    """Every token that was issued."""
    return page("people/tokens.html", errors={}, **_all())


@bp.get("/new")
@permit("people.manage")
def new() -> Response:
    """The form of a new token."""
    return page("people/token_form.html", scopes=SCOPES, errors={}, sent={})


@bp.post("")
@permit("people.manage")
def issue() -> ResponseReturnValue:
    """The token is good from now on. Its text is on this page and nowhere else."""
    try:
        form = TokenForm.read(request)
        owner = named(form.to) if form.to else actions.machine_account(form.name, by=me())
        token, secret = actions.issue_token(
            name=form.name,
            scopes=form.scopes,
            account=owner,
            expires_at=days.end_of(form.until) if form.until else None,
            by=me(),
        )
    except Refusal as refusal:
        chosen = request.form.getlist("scopes")
        return again("people/token_form.html", refusal, scopes=SCOPES, chosen=chosen)
    return page("people/token_made.html", token=token, secret=secret)


@bp.post("/<int:token_id>/revoke")
@permit("people.manage", of=queries.token)
def revoke(token: Token) -> ResponseReturnValue:
    """The token opens nothing any more."""
    try:
        actions.revoke_token(token, by=me())
    except Refusal as refusal:
        return again("people/tokens.html", refusal, **_all())
    return goto("tokens.listed")


def _all() -> dict[str, Any]:
    return {"tokens": queries.tokens(), "now": clock.now()}
