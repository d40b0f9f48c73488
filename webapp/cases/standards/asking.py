"""How an office changes what is asked for a class, and which classes are taken for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.cases.models import CaseClass
from webapp.cases.standards import in_force, queries
from webapp.cases.standards.models import ClassHint, ClassQuestion, QuestionValue
from webapp.cases.standards.rules import LISTS, Datatype
from webapp.people.refusing import refusing

MOST_VALUES = 60


@dataclass(frozen=True)
class Value:
    """One answer of a list, as it was written down."""

    key: str
    name: str
    name_en: str | None = None
    stop_words: str | None = None
    stop_words_en: str | None = None


@dataclass(frozen=True)
class Wish:
    """A question as it was written down."""

    code: str
    words: str
    datatype: Datatype
    words_en: str | None = None
    hint: str | None = None
    hint_en: str | None = None
    required: bool = False
    variable: bool = True
    place: int | None = None
    values: Sequence[Value] = ()


def ask(case_class: CaseClass, wish: Wish, *, by: Actor | None) -> ClassQuestion:
    """From now on this is asked for the class, last of all unless a place is given."""
    in_force.hold()
    made = ClassQuestion(class_code=case_class.code)
    made.place = wish.place or queries.last_place(case_class.code) + 1
    _fill(made, wish)
    with refusing(uq_class_question_code=_taken()):
        db.session.add(made)
    in_force.renew()
    _note(made, "ask", by, code=made.code, words=made.words, class_code=made.class_code)
    return made


def change(question: ClassQuestion, wish: Wish, *, by: Actor) -> None:
    """The question is asked so from now on; cases keep the words to which they were answered."""
    in_force.hold()
    before = question.words
    with refusing(uq_class_question_code=_taken()):
        question.values.clear()
        db.session.flush()
        question.place = wish.place or question.place
        _fill(question, wish)
    in_force.renew()
    _note(
        question, "change", by, before=before, words=question.words, class_code=question.class_code
    )


def retire(question: ClassQuestion, *, by: Actor) -> None:
    """This is asked no more."""
    in_force.hold()
    question.retired_at = clock.now()
    in_force.renew()
    _note(question, "retire", by, code=question.code, class_code=question.class_code)


def set_hint(
    case_class: CaseClass, *, other_code: str, words: str, words_en: str | None, by: Actor
) -> ClassHint:
    """Whoever chooses the class is asked whether the other one is meant."""
    in_force.hold()
    other = queries.class_of(other_code)
    if other is None or other_code == case_class.code:
        refusal = _l("There is no other class with this code.")
        raise Unacceptable(refusal, fields={"other_code": refusal})
    made = queries.hint(case_class.code, other_code) or ClassHint(
        class_code=case_class.code, other_code=other_code
    )
    made.words, made.words_en = words, words_en
    db.session.add(made)
    in_force.renew()
    _note_class(case_class, "hint", by, other=other_code, words=words)
    return made


def drop_hint(hint: ClassHint, *, by: Actor) -> None:
    """Nobody is asked this any more."""
    in_force.hold()
    case_class = queries.class_of(hint.class_code)
    db.session.delete(hint)
    in_force.renew()
    if case_class is not None:
        _note_class(case_class, "drop_hint", by, other=hint.other_code)


def parsed_values(words: str | None) -> list[Value]:
    """Answers as people write them, one a line: key | name | English | words that stop | the same in English."""
    found = []
    for line in (words or "").splitlines():
        parts = [part.strip() or None for part in line.replace("｜", "|").split("|")]
        if not any(parts):
            continue
        key, name, *more = [*parts, None, None, None, None][:5]
        if not key or not name or len(parts) > 5 or len(key) > 40:
            refusal = _l("Write one answer a line: key | name | English name.")
            raise Unacceptable(refusal, fields={"values": refusal})
        found.append(Value(key, name, *more))
    return found


def written_values(question: ClassQuestion) -> str:
    """The answers of a question as `parsed_values` reads them."""
    lines = []
    for each in question.values:
        parts = [each.key, each.name, each.name_en, each.stop_words, each.stop_words_en]
        while parts and not parts[-1]:
            parts.pop()
        lines.append(" | ".join(part or "" for part in parts))
    return "\n".join(lines)


def _fill(question: ClassQuestion, wish: Wish) -> None:
    if wish.datatype in LISTS and wish.variable and not wish.values:
        refusal = _l("A list needs answers to choose from.")
        raise Unacceptable(refusal, fields={"values": refusal})
    if wish.datatype not in LISTS and wish.values:
        refusal = _l("Only a list has answers to choose from.")
        raise Unacceptable(refusal, fields={"values": refusal})
    keys = [value.key for value in wish.values]
    if len(set(keys)) != len(keys):
        refusal = _l("Two answers have the same key.")
        raise Unacceptable(refusal, fields={"values": refusal})
    if len(keys) > MOST_VALUES:
        refusal = _l("This is too long.")
        raise Unacceptable(refusal, fields={"values": refusal})
    if all(value.stop_words for value in wish.values) and wish.values:
        refusal = _l("Every answer stops the report: nobody could send one.")
        raise Unacceptable(refusal, fields={"values": refusal})
    question.code, question.variable = wish.code, wish.variable
    question.datatype, question.required = wish.datatype.value, wish.required and wish.variable
    question.words, question.words_en = wish.words, wish.words_en
    question.hint, question.hint_en = wish.hint, wish.hint_en
    question.values = [
        QuestionValue(
            key=each.key,
            place=place,
            name=each.name,
            name_en=each.name_en,
            stop_words=each.stop_words,
            stop_words_en=each.stop_words_en,
        )
        for place, each in enumerate(wish.values, start=1)
    ]


def _taken() -> Unacceptable:
    refusal = _l("The class has a question of this code already.")
    return Unacceptable(refusal, fields={"code": refusal})


def _note(question: ClassQuestion, move: str, by: Actor | None, **data: Any) -> None:
    audit.record(kind="class_question", thing_id=question.id, move=move, by=by, data=data)


def _note_class(case_class: CaseClass, move: str, by: Actor, **data: Any) -> None:
    audit.record(kind="class", thing_id=int(case_class.code), move=move, by=by, data=data)
