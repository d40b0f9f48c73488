"""The form of an item: what somebody filled in is checked field by field, and masked when it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from webapp.base import sealing
from webapp.base.flow import Unacceptable
from webapp.people import phones
from webapp.services.items.described import Question
from webapp.services.items.rules import Asked

# What the name of a field of a form begins with.
FIELD = "field."
LONGEST = 200
HIDDEN = "****"


def checked(
    form: Iterable[Question], sent: Mapping[str, Any], *, whole: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers of a form in one form to keep: the open ones, and the personal ones.

    `whole`: what is needed must be there. Raises `Unacceptable` with the words for each bad field.
    """
    found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    errors: dict[str, Any] = {}
    for question in form:
        text = str(sent.get(FIELD + question.key) or "").strip()
        if not text:
            if question.required and whole:
                errors[FIELD + question.key] = _l("This is needed.")
            continue
        try:
            found[question.personal][question.key] = value_of(question, text)
        except ValueError as error:
            errors[FIELD + question.key] = error.args[0]
    if errors:
        raise Unacceptable(_l("Please check the marked fields."), fields=errors)
    return found


def value_of(question: Question, text: str) -> Any:
    """The answer as it is kept; `ValueError` with the words to tell the person."""
    if len(text) > LONGEST:
        raise ValueError(_l("This is too long."))
    return _READERS[question.kind](question, text)


def masked(question: Question, value: Any) -> str:
    """As much of a personal answer as a page may show without anybody saying what for."""
    text = str(value)
    if question.kind is Asked.PHONE:
        return phones.masked(text)
    if question.kind is Asked.IDENTITY:
        return text[:3] + HIDDEN + text[-2:]
    if question.kind is Asked.BANK:
        return HIDDEN + text[-4:]
    return shown_name(text) if question.key == "name" else HIDDEN


def shown_name(name: str) -> str:
    """A name as lists show it: its first letter."""
    return name[:1] + "*" * max(1, min(len(name) - 1, 3))


def sealed(personal: Mapping[str, Any]) -> bytes:
    """Personal answers as the database keeps them."""
    return sealing.seal(json.dumps(dict(personal), ensure_ascii=False).encode())


def unsealed(kept: bytes | None) -> dict[str, Any]:
    """Personal answers as they were given."""
    if kept is None:
        return {}
    found: dict[str, Any] = json.loads(sealing.unseal(kept))
    return found


def _text(_question: Question, text: str) -> str:
    return text


def _number(question: Question, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(_l("This must be a number.")) from None
    if question.least is not None and not value >= question.least:
        raise ValueError(_l("This is too small."))
    if question.most is not None and not value <= question.most:
        raise ValueError(_l("This is too large."))
    return value


def _date(_question: Question, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(_l("This is not a date.")) from None


def _choice(question: Question, text: str) -> str:
    if text not in [value for value, _chinese, _english in question.options]:
        raise ValueError(_l("Choose one of the list."))
    return text


def _identity(_question: Question, text: str) -> str:
    try:
        return str(ric.validate(text))
    except ValidationError:
        words = _l("This is not an identity number: 18 characters, the last one is a check.")
        raise ValueError(words) from None


def _credit(_question: Question, text: str) -> str:
    try:
        return str(uscc.validate(text))
    except ValidationError:
        words = _l(
            "This is not a unified social credit code: 18 characters, the last one is a check."
        )
        raise ValueError(words) from None


def _phone(_question: Question, text: str) -> str:
    try:
        return phones.normal(text)
    except Unacceptable as refusal:
        raise ValueError(refusal.words) from None


def _bank(_question: Question, text: str) -> str:
    digits = text.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19):
        raise ValueError(_l("This is not a bank card number."))
    if not luhn.is_valid(digits):
        raise ValueError(_l("This is not a bank card number: a digit is wrong."))
    return digits


_READERS: dict[Asked, Any] = {
    Asked.TEXT: _text,
    Asked.NUMBER: _number,
    Asked.DATE: _date,
    Asked.CHOICE: _choice,
    Asked.IDENTITY: _identity,
    Asked.CREDIT: _credit,
    Asked.PHONE: _phone,
    Asked.BANK: _bank,
}
