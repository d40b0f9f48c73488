"""Sealed values: what only the house can read or recognise, under keys that may follow one another."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, LargeBinary, TypeDecorator

from webapp.base.config import Settings
from webapp.base.flow import Refusal


class Unreadable(Refusal):
    """No key of this installation opens the value: a key was taken away, or the value was changed."""

    code = "unreadable"

    def __init__(self) -> None:
        super().__init__(_l("This cannot be read: a key of this installation is missing."))


class SealedText(TypeDecorator[str]):
    """A text that the database keeps sealed: nobody who reads its dump reads it, and no query can compare it."""

    impl = LargeBinary
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Compared with a text it would never be equal: each seal of the same text is another."""

        def operate(self, op: Any, *other: Any, **how: Any) -> Any:
            """Raises `TypeError` for a comparison with texts."""
            if any(isinstance(each, str | list | tuple | set) for each in other):
                raise TypeError("a sealed text equals nothing: compare its blind index")
            return super().operate(op, *other, **how)

    comparator_factory = Comparator

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        """Sealed on its way into the database."""
        return seal(value.encode()) if value is not None else None

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        """Opened on its way out; or `Unreadable`."""
        return unseal(bytes(value)).decode() if value is not None else None


def init_app(app: Flask, settings: Settings) -> None:
    """The app can seal and open; the first key seals, each of them opens."""
    named = [each.strip() for each in settings.sealing_keys.split(",") if each.strip()]
    # Without any key (a developer's first minute) what was sealed is lost with the process.
    known = named or settings.signing_keys or [secrets.token_hex(32)]
    app.extensions["seal"] = MultiFernet([Fernet(_key_of(each)) for each in known])
    app.extensions["blind"] = [_derived(each, b"wangge blind indexes") for each in known]


def seal(body: bytes) -> bytes:
    """The bytes so that only this installation can read them."""
    return _seal().encrypt(body)


def unseal(sealed: bytes) -> bytes:
    """What was sealed; or `Unreadable`."""
    try:
        return _seal().decrypt(sealed)
    except InvalidToken as error:
        raise Unreadable from error


def sealed_anew(sealed: bytes) -> bytes:
    """The same under the first key; or `Unreadable`."""
    try:
        return _seal().rotate(sealed)
    except InvalidToken as error:
        raise Unreadable from error


def blind(text: str, *, of: str) -> bytes:
    """A text of a kind (`of`) under the first key: equal for equal texts, and nothing can be read from it."""
    return blinds(text, of=of)[0]


def blinds(text: str, *, of: str) -> list[bytes]:
    """The same under each key, the first one first: by these it is found before all was sealed anew."""
    return [
        hmac.new(key, f"{of}\0{text}".encode(), hashlib.sha256).digest()
        for key in current_app.extensions["blind"]
    ]


def has_text(column: Any, text: str, *, of: str) -> ColumnElement[bool]:
    """SQL: the column of blind indexes has that of this text, under whichever key."""
    found: ColumnElement[bool] = column.in_(blinds(text, of=of))
    return found


def _seal() -> MultiFernet:
    found: MultiFernet = current_app.extensions["seal"]
    return found


def _key_of(secret: str) -> bytes:
    return base64.urlsafe_b64encode(_derived(secret, b"wangge sealed values"))


def _derived(secret: str, info: bytes) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
    return made.derive(secret.encode())
