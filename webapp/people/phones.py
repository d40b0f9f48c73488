"""Phone numbers: one form to keep, one to read aloud, one that shows no more than a list needs."""

from __future__ import annotations

from typing import Any

import phonenumbers
from flask_babel import lazy_gettext as _l
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from sqlalchemy import ColumnElement

from webapp.base import sealing
from webapp.base.flow import Unacceptable

REGION = "CN"
HIDDEN = "****"
LEAST_HIDDEN = 4
# The kind of blind index by which an account, a report or a follow is found; residents have one of their own.
KIND = "phone"

_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def normal(text: str, field: str = "phone") -> str:
    """The number in E.164 (+86...), read as a Chinese one unless it says its country.

    Raises `Unacceptable` for the field when it is no number that can exist.
    """
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise _no_number(field) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise _no_number(field)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def blind(phone: str | None) -> bytes | None:
    """The blind index of a number as it is kept (E.164)."""
    return sealing.blind(phone, of=KIND) if phone else None


def has(column: Any, phone: str) -> ColumnElement[bool]:
    """SQL: the column of blind indexes has that of this number (E.164)."""
    return sealing.has_text(column, phone, of=KIND)


def takes_texts(phone: str) -> bool:
    """True when an E.164 number can be that of a mobile phone."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) in _MOBILE


def at_home(phone: str) -> bool:
    """True when an E.164 number belongs to the country of the installation."""
    return phonenumbers.parse(phone).country_code == phonenumbers.country_code_for_region(REGION)


def masked(phone: str | None) -> str:
    """`138****1234`: at least four digits are hidden, at most three and four are shown."""
    if not phone:
        return ""
    digits = phone.removeprefix("+86") if phone.startswith("+86") else phone.lstrip("+")
    shown = max(0, len(digits) - LEAST_HIDDEN)
    tail = min(4, (shown + 1) // 2)
    head = min(3, shown - tail)
    return digits[:head] + HIDDEN + digits[len(digits) - tail :]


def readable(phone: str | None) -> str:
    """The whole number as people of the country write it."""
    if not phone:
        return ""
    number = phonenumbers.parse(phone)
    form = PhoneNumberFormat.NATIONAL if at_home(phone) else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def _no_number(field: str) -> Unacceptable:
    words = _l("This is not a phone number. Example: 138 1234 5678.")
    return Unacceptable(words, fields={field: words})
