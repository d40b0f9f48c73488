"""The register of what was anonymised, and the rules by which."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import goto, page, wants_json
from webapp.cases.residents import anonymising, queries
from webapp.cases.residents.forms import ErasureRuleForm, PagedForm
from webapp.cases.residents.rules import ERASE_MONTHS

bp = Blueprint("erasures", __name__)


@bp.get("/cases/erasures")
@permit("erasures.see")
def show() -> Response:
    """What was erased, by which rule, and the rules themselves."""
    return _page()


def _page(
    *, status: int = 200, errors: dict[str, Any] | None = None, sent: dict[str, Any] | None = None
) -> Response:
    wish = PagedForm.of(request.args.to_dict())
    rows = queries.erasures(before=wish.before, limit=queries.PAGE + 1)
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    rules = {rule.class_prefix: rule for rule in queries.erasure_rules()}
    return page(
        "residents/erasures.html",
        status=status,
        rows=rows[: queries.PAGE],
        after=more,
        total=queries.count_erased(),
        rules=rules,
        otherwise=ERASE_MONTHS,
        groups=[("", _l("All classes")), *queries.majors()],
        errors=errors or {},
        sent=sent or {},
    )


@bp.post("/cases/erasures/rules")
@permit("erasures.set")
def set_rule() -> ResponseReturnValue:
    """Reports of this group are anonymised so many months after their end."""
    try:
        form = ErasureRuleForm.read(request)
        anonymising.set_rule(class_prefix=form.class_prefix, months=form.months, by=me())
    except Refusal as refusal:
        db.session.rollback()
        if wants_json():
            raise
        sent = request.form.to_dict()
        return _page(status=refusal.status, errors=refusal.fields, sent=sent)
    return goto("erasures.show")
