"""Pages of classes and their limits: search, one class, the limits of the steps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.cases import queries as cases, timing
from webapp.cases.models import CaseClass, FilingCondition
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS
from webapp.cases.standards import actions, asking, queries
from webapp.cases.standards.forms import (
    ClassSettingsForm,
    LimitForm,
    NewClassForm,
    StageForm,
)
from webapp.cases.standards.rules import DATATYPE_WORDS, LISTS, PACE_WORDS, UNIT_WORDS, Pace
from webapp.cases.standards.words import EVENT_WORDS
from webapp.people.forms import again

bp = Blueprint("standards", __name__, url_prefix="/standards")


@bp.get("")
@permit("standards.see")
def listed() -> Response:
    """Classes by name, code or the words people use, and the ways to all that is laid down."""
    words = request.args.get("q", "").strip()[:60]
    return page(
        "standards/list.html",
        fragment="hits",
        words=words,
        hits=cases.classes(words or None, limit=60),
    )


@bp.get("/classes/<code>")
@permit("standards.see", of=queries.class_of)
def one(case_class: CaseClass) -> Response:
    """A class: its settings, its limits with their history, what is asked, what it is taken for."""
    return class_page(case_class)


def class_page(case_class: CaseClass, refusal: Refusal | None = None, part: str = "") -> Response:
    """The page of a class; after a refusal with what was sent to `part`, and why it was refused."""
    if refusal is not None:
        code = case_class.code
        db.session.rollback()
        case_class = db.session.get_one(CaseClass, code)
    errors: dict[str, Any] = {}
    if refusal is not None:
        errors = {name: words for name, words in refusal.fields.items() if words}
        errors = errors or {"form": refusal.words}
    rows = queries.limits_of(case_class.code)
    limits = [each for each in rows if each.valid.upper is None]
    return page(
        "standards/class.html",
        status=refusal.status if refusal else 200,
        case_class=case_class,
        limits=limits,
        counts=cases.conditions(case_class.code),
        ended=[each for each in rows if each.valid.upper is not None],
        next_place=max(
            (each.place for each in limits if each.class_prefix == case_class.code), default=0
        )
        + 1,
        questions=queries.questions_of(case_class.code),
        written=asking.written_values,
        hints=queries.hints(case_class.code).get(case_class.code, []),
        log=queries.log(["class"], [int(case_class.code)]),
        event_words=EVENT_WORDS,
        grades=GRADE_WORDS,
        units=UNIT_WORDS,
        datatypes=DATATYPE_WORDS,
        lists=LISTS,
        part=part if refusal else "",
        errors=errors,
        sent=request.form if refusal else {},
    )


@bp.get("/classes/new")
@permit("standards.change")
def new() -> Response:
    """The form of a class of the office's own."""
    return page("standards/class_new.html", errors={}, sent={"merge_radius_m": 50, "merge_days": 7})


@bp.post("/classes")
@permit("standards.change")
def create() -> ResponseReturnValue:
    """The office has one class more."""
    try:
        made = actions.add_class(**NewClassForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return again("standards/class_new.html", refusal)
    return goto("standards.one", code=made.code)


@bp.post("/classes/<code>")
@permit("standards.change", of=queries.class_of)
def change(case_class: CaseClass) -> ResponseReturnValue:
    """The class has these settings."""
    try:
        actions.change_class(case_class, **ClassSettingsForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return class_page(case_class, refusal, "settings")
    return goto("standards.one", code=case_class.code)


@bp.post("/classes/<code>/limits")
@permit("standards.change", of=queries.class_of)
def set_limit(case_class: CaseClass) -> ResponseReturnValue:
    """A condition of the class, or of a wider group to which it belongs, has this limit from now on."""
    try:
        actions.set_limit(**LimitForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return class_page(case_class, refusal, request.form.get("part", "limit"))
    return goto("standards.one", code=case_class.code)


@bp.post("/limits/<int:condition_id>/end")
@permit("standards.change", of=queries.limit)
def end_limit(condition: FilingCondition) -> ResponseReturnValue:
    """The condition is chosen no more."""
    code = request.form.get("code", "")
    actions.end_limit(condition, by=me())
    return goto("standards.one", code=code) if queries.class_of(code) else goto("standards.listed")


@bp.get("/stages")
@permit("standards.see")
def stages() -> Response:
    """How long a case may stand at each step."""
    return _stages()


def _stages(refusal: Refusal | None = None) -> Response:
    if refusal is not None:
        db.session.rollback()
    errors = {name: words for name, words in refusal.fields.items() if words} if refusal else {}
    if refusal and not errors:
        errors = {"form": refusal.words}
    steps = [
        (state, pace, timing.stage_limit(state, pace)) for pace in Pace for state in timing.STAGES
    ]
    return page(
        "standards/stages.html",
        status=refusal.status if refusal else 200,
        steps=steps,
        flow=CASE_FLOW,
        paces=PACE_WORDS,
        units=UNIT_WORDS,
        history=queries.stage_history(),
        states={state.value: words for state, words in CASE_FLOW.states.items()},
        errors=errors,
        sent=request.form if refusal else {},
    )


@bp.post("/stages")
@permit("standards.change")
def set_stage() -> ResponseReturnValue:
    """A step has this limit from now on."""
    try:
        actions.set_stage(**StageForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return _stages(refusal)
    return goto("standards.stages")
