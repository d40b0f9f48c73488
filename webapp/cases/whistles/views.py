"""Pages of the whistle: blow one, those that are open, one with its calls and steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.datum import Datum
from webapp.base.flow import Refusal
from webapp.base.web import Form, afresh, goto, page, part_of_address
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.cases.whistles import actions, queries
from webapp.cases.whistles.models import Whistle, WhistleCall
from webapp.cases.whistles.rules import CALL_FLOW, WHISTLE_FLOW, WHISTLE_WORDS, WhistleKind

bp = Blueprint("whistles", __name__)

Deed = Callable[..., None]

# What each move asks for beside the version.
DEEDS: dict[str, tuple[Deed, tuple[str, ...]]] = {
    "meet": (actions.meet, ()),
    "agree": (actions.agree, ("note",)),
    "execute": (actions.execute, ()),
    "report_result": (actions.report_result, ("note",)),
    "rate": (actions.rate, ("rating", "note")),
    "close": (actions.close, ()),
    "call_off": (actions.call_off, ("note",)),
}


class ListForm(Form):
    """Which whistles."""

    ended: bool = False
    before: int | None = Field(default=None, ge=1)


class BlowForm(Form):
    """A whistle: how hasty, who leads, who else is called, and why."""

    kind: WhistleKind
    lead: int = Field(ge=1)
    units: list[int] = Field(default_factory=list, max_length=16)
    words: str = Field(min_length=2, max_length=1000)

    @field_validator("units", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class StepForm(Form):
    """A step of a whistle."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=2000)
    rating: int | None = Field(default=None, ge=1, le=5)


class ReportInForm(Form):
    """Where somebody stands who reports in."""

    base_version: int | None = Field(default=None, ge=0)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    note: str | None = Field(default=None, max_length=1000)


@bp.get("/whistles")
@permit("whistles.list")
def listed() -> Response:
    """The whistles one may see, open ones first."""
    wish = ListForm.of(request.args.to_dict())
    found = queries.listed(me(), ended=wish.ended, before=wish.before)
    return page(
        "cases/whistles/list.html",
        whistles=found.rows,
        after=found.after,
        ended=wish.ended,
        **_words(),
    )


@bp.get("/cases/<int:case_id>/whistle")
@permit("whistles.blow", of=cases.one)
def new(case: Case) -> Response:
    """The form of a whistle for a case."""
    return _form(case)


@bp.post("/cases/<int:case_id>/whistle")
@permit("whistles.blow", of=cases.one)
def blow(case: Case) -> ResponseReturnValue:
    """The whistle is blown."""
    case_id = case.id
    try:
        form = BlowForm.read(request)
        whistle = actions.blow(
            case, kind=form.kind, lead=form.lead, units=form.units, words=form.words, by=me()
        )
    except Refusal as refusal:
        again = afresh(refusal, lambda: cases.one(case_id))
        return _form(again, refusal)
    return goto("whistles.one", whistle_id=whistle.id)


@bp.get("/whistles/<int:whistle_id>")
@permit("whistles.see", of=queries.one)
def one(whistle: Whistle) -> Response:
    """One whistle: who is called, who came, the plan, the result."""
    return _page(whistle)


@bp.post(f"/whistles/<int:whistle_id>/<any({', '.join(DEEDS)}):name>")
@permit("whistles.see", of=lambda whistle_id, name: queries.one(whistle_id))
def step(whistle: Whistle) -> ResponseReturnValue:
    """One step of the whistle."""
    name, whistle_id = part_of_address("name"), whistle.id
    try:
        form = StepForm.read(request)
        deed, wanted = DEEDS[name]
        given = {each: getattr(form, each) for each in wanted}
        deed(whistle, by=me(), base_version=form.base_version, **given)
    except Refusal as refusal:
        return _refused(whistle_id, refusal, name)
    return goto("whistles.one", whistle_id=whistle_id)


@bp.post("/whistles/calls/<int:call_id>/report-in")
@permit("whistles.report_in", of=queries.call)
def report_in(call: WhistleCall) -> ResponseReturnValue:
    """Somebody of a department that was called is there."""
    whistle_id = call.whistle_id
    try:
        form = ReportInForm.read(request)
        actions.report_in(
            call,
            by=me(),
            lon=form.lon,
            lat=form.lat,
            datum=form.datum,
            accuracy_m=form.accuracy_m,
            note=form.note,
            base_version=form.base_version,
        )
    except Refusal as refusal:
        return _refused(whistle_id, refusal, "report_in")
    return goto("whistles.one", whistle_id=whistle_id)


def _words() -> dict[str, Any]:
    return {
        "flow": WHISTLE_FLOW,
        "call_flow": CALL_FLOW,
        "kinds": WHISTLE_WORDS,
        "now": clock.now(),
    }


def _form(case: Case, refusal: Refusal | None = None) -> Response:
    units = cases.departments()
    return page(
        "cases/whistles/new.html",
        status=refusal.status if refusal else 200,
        case=case,
        departments=units,
        choices=[("", _l("Choose")), *((unit.id, unit.name) for unit in units)],
        sent=request.form,
        chosen=request.form.getlist("units", type=int),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **_words(),
    )


def _page(whistle: Whistle, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who = me()
    return page(
        "cases/whistles/one.html",
        status=refusal.status if refusal else 200,
        whistle=whistle,
        moves=WHISTLE_FLOW.open_moves(whistle, who),
        reports=[
            call.id for call in whistle.calls if "report_in" in CALL_FLOW.open_moves(call, who)
        ],
        sees_case=may(who, "cases.see", whistle.case),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **_words(),
    )


def _refused(whistle_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.one(whistle_id), right="whistles.see")
    return _page(again, refusal, tried)
