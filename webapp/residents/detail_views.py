"""The page of fields beyond the minimum: which are asked of residents, what for, since when."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.people.forms import again
from webapp.residents import detail_queries as queries, details
from webapp.residents.detail_models import ResidentField
from webapp.residents.detail_rules import DETAILS, OFF_DAYS
from webapp.residents.forms import FieldOffForm, FieldOnForm

bp = Blueprint("resident_fields", __name__, url_prefix="/households/fields")


@bp.get("")
@permit("households.fields")
def show() -> Response:
    """Every field that may be switched on, and what those are asked for that are."""
    return page("households/fields.html", **_values(), errors={}, sent={})


@bp.post("")
@permit("households.set_fields")
def switch_on() -> ResponseReturnValue:
    """A field is asked from now on."""
    try:
        form = FieldOnForm.read(request)
        details.switch_on(form.field, purpose=form.purpose, basis=form.basis, by=me())
    except Refusal as refusal:
        return again("households/fields.html", refusal, **_values())
    return goto("resident_fields.show")


@bp.post("/<int:field_id>/off")
@permit("households.set_fields", of=queries.one)
def switch_off(field: ResidentField) -> ResponseReturnValue:
    """A field is asked no more, and what was written under it is erased, now or later."""
    name = field.field
    try:
        form = FieldOffForm.read(request)
        details.switch_off(field, at_once=form.at_once, sure=form.sure, by=me())
    except Refusal as refusal:
        return again("households/fields.html", refusal, tried=name, **_values())
    return goto("resident_fields.show")


def _values() -> dict[str, Any]:
    newest = queries.newest()
    on = {kind: field for kind, field in newest.items() if field.ended_at is None}
    return {
        "kinds": DETAILS,
        "on": on,
        "waiting": {
            kind: field
            for kind, field in newest.items()
            if field.ended_at is not None and field.erased_at is None
        },
        "counts": queries.counts(),
        "off_days": OFF_DAYS,
    }
