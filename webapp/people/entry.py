"""Who comes in: by password, by a code sent to a phone, by a link that sets the first password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import delete

from webapp.base import audit, clock, notices, security, tasks
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.language import N_
from webapp.people import actions, actors, passwords, phones, posts, queries, throttle
from webapp.people.models import Account, Attempt, PhoneCode
from webapp.people.throttle import Subject

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODE_DIGITS = 6
LINK_LIFE = timedelta(hours=72)
TRIES_KEPT = timedelta(days=30)
CODES_KEPT = timedelta(days=1)


class NotRecognised(Refusal):
    """What was given does not open an account; it does not say which part is wrong."""

    status = 401
    code = "not_recognised"


class Locked(Refusal):
    """The account was locked; only somebody who proved to be its owner is told."""

    status = 403
    code = "locked"


@dataclass(frozen=True)
class Door:
    """Where a try comes from: the address, which is kept as a digest and in the log of its account."""

    address: str


def by_password(username: str, password: str, *, door: Door) -> actors.Person:
    """The owner of the password has come in. Raises `NotRecognised`, `Locked` or `TooOften`.

    The try is counted whatever comes of it: whoever catches the refusal lets the transaction commit.
    """
    tries = throttle.admit(Subject("name", username), Subject("address", door.address))
    account = queries.by_username(username)
    if not passwords.fits(account, password) or account is None:
        raise NotRecognised(_l("The user name or the password is not right."))
    throttle.succeed(tries)
    return come_in(account, "password", door)


def phone_codes_leave() -> bool:
    """True when codes reach a phone; the console of a real installation is no phone."""
    settings = current_app.extensions["settings"]
    known = settings.sms_channel in notices.CHANNELS
    return known and not (settings.production and settings.sms_channel == "console")


def send_code(phone: str, *, door: Door, locale: str) -> str:
    """A code is on its way, if the number may have one; answers the number in E.164 in any case.

    Raises `Unacceptable` for what is no phone number, `TooOften` before the next one may be sent.
    """
    number = phones.normal(phone)
    throttle.admit(Subject("code", number), Subject("code_address", door.address))
    known = queries.by_phone(number)
    welcome = known.locked_at is None if known else phones.at_home(number)
    if welcome and phones.takes_texts(number):
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        expires = clock.now() + CODE_LIFE
        db.session.add(
            PhoneCode(
                phone_blind=phones.blind(number),
                digest=_digest(number, code, security.signing_keys()[-1]),
                expires_at=expires,
            )
        )
        words = N_("%(code)s is your code to sign in to Wangge. It is good for 5 minutes.")
        channel = current_app.extensions["settings"].sms_channel
        notices.send(channel, number, words, locale=locale, code=code)
    return number


def by_code(phone: str, code: str, *, door: Door) -> actors.Person:
    """The owner of the phone has come in; a first visit makes an account without a post.

    Raises as `by_password`. A code is good once, for five minutes and five tries.
    """
    tries = throttle.admit(Subject("address", door.address))
    number = phones.normal(phone)
    sent = queries.newest_code(number)
    wrong = NotRecognised(_l("The code is not right, or not good any more. Ask for a new one."))
    if sent is None or sent.used_at or sent.expires_at <= clock.now() or sent.tries >= CODE_TRIES:
        raise wrong
    sent.tries += 1
    if not any(
        hmac.compare_digest(sent.digest, _digest(number, code, key))
        for key in security.signing_keys()
    ):
        raise wrong
    sent.used_at = clock.now()
    throttle.succeed(tries)
    throttle.forgive(Subject("code", number))
    account = queries.by_phone(number)
    if account is None:
        account = actions.create_account(name=phones.masked(number), phone=number, by=None)
    return come_in(account, "phone", door)


def link_for(account: Account) -> str:
    """The text of a link by which the account sets its password, once, within three days.

    It ends with the next password, and with everything else that ends the sessions of the account.
    """
    return _links().dumps([account.id, account.session_epoch])


def account_of_link(text: str) -> Account | None:
    """The account whose password the link may set; None when the link is used, old or invented."""
    try:
        account_id, epoch = _links().loads(text, max_age=int(LINK_LIFE.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    account = queries.account(account_id)
    if account is None or account.session_epoch != epoch or account.locked_at is not None:
        return None
    return account


def by_link(text: str, password: str, *, door: Door) -> actors.Person:
    """The account has its new password, and its owner has come in.

    Raises `NotRecognised` when the link is not good any more, `Unacceptable` for the password.
    """
    account = account_of_link(text)
    if account is not None:
        # Of two who use the link at once, the second finds that the sessions have ended.
        posts.hold(account)
        account = account_of_link(text)
    if account is None:
        raise NotRecognised(_l("This link was used already, or is too old. Ask for a new one."))
    actions.set_password(account, password, by=_acting(account))
    db.session.flush()
    return come_in(account, "link", door)


@tasks.task("people.forget", cron="50 19 * * *")
def forget() -> None:
    """Tries of a month ago and phone codes of yesterday are gone."""
    now = clock.now()
    db.session.execute(delete(Attempt).where(Attempt.at < now - TRIES_KEPT))
    db.session.execute(delete(PhoneCode).where(PhoneCode.expires_at < now - CODES_KEPT))


def come_in(account: Account, way: str, door: Door) -> actors.Person:
    """Whoever has proved to be the account has come in, and the log says by which way. Or `Locked`."""
    if account.locked_at is not None:
        raise Locked(_l("This account is locked. Ask your administrator."))
    posts.hold(account)
    audit.record(
        kind="account",
        thing_id=account.id,
        move="sign_in",
        by=_acting(account),
        data={"way": way, "address": door.address},
    )
    return _acting(account)


def _acting(account: Account) -> actors.Person:
    found = actors.person(account.id)
    if found is None:
        raise Locked(_l("This account is locked. Ask your administrator."))
    return found


def _digest(phone: str, code: str, key: str) -> bytes:
    # Six digits are found by trying, so the digest wants the secret of the installation as well.
    return hmac.digest(key.encode(), f"{phone}:{code.strip()}".encode(), hashlib.sha256)


class _ByOurClock(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(security.signing_keys(), salt="set-password", signer=_ByOurClock)
