"""Changes to people: accounts, passwords, tokens of machines."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from webapp.base import audit, broker, clock
from webapp.base.access import Actor
from webapp.base.db import db, lock as lock_row
from webapp.base.flow import NotOpen, Unacceptable
from webapp.people import passwords, phones, posts, queries
from webapp.people.models import Account, Token
from webapp.people.refusing import refusing
from webapp.people.rules import SCOPES

give_post = posts.give

LONGEST_NAME = 80

# Letters of any script; `+` and blanks would look like a phone number or a mistake.
USERNAME = re.compile(r"^[\w.-]{2,40}$")


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
    account = Account(name=_named(name), demo=demo)
    _reach(account, username, phone)
    if password is not None:
        account.password_hash = passwords.hashed(password, username=username)
    with refusing(uq_account_username=_taken_name(), uq_account_phone=_taken_phone()):
        db.session.add(account)
    audit.record(kind="account", thing_id=account.id, move="create", by=by, data={"name": name})
    return account


def enrol(rows: Sequence[tuple[str, str]]) -> list[int]:
    """Demo accounts by (name, user name), all at once, without a password; answers their keys.

    Raises `Unacceptable` when a user name is taken: then none of them is there.
    """
    made = [Account(name=_named(name), username=username, demo=True) for name, username in rows]
    with refusing(uq_account_username=_taken_name()):
        db.session.add_all(made)
    audit.record_all(("account", account.id, "create", {"name": account.name}) for account in made)
    return [account.id for account in made]


def change_account(
    account: Account, *, name: str, username: str | None, phone: str | None, by: Actor
) -> None:
    """The account has this name, user name and phone; what was before stands in the log."""
    posts.hold(account)
    before = (account.name, account.username, account.phone)
    with refusing(uq_account_username=_taken_name(), uq_account_phone=_taken_phone()):
        account.name = _named(name)
        _reach(account, username, phone)
    after = (account.name, account.username, account.phone)
    # The log is kept for good: it says that a number changed, not what it was.
    names = ("name", "username", "phone")
    changed = [name for name, old, new in zip(names, before, after, strict=True) if old != new]
    if changed:
        _note(account, "change", by, fields=changed)


def rename(account: Account, name: str, *, by: Actor) -> None:
    """Somebody is called by this name from now on."""
    posts.hold(account)
    account.name = _named(name)
    _note(account, "change", by, fields=["name"])


def set_password(account: Account, password: str, *, by: Actor | None) -> None:
    """The account signs in with the new password; every older session has ended."""
    posts.hold(account)
    account.password_hash = passwords.hashed(password, username=account.username)
    account.session_epoch += 1
    _note(account, "password", by)


def change_own_password(account: Account, *, old: str, new: str, by: Actor) -> None:
    """As `set_password`, for somebody who knows the old one. Raises `Unacceptable` beside `old`."""
    if account.password_hash is not None and not passwords.fits(account, old):
        words = _l("The old password is not right.")
        raise Unacceptable(words, fields={"old": words})
    set_password(account, new, by=by)


def reset_password(account: Account, *, by: Actor | None) -> None:
    """The old password opens nothing, every session and every older link has ended."""
    posts.hold(account)
    account.password_hash = None
    account.session_epoch += 1
    _note(account, "reset", by)


def end_sessions(account: Account, *, by: Actor) -> None:
    """The account is signed out everywhere."""
    posts.hold(account)
    account.session_epoch += 1
    _note(account, "sign_out_everywhere", by)


def lock(account: Account, *, reason: str, by: Actor) -> None:
    """The account does not sign in any more, and is signed out everywhere.

    Raises `LastAdmin` when nobody could manage people any more, `Unacceptable` for one's own.
    """
    if account.id == by.id:
        raise Unacceptable(_l("Nobody locks their own account."))
    if queries.is_admin(account.id):
        posts.keep_an_admin(clock.now(), but=account.id)
    posts.hold(account)
    if account.locked_at is not None:
        raise NotOpen(_l("This account is locked already."))
    account.locked_at = clock.now()
    account.session_epoch += 1
    _note(account, "lock", by, reason=reason)


def unlock(account: Account, *, by: Actor | None) -> None:
    """The account signs in again."""
    posts.hold(account)
    if account.locked_at is None:
        raise NotOpen(_l("This account is not locked."))
    account.locked_at = None
    _note(account, "unlock", by)


def reveal_phone(account: Account, *, purpose: str, by: Actor) -> str:
    """The whole number, once the log says who wanted it and what for."""
    posts.hold(account)
    _note(account, "reveal", by, field="phone", purpose=purpose)
    return phones.readable(account.phone)


def remember_language(who: Actor, code: str) -> None:
    """The account is greeted in this language from now on."""
    db.session.execute(update(Account).where(Account.id == who.id).values(locale=code))


def remember_type_size(who: Actor, *, large: bool) -> None:
    """The account reads in large or in normal type from now on."""
    db.session.execute(update(Account).where(Account.id == who.id).values(large_type=large))


def machine_account(name: str, *, by: Actor | None) -> Account:
    """The account in whose name a machine acts: no password, no phone, the post of a machine."""
    username = "machine-" + re.sub(r"[^\w.-]+", "-", name.lower())[:32]
    known = queries.by_username(username)
    if known is not None:
        return known
    account = create_account(name=name, username=username, by=by)
    posts.give(account, role="machine", unit_id=queries.street_id(), since=clock.now(), by=by)
    return account


def issue_token(
    *,
    name: str,
    scopes: Iterable[str],
    account: Account,
    expires_at: datetime | None = None,
    mqtt_name: str | None = None,
    by: Actor | None,
) -> tuple[Token, str]:
    """A machine can sign in with the text that is answered; it is shown once and never kept.

    With `mqtt_name` it is its password at the broker, too. Raises `Unacceptable` for a scope that
    does not exist or a name that is taken.
    """
    wanted = sorted(set(scopes))
    unknown = [each for each in wanted if each not in SCOPES]
    if unknown or not wanted:
        words = _l("Choose scopes out of: %(known)s.", known=", ".join(SCOPES))
        raise Unacceptable(words, fields={"scopes": words})
    secret = "wg_" + secrets.token_urlsafe(32)
    token = Token(
        name=name,
        hash=digest(secret),
        scopes=wanted,
        account_id=account.id,
        expires_at=expires_at,
        mqtt_name=mqtt_name,
        mqtt_digest=broker.digest(secret) if mqtt_name else None,
    )
    words = _l("A token needs a name that no other token has or had.")
    taken = Unacceptable(words, fields={"name": words})
    with refusing(uq_token_name=taken, uq_token_mqtt_name=taken):
        db.session.add(token)
    audit.record(kind="token", thing_id=token.id, move="issue", by=by, data={"name": name})
    return token, secret


def renew_token(
    *, name: str, scopes: Iterable[str], account: Account, mqtt_name: str, by: Actor | None
) -> str:
    """The text of the one key that opens the house to a machine from now on, told this once."""
    revoke_tokens(account, by=by)
    _token, secret = issue_token(
        name=name, scopes=scopes, account=account, mqtt_name=mqtt_name, by=by
    )
    return secret


def revoke_tokens(account: Account, *, by: Actor | None) -> None:
    """No token of the account opens anything any more."""
    for token in queries.tokens_of(account.id):
        revoke_token(token, by=by)


def revoke_token(token: Token, *, by: Actor | None) -> None:
    """The token opens nothing any more."""
    lock_row(token)
    if token.revoked_at is not None:
        raise NotOpen(_l("This token is revoked already."))
    token.revoked_at = clock.now()
    audit.record(kind="token", thing_id=token.id, move="revoke", by=by)


def note_use(token_id: int) -> None:
    """The token was used about now."""
    db.session.execute(update(Token).where(Token.id == token_id).values(used_at=clock.now()))


def digest(secret: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).digest()


def _named(name: str) -> str:
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        words = _l("Give a name of at most %(n)s characters.", n=LONGEST_NAME)
        raise Unacceptable(words, fields={"name": words})
    return name.strip()


def _reach(account: Account, username: str | None, phone: str | None) -> None:
    if not username and not phone:
        words = _l("Give a user name or a phone number, or both.")
        raise Unacceptable(words, fields={"username": words})
    if username and (username.isdigit() or not USERNAME.match(username)):
        words = _l("A user name has 2 to 40 letters, digits, dots or dashes, and is no number.")
        raise Unacceptable(words, fields={"username": words})
    number = phones.normal(phone) if phone else None
    known = queries.by_phone(number) if number else None
    # Under a new key the index of the database does not know the old one.
    if known is not None and known is not account:
        raise _taken_phone()
    account.username = username or None
    account.phone = number


def _taken_name() -> Unacceptable:
    words = _l("This user name is taken.")
    return Unacceptable(words, fields={"username": words})


def _taken_phone() -> Unacceptable:
    words = _l("This phone number already has an account.")
    return Unacceptable(words, fields={"phone": words})


def _note(account: Account, move: str, by: Actor | None, **data: Any) -> None:
    audit.record(kind="account", thing_id=account.id, move=move, by=by, data=data)
