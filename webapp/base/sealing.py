"""Sealed values: what only the house can read, under keys that may follow one another."""

from __future__ import annotations

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from webapp.base.config import Settings
from webapp.base.flow import Refusal


class Unreadable(Refusal):
    """No key of this installation opens the value: a key was taken away, or the value was changed."""

    code = "unreadable"

    def __init__(self) -> None:
        super().__init__(_l("This cannot be read: a key of this installation is missing."))


def init_app(app: Flask, settings: Settings) -> None:
    """The app can seal and open; the first key seals, each of them opens."""
    named = [each.strip() for each in settings.sealing_keys.split(",") if each.strip()]
    # Without any key (a developer's first minute) what was sealed is lost with the process.
    known = named or [settings.secret_key or secrets.token_hex(32)]
    app.extensions["seal"] = MultiFernet([Fernet(_key_of(each)) for each in known])


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


def _seal() -> MultiFernet:
    found: MultiFernet = current_app.extensions["seal"]
    return found


def _key_of(secret: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wangge sealed values")
    return base64.urlsafe_b64encode(made.derive(secret.encode()))
