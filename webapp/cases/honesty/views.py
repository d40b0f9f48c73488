"""Pages of honest work: what waits for a look, and the answer to it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import Form, goto, page, part_of_address, undone
from webapp.cases.honesty import actions, queries
from webapp.cases.honesty.models import HonestyFlag
from webapp.cases.honesty.rules import FLAG_FLOW, FLAG_WORDS

bp = Blueprint("honesty", __name__)


class ListForm(Form):
    """Which flags."""

    decided: bool = False
    before: int | None = Field(default=None, ge=1)


class SettleForm(Form):
    """What somebody says who has looked."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=2000)


@bp.get("/honest-work")
@told_then
@permit("honesty.see")
def listed() -> Response:
    """What a person should look at."""
    return _list()


@bp.post("/honest-work/<int:flag_id>/<any(fine, talk):name>")
@permit("honesty.see", of=lambda flag_id, name: queries.one(flag_id))
def settle(flag: HonestyFlag) -> ResponseReturnValue:
    """Somebody has looked."""
    name, flag_id = part_of_address("name"), flag.id
    try:
        form = SettleForm.read(request)
        actions.settle(flag, name, by=me(), note=form.note, base_version=form.base_version)
    except Refusal as refusal:
        undone(refusal)
        return _list(refusal, (flag_id, name))
    return goto("honesty.listed")


def _list(refusal: Refusal | None = None, tried: tuple[int, str] | None = None) -> Response:
    wish = ListForm.of(request.args.to_dict())
    found = queries.listed(me(), decided=wish.decided, before=wish.before)
    return page(
        "cases/honesty/list.html",
        status=refusal.status if refusal else 200,
        found=found,
        decided=wish.decided,
        words=FLAG_WORDS,
        flow=FLAG_FLOW,
        moves={flag.id: FLAG_FLOW.open_moves(flag, me()) for flag in found.rows},
        tried=tried,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
    )
