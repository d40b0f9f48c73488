"""The register of what was erased of applications, and the rules by which."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page, undone
from webapp.services.applications import erasing, erasing_queries as queries
from webapp.services.applications.forms import nonempty
from webapp.services.applications.rules import DRAFT_DAYS, ERASE_MONTHS
from webapp.services.items.rules import FIELD_WORDS

bp = Blueprint("application_erasures", __name__, url_prefix="/applications/erasures")


class RegisterForm(Form):
    """Where in the register."""

    before: int | None = Field(default=None, ge=1)


class RuleForm(Form):
    """After how many months applications for items of a field are erased."""

    field: str = Field(default="", max_length=40)
    months: int = Field(ge=1, le=240)


@bp.get("")
@permit("applications.erasures")
def show() -> Response:
    """What was erased, by which rule, and the rules themselves."""
    return _page()


@bp.post("")
@permit("applications.set_erasure")
def set_rule() -> ResponseReturnValue:
    """Applications of this field are erased so many months after their end."""
    try:
        form = RuleForm.read(request)
        erasing.set_rule(field=form.field, months=form.months, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _page(refusal)
    return goto("application_erasures.show")


def _page(refusal: Refusal | None = None) -> Response:
    found = queries.register(
        before=RegisterForm.of(nonempty(request.args.to_dict())).before if not refusal else None
    )
    rules = queries.rules()
    months: dict[str, Any] = {field: rule.months for field, rule in rules.items()}
    return page(
        "services/erasures.html",
        status=refusal.status if refusal else 200,
        rows=found.rows,
        after=found.after,
        total=queries.count_erased(),
        months={"": ERASE_MONTHS} | months,
        draft_days=DRAFT_DAYS,
        fields={"": _l("All other fields")} | FIELD_WORDS,
        errors=refusal.fields if refusal else {},
        sent=request.form,
    )
