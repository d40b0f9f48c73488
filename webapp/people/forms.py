"""A form that was refused is shown again, as it was filled in, with each error beside its field."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from pydantic import Field

from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import Form, page


class PurposeForm(Form):
    """What somebody wants to know a number for."""

    purpose: str = Field(min_length=4, max_length=200)


class ReasonForm(Form):
    """Why something is done to somebody."""

    reason: str = Field(min_length=2, max_length=500)


def again(template: str, refusal: Refusal, **values: Any) -> Response:
    """The page of the form with what was sent and why it was refused; nothing was changed."""
    db.session.rollback()
    errors = {name: words for name, words in refusal.fields.items() if words}
    return page(
        template,
        status=refusal.status,
        errors=errors or {"form": refusal.words},
        sent=request.form,
        **values,
    )
