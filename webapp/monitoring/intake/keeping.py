"""Sources are set up, given keys and secrets, changed and closed; dead letters are settled."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotOpen, Unacceptable, hold
from webapp.base.sealing import seal
from webapp.monitoring.cameras.rules import allowed_address
from webapp.monitoring.intake import inbox, speaking
from webapp.monitoring.intake.arriving import Taken
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.intake.rules import Format, Status
from webapp.people import actions as people, queries as accounts
from webapp.people.refusing import refusing

KIND = "intake_source"
# Pages of these names stand where that of a source would.
RESERVED = frozenset(("new", "unreadable"))


_CLOSING: list[Callable[[Source], None]] = []


def when_closed(deed: Callable[[Source], None]) -> Callable[[Source], None]:
    """`deed` is done with a source that is being closed, in the same transaction."""
    _CLOSING.append(deed)
    return deed


@dataclass(frozen=True)
class Described:
    """What somebody says of a source. Without `asked` its address stays, unless it is forgotten."""

    name: str
    formats: tuple[Format, ...]
    datum: Datum = Datum.WGS84
    asked: str | None = None
    unasked: bool = False


def set_up(code: str, said: Described, *, by: Actor | None) -> Source:
    """The source is known, with an account of its own and no key yet."""
    account = people.machine_account(f"source {code}", by=by)
    source = Source(code=code, account_id=account.id, version=0)
    words = _l("There is a source of this name.")
    taken = Unacceptable(words, fields={"code": words})
    if code in RESERVED:
        raise taken
    with refusing(uq_intake_source_code=taken, uq_intake_source_account_id=taken):
        _describe(source, said)
        db.session.add(source)
    _record(source, "set_up", by)
    return source


def change(source: Source, said: Described, *, base_version: int | None, by: Actor) -> None:
    """The source is read like this from now on. Raises `Changed` if somebody was faster."""
    hold(source, base_version)
    _must_live(source)
    _describe(source, said)
    _record(source, "change", by)


def new_key(source: Source, *, by: Actor | None) -> str:
    """The text of a new key, told this once. Earlier keys open nothing any more."""
    lock(source)
    _must_live(source)
    account = accounts.account(source.account_id)
    if account is None:
        raise LookupError(f"the source {source.code} has no account")
    name = f"source {source.code} {source.version + 1}"
    secret = people.renew_token(
        name=name, scopes=[speaking.SCOPE], account=account, mqtt_name=source.code, by=by
    )
    _record(source, "new_key", by)
    return secret


def new_secret(source: Source, *, by: Actor | None) -> str:
    """What its HTTP requests are signed with from now on, told this once; unsigned ones are refused."""
    lock(source)
    _must_live(source)
    made = secrets.token_urlsafe(32)
    source.secret = seal(made.encode())
    _record(source, "new_secret", by)
    return made


def no_secret(source: Source, *, by: Actor) -> None:
    """Its requests need no signature any more."""
    lock(source)
    source.secret = None
    _record(source, "no_secret", by)


def close(source: Source, *, reason: str, by: Actor) -> None:
    """The source is heard no more: its keys open nothing, its secrets are forgotten."""
    lock(source)
    _must_live(source)
    account = accounts.account(source.account_id)
    if account is not None:
        people.revoke_tokens(account, by=by)
    source.closed_at = clock.now()
    source.secret = source.asked = None
    for deed in _CLOSING:
        deed(source)
    _record(source, "close", by, reason=reason)


def read_again(messages: Sequence[Message], *, by: Actor | None) -> list[Taken]:
    """Each is read once more, the oldest first; who is read is a dead letter no more."""
    answers = []
    for message in messages:
        lock(message)
        if message.status != Status.DEAD:
            continue
        taken = inbox.replay(message)
        if message.status != Status.DEAD:
            _settle(message, by)
        answers.append(taken)
    db.session.flush()
    return answers


def throw_away(message: Message, *, reason: str, by: Actor) -> None:
    """Nobody reads the message any more; that and why stays."""
    lock(message)
    if message.status != Status.DEAD:
        raise NotOpen(_l("Somebody has settled this message meanwhile."))
    message.status, message.note = Status.DROPPED, reason
    _settle(message, by)
    db.session.flush()
    audit.record(
        kind=KIND,
        thing_id=message.source_id,
        move="throw_away",
        by=by,
        data={"message": message.id, "reason": reason},
    )


def _settle(message: Message, by: Actor | None) -> None:
    message.settled_at = clock.now()
    message.settled_by_id = by.id if by else None


def _describe(source: Source, said: Described) -> None:
    source.name, source.datum = said.name, said.datum
    source.formats = [each.value for each in said.formats]
    if said.unasked:
        source.asked = source.asked_to = source.unasked = None
    elif said.asked:
        settings: Settings = current_app.extensions["settings"]
        try:
            address = allowed_address(said.asked, settings.allowed_camera_hosts)
        except Unacceptable as refusal:
            raise Unacceptable(refusal.words, fields={"asked": refusal.words}) from refusal
        if not address.startswith(("http://", "https://")):
            words = _l("A recorder is asked by http:// or https://.")
            raise Unacceptable(words, fields={"asked": words})
        source.asked = seal(address.rstrip("/").encode())


def _must_live(source: Source) -> None:
    if source.closed_at is not None:
        raise Changed(_l("This source was closed."))


def _record(source: Source, move: str, by: Actor | None, **data: Any) -> None:
    source.version = (source.version or 0) + 1
    db.session.flush()
    speaking.forget()
    audit.record(kind=KIND, thing_id=source.id, move=move, by=by, data=data)
