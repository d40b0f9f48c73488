"""How long a stranger must wait: every try is counted in the database, and each failure costs more."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import format_timedelta, lazy_gettext as _l

from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.people import queries
from webapp.people.models import Attempt


@dataclass(frozen=True)
class Ladder:
    """So many failures cost nothing; then the first wait, doubled with each failure up to the longest.

    `forgives`: one success wipes out the failures before it. An address never forgives: whoever
    guesses could sign in to an account of their own between two guesses.
    """

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta
    forgives: bool = True

    def wait(self, failures: int) -> timedelta:
        """How long after the last of so many failures the next try is heard."""
        if failures < self.free:
            return timedelta()
        # Doubled thirty times is longer than any ladder.
        doubled: int = 2 ** min(failures - self.free, 30)
        return min(self.longest, self.first * doubled)


# An office shares one address: it is heard far longer than a single name.
LADDERS = {
    "name": Ladder(5, timedelta(seconds=10), timedelta(minutes=15), timedelta(hours=24)),
    "address": Ladder(50, timedelta(seconds=10), timedelta(minutes=15), timedelta(hours=1), False),
    "code": Ladder(1, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)),
    "code_address": Ladder(
        30, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24), False
    ),
}


class TooOften(Refusal):
    """The next try is not heard yet; `wait_s` says for how many seconds."""

    status = 429
    code = "too_often"

    def __init__(self, wait: timedelta) -> None:
        self.wait_s = max(1, int(wait.total_seconds() + 0.999))
        words = _l(
            "Too many tries. Please wait %(time)s and try again.",
            time=format_timedelta(timedelta(seconds=self.wait_s), threshold=1.5),
        )
        super().__init__(words)


@dataclass(frozen=True)
class Subject:
    """Whose tries are counted together: a ladder's name and a value that is kept as a digest only."""

    kind: str
    value: str

    @property
    def key(self) -> bytes:
        """What stands in the table."""
        secret = current_app.config["SECRET_KEY"].encode()
        said = f"{self.kind}:{self.value.casefold()}".encode()
        return hmac.digest(secret, said, hashlib.sha256)


def admit(*subjects: Subject) -> list[Attempt]:
    """The try is heard; it counts as a failure until `succeed` says otherwise. Or `TooOften`.

    Tries for the first subject come one after the other, so that many at once do not slip through.
    """
    queries.hold(subjects[0].key)
    now = clock.now()
    left = max(_left(each, now) for each in subjects)
    if left > timedelta():
        raise TooOften(left)
    tries = [Attempt(subject=each.key, at=now) for each in subjects]
    db.session.add_all(tries)
    db.session.flush()
    return tries


def succeed(tries: Iterable[Attempt]) -> None:
    """These tries were no failures."""
    for each in tries:
        each.succeeded = True


def forgive(subject: Subject) -> None:
    """What was counted before for this subject costs nothing any more."""
    db.session.add(Attempt(subject=subject.key, at=clock.now(), succeeded=True))


def _left(subject: Subject, now: datetime) -> timedelta:
    ladder = LADDERS[subject.kind]
    failures, last = queries.failures(
        subject.key, since=now - ladder.memory, forgiving=ladder.forgives
    )
    return last + ladder.wait(failures) - now if last else timedelta()
