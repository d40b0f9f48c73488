"""Passwords: kept as argon2 hashes, long enough, and renewed when the parameters are raised."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST
from flask_babel import lazy_gettext as _l

from webapp.base.config import Settings
from webapp.base.flow import Unacceptable
from webapp.people.models import Account

SHORTEST = 10
LONGEST = 200
LEAST_DIFFERENT = 5

# Slow on purpose, but for tests, which sign in a thousand times.
hasher = (
    PasswordHasher.from_parameters(CHEAPEST)
    if Settings.from_environment().env == "test"
    else PasswordHasher()
)


def fits(account: Account | None, password: str) -> bool:
    """True when the password is the account's; its hash is renewed if its parameters are old.

    Takes as long, and answers the same, for an account that does not exist or has no password.
    """
    known = account.password_hash if account else None
    try:
        hasher.verify(known or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    if account is None or known is None:
        return False
    if hasher.check_needs_rehash(known):
        account.password_hash = hasher.hash(password)
    return True


def hashed(password: str, *, username: str | None) -> str:
    """What is kept of a new password. Raises `Unacceptable` when it is too easy to guess."""
    words = None
    if len(password) < SHORTEST:
        words = _l("A password has at least %(n)s characters.", n=SHORTEST)
    elif len(password) > LONGEST:
        words = _l("A password has at most %(n)s characters.", n=LONGEST)
    elif len(set(password)) < LEAST_DIFFERENT:
        words = _l("Use at least %(n)s different characters.", n=LEAST_DIFFERENT)
    elif username and len(username) >= 4 and username.casefold() in password.casefold():
        words = _l("A password must not contain the user name.")
    if words:
        raise Unacceptable(words, fields={"password": words})
    return hasher.hash(password)


_NOBODY = hasher.hash(secrets.token_hex(16))
