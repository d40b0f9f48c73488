"""Changes to people: accounts, posts, passwords, tokens of machines."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.people import queries
from webapp.people.models import Account, Post, Token

SHORTEST_PASSWORD = 10

hasher = PasswordHasher()


def create_account(
    *,
    name: str,
    username: str | None = None,
    password: str | None = None,
    phone: str | None = None,
    demo: bool = False,
    by: Actor | None,
) -> Account:
    """Somebody can sign in. Raises `Unacceptable` when the user name or the phone is taken."""
    if username and queries.by_username(username):
        words = _l("This user name is taken.")
        raise Unacceptable(words, fields={"username": words})
    if phone and queries.by_phone(phone):
        words = _l("This phone number already has an account.")
        raise Unacceptable(words, fields={"phone": words})
    account = Account(name=name, username=username, phone=phone, demo=demo)
    if password is not None:
        account.password_hash = hasher.hash(_long_enough(password))
    db.session.add(account)
    db.session.flush()
    audit.record(kind="account", thing_id=account.id, move="create", by=by, data={"name": name})
    return account


def set_password(account: Account, password: str, *, by: Actor) -> None:
    """The account signs in with the new password; every older session has ended."""
    account.password_hash = hasher.hash(_long_enough(password))
    account.session_epoch += 1
    audit.record(kind="account", thing_id=account.id, move="password", by=by)


def remember_language(who: Actor, code: str) -> None:
    """The account is greeted in this language from now on."""
    db.session.execute(update(Account).where(Account.id == who.id).values(locale=code))


def remember_type_size(who: Actor, *, large: bool) -> None:
    """The account reads in large or in normal type from now on."""
    db.session.execute(update(Account).where(Account.id == who.id).values(large_type=large))


def password_fits(account: Account | None, password: str) -> bool:
    """True when the password is the account's. Takes as long when there is no account."""
    known = account.password_hash if account else None
    try:
        return hasher.verify(known or _NOBODY, password) and known is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def give_post(
    account: Account,
    *,
    role: str,
    unit_id: int | None = None,
    grid_id: int | None = None,
    since: datetime,
    until: datetime | None = None,
    by: Actor | None,
) -> Post:
    """The account holds the role over the unit or the grid from `since` until `until`."""
    post = Post(
        account_id=account.id,
        role=role,
        unit_id=unit_id,
        grid_id=grid_id,
        valid=Range(since, until),
        created_by_id=by.id if by else None,
    )
    db.session.add(post)
    db.session.flush()
    audit.record(
        kind="account",
        thing_id=account.id,
        move="post",
        by=by,
        grid_id=grid_id,
        data={"role": role, "post": post.id, "unit": unit_id, "grid": grid_id},
    )
    return post


def issue_token(
    *, name: str, scopes: Iterable[str], account: Account, by: Actor | None
) -> tuple[Token, str]:
    """A machine can sign in with the text that is answered; it is shown once and never kept."""
    secret = "wg_" + secrets.token_urlsafe(32)
    token = Token(
        name=name, hash=digest(secret), scopes=sorted(set(scopes)), account_id=account.id
    )
    db.session.add(token)
    db.session.flush()
    audit.record(kind="token", thing_id=token.id, move="issue", by=by, data={"name": name})
    return token, secret


def revoke_token(token: Token, *, by: Actor | None) -> None:
    """The token opens nothing any more."""
    token.revoked_at = token.revoked_at or clock.now()
    audit.record(kind="token", thing_id=token.id, move="revoke", by=by)


def digest(secret: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).digest()


def _long_enough(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        words = _l("A password has at least %(n)s characters.", n=SHORTEST_PASSWORD)
        raise Unacceptable(words, fields={"password": words})
    return password


_NOBODY = hasher.hash(secrets.token_hex(16))
