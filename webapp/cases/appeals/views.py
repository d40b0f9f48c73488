"""Pages of the hotline: the sheets, one with its steps, a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import AwareDatetime, Field, field_validator

from webapp.base import audit, clock
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import (
    Form,
    PurposeForm,
    afresh,
    goto,
    page,
    part_of_address,
    undone,
    wants_json,
)
from webapp.cases import queries as cases
from webapp.cases.appeals import actions, queries
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import (
    APPEAL_FLOW,
    APPEAL_WORDS,
    CARD_WORDS,
    EXTENSION_MOST,
    LEVELS,
    AppealKind,
)
from webapp.cases.appeals.shown import EVENT_WORDS, VIEW_WORDS
from webapp.cases.rules import GRADE_WORDS, Grade
from webapp.people import queries as people

bp = Blueprint("appeals", __name__, url_prefix="/appeals")

Deed = Callable[..., None]

DEEDS: dict[str, tuple[Deed, tuple[str, ...]]] = {
    "classify": (actions.classify, ("categories",)),
    "assign": (actions.assign, ("unit", "note")),
    "accept": (actions.accept, ()),
    "give_back": (actions.give_back, ("note",)),
    "ask_extension": (actions.ask_extension, ("note", "days")),
    "grant": (actions.grant, ()),
    "refuse": (actions.refuse, ("note",)),
    "reply": (actions.reply, ("note", "contacted", "caller_said")),
    "approve": (actions.approve, ()),
    "send_back": (actions.send_back, ("note",)),
    "content": (actions.content, ("solved", "note")),
    "discontent": (actions.discontent, ("solved", "note")),
    "supervise": (actions.supervise, ("note",)),
    "close": (actions.close, ("note",)),
}


class ListForm(Form):
    """Which sheets."""

    show: str = Field(default="open", pattern=f"^({'|'.join(queries.VIEWS)})$")
    q: str | None = Field(default=None, max_length=60)
    before: int | None = Field(default=None, ge=1)


class SheetForm(Form):
    """A sheet as it came from the hotline."""

    sheet_no: str = Field(pattern=r"^[0-9A-Za-z-]{4,40}$")
    kind: AppealKind
    source: str = Field(default="12345", min_length=1, max_length=40)
    grade: Grade = Grade.NORMAL
    words: str = Field(min_length=2, max_length=4000)
    where_words: str | None = Field(default=None, max_length=300)
    confidential: bool = False
    wants_reply: bool = False
    caller_name: str | None = Field(default=None, max_length=40)
    caller_phone: str | None = Field(default=None, max_length=30)
    received_at: AwareDatetime | None = None


class StepForm(Form):
    """A step of a sheet."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=4000)
    categories: list[str] = Field(default_factory=list, max_length=LEVELS)
    unit: int | None = Field(default=None, ge=1)
    days: int | None = Field(default=None, ge=1, le=60)
    contacted: bool = False
    caller_said: str | None = Field(default=None, max_length=1000)
    solved: bool = False

    @field_validator("categories", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


@bp.get("")
@permit("appeals.list")
def listed() -> Response:
    """The sheets one may see, newest first."""
    wish = ListForm.of(request.args.to_dict())
    found = queries.listed(me(), view=wish.show, words=wish.q, before=wish.before)
    return page(
        "cases/appeals/list.html",
        appeals=found.rows,
        after=found.after,
        shown=wish.show,
        words=wish.q,
        counts=queries.counts(me()),
        views=VIEW_WORDS,
        **_words(),
    )


@bp.get("/new")
@permit("appeals.receive")
def new() -> Response:
    """The form of a sheet that came in."""
    return _form()


@bp.post("")
@permit("appeals.receive")
def receive() -> ResponseReturnValue:
    """The sheet is in the house."""
    try:
        form = SheetForm.read(request)
        made = actions.receive(**form.model_dump(), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    return goto("appeals.one", appeal_id=made.id)


@bp.get("/<int:appeal_id>")
@permit("appeals.see", of=queries.one)
def one(appeal: Appeal) -> Response:
    """One sheet: what was said, who answers, how far it is."""
    return _page(appeal)


@bp.post(f"/<int:appeal_id>/<any({', '.join(DEEDS)}):name>")
@permit("appeals.see", of=lambda appeal_id, name: queries.one(appeal_id))
def step(appeal: Appeal) -> ResponseReturnValue:
    """One step of the sheet."""
    name, appeal_id = part_of_address("name"), appeal.id
    try:
        form = StepForm.read(request)
        deed, wanted = DEEDS[name]
        given = {each: getattr(form, each) for each in wanted}
        deed(appeal, by=me(), base_version=form.base_version, **given)
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.one(appeal_id), right="appeals.see")
        return _page(again, refusal=refusal, tried=name)
    if not may(me(), "appeals.see", appeal):
        return goto("appeals.listed")
    return goto("appeals.one", appeal_id=appeal_id)


@bp.post("/<int:appeal_id>/caller")
@permit("appeals.caller", of=queries.one)
def caller(appeal: Appeal) -> ResponseReturnValue:
    """Who called, for somebody who says what for."""
    try:
        purpose = PurposeForm.read(request).purpose
    except Refusal as refusal:
        if wants_json():
            raise
        return _page(appeal, refusal=refusal, tried="caller")
    return _page(appeal, revealed=actions.reveal_caller(appeal, purpose=purpose, by=me()))


def _words() -> dict[str, Any]:
    return {
        "flow": APPEAL_FLOW,
        "kinds": APPEAL_WORDS,
        "cards": CARD_WORDS,
        "grades": GRADE_WORDS,
        "now": clock.now(),
    }


def _form(refusal: Refusal | None = None) -> Response:
    return page(
        "cases/appeals/new.html",
        status=refusal.status if refusal else 200,
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **_words(),
    )


def _page(
    appeal: Appeal,
    *,
    refusal: Refusal | None = None,
    tried: str | None = None,
    revealed: tuple[str | None, str] | None = None,
) -> Response:
    moves = APPEAL_FLOW.open_moves(appeal, me())
    events = audit.history("appeal", appeal.id)
    return page(
        "cases/appeals/one.html",
        status=refusal.status if refusal else 200,
        appeal=appeal,
        moves=moves,
        asks={name: wanted for name, (_deed, wanted) in DEEDS.items()},
        departments=cases.departments() if "assign" in moves else [],
        levels=LEVELS,
        most_days=EXTENSION_MOST,
        events=events,
        event_words=EVENT_WORDS,
        names=people.named_in(events),
        knows_caller=may(me(), "appeals.caller", appeal),
        revealed=revealed,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **_words(),
    )
