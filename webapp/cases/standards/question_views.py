"""What is asked for a class, and which classes are taken for each other: changed on the page of the class."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto
from webapp.cases.models import CaseClass
from webapp.cases.standards import asking, queries
from webapp.cases.standards.forms import HintForm, QuestionForm
from webapp.cases.standards.models import ClassHint, ClassQuestion
from webapp.cases.standards.views import class_page

bp = Blueprint("questions", __name__, url_prefix="/standards")


@bp.post("/classes/<code>/questions")
@permit("standards.change", of=queries.class_of)
def ask(case_class: CaseClass) -> ResponseReturnValue:
    """The class asks one thing more."""
    try:
        asking.ask(case_class, QuestionForm.read(request).wish(), by=me())
    except Refusal as refusal:
        return class_page(case_class, refusal, "question")
    return goto("standards.one", code=case_class.code)


@bp.post("/questions/<int:question_id>")
@permit("standards.change", of=queries.question)
def change(question: ClassQuestion) -> ResponseReturnValue:
    """The question is asked so from now on."""
    code, part = question.class_code, f"question-{question.id}"
    try:
        asking.change(question, QuestionForm.read(request).wish(), by=me())
    except Refusal as refusal:
        return class_page(queries.known_class(code), refusal, part)
    return goto("standards.one", code=code)


@bp.post("/questions/<int:question_id>/retire")
@permit("standards.change", of=queries.question)
def retire(question: ClassQuestion) -> ResponseReturnValue:
    """This is asked no more."""
    asking.retire(question, by=me())
    return goto("standards.one", code=question.class_code)


@bp.post("/classes/<code>/hints")
@permit("standards.change", of=queries.class_of)
def set_hint(case_class: CaseClass) -> ResponseReturnValue:
    """Whoever chooses the class is asked whether another one is meant."""
    try:
        asking.set_hint(case_class, **HintForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return class_page(case_class, refusal, "hint")
    return goto("standards.one", code=case_class.code)


@bp.post("/classes/<class_code>/hints/<other_code>/drop")
@permit("standards.change", of=queries.hint)
def drop_hint(hint: ClassHint) -> ResponseReturnValue:
    """Nobody is asked this any more."""
    code = hint.class_code
    asking.drop_hint(hint, by=me())
    return goto("standards.one", code=code)
