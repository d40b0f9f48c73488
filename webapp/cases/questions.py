"""The questions of a class, and whether what was answered can be used."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import get_locale, lazy_gettext as _l

from webapp.base.flow import Unacceptable
from webapp.base.language import listed
from webapp.cases import timing
from webapp.cases.standards import queries
from webapp.cases.standards.in_force import standards
from webapp.cases.standards.models import ClassQuestion, QuestionValue
from webapp.cases.standards.rules import LISTS, Datatype

LONGEST = {Datatype.STRING: 300, Datatype.TEXT: 4000}
LONGEST_UNASKED = 300
MOST_DIGITS = 1e15

# The datatype of a kept answer that nobody asked for: an address outside the house.
LINK = "link"

# The name of the field of a form, and of an error beside it.
FIELD = "answer.{code}"


class Stopped(Unacceptable):
    """This is not for a report: the words say what to do at once, such as calling 119."""

    code = "stopped"


def questions_of(class_code: str) -> list[ClassQuestion]:
    """What is asked for a class, in order; those with `variable` false are only shown."""
    return queries.questions_of(class_code) if class_code in standards().asking else []


def check_answers(
    class_code: str, given: Mapping[str, Any], *, name: str = FIELD
) -> list[dict[str, Any]]:
    """The answers as a case keeps them, with the words of the questions as they are today.

    Raises `Stopped` for an answer that ends the report, else `Unacceptable` with the words for every
    answer that is missing or cannot be used; `name` says how the fields are called. What answers no
    question of today (a phone was offline while it changed) is kept as it was said.
    """
    asked = [each for each in questions_of(class_code) if each.variable]
    kept: list[dict[str, Any]] = []
    wrong: dict[str, Any] = {}
    for question in asked:
        said = _listed(given.get(question.code))
        try:
            answer = _checked(question, said)
        except _Wrong as error:
            wrong[name.format(code=question.code)] = error.words
            continue
        _stop(question, answer, name)
        if answer is not None:
            kept.append(_kept(question, answer))
    if wrong:
        raise Unacceptable(_l("Please check the marked fields."), fields=wrong)
    known = {each.code for each in asked}
    for code, value in given.items():
        words = ", ".join(_listed(value))[:LONGEST_UNASKED]
        if code not in known and words:
            kept.append({"code": code[:60], "words": code[:60], "value": words})
    return kept


def shown(answer: Mapping[str, Any]) -> tuple[str, str]:
    """A kept answer in the language of the reader: the question, and what was said."""
    english = str(get_locale()) == "en"
    words = (answer.get("words_en") if english else None) or answer["words"]
    names = (answer.get("names_en") if english else None) or answer.get("names")
    if names:
        return words, listed(names)
    if answer.get("datatype") == Datatype.DATETIME:
        local = datetime.fromisoformat(answer["value"]).astimezone(timing.office().zone)
        return words, f"{local:%Y-%m-%d %H:%M}"
    value = answer["value"]
    if isinstance(value, float):
        return words, f"{value:g}"
    return words, str(value)


class _Wrong(Exception):
    def __init__(self, words: Any) -> None:
        super().__init__(words)
        self.words = words


def _listed(value: Any) -> list[str]:
    many = value if isinstance(value, list | tuple) else [value]
    return [str(each).strip() for each in many if each is not None and str(each).strip()]


def _checked(question: ClassQuestion, said: Sequence[str]) -> Any:
    """The answer as it is kept, None when there is none."""
    if not said:
        if question.required:
            raise _Wrong(_l("This is needed."))
        return None
    if question.datatype in LISTS:
        return _chosen(question, said)
    if len(said) > 1:
        raise _Wrong(_l("Give one answer."))
    return _READ[Datatype(question.datatype)](said[0], Datatype(question.datatype))


def _chosen(question: ClassQuestion, said: Sequence[str]) -> list[QuestionValue]:
    keys = {value.key for value in question.values}
    if set(said) - keys:
        raise _Wrong(_l("Choose one of the list."))
    if question.datatype == Datatype.ONE and len(set(said)) > 1:
        raise _Wrong(_l("Give one answer."))
    return [value for value in question.values if value.key in said]


def _words(said: str, datatype: Datatype) -> str:
    if len(said) > LONGEST[datatype]:
        raise _Wrong(_l("This is too long."))
    return " ".join(said.split()) if datatype is Datatype.STRING else said


def _number(said: str, _datatype: Datatype) -> float | int:
    try:
        number = float(said)
    except ValueError as error:
        raise _Wrong(_l("This must be a number.")) from error
    if not math.isfinite(number) or abs(number) > MOST_DIGITS:
        raise _Wrong(_l("This must be a number."))
    return int(number) if number.is_integer() else number


def _moment(said: str, _datatype: Datatype) -> str:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise _Wrong(_l("This is not a date and time.")) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timing.office().zone)
    return moment.isoformat()


_READ = {
    Datatype.STRING: _words,
    Datatype.TEXT: _words,
    Datatype.NUMBER: _number,
    Datatype.DATETIME: _moment,
}


def _stop(question: ClassQuestion, answer: Any, name: str) -> None:
    if question.datatype not in LISTS or answer is None:
        return
    english = str(get_locale()) == "en"
    for value in answer:
        if value.stop_words:
            words = (value.stop_words_en if english else None) or value.stop_words
            raise Stopped(words, fields={name.format(code=question.code): words})


def _kept(question: ClassQuestion, answer: Any) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "code": question.code,
        "words": question.words,
        "words_en": question.words_en,
        "datatype": question.datatype,
    }
    if question.datatype not in LISTS:
        return {**kept, "value": answer}
    keys = [value.key for value in answer]
    return {
        **kept,
        "value": keys[0] if question.datatype == Datatype.ONE else keys,
        "names": [value.name for value in answer],
        "names_en": [value.name_en or value.name for value in answer],
    }
