"""What machines say over MQTT: topics of the features, each message kept before it is acknowledged."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import LargeBinary, delete, exc, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base import clock, sealing, tasks
from webapp.base.broker import HOUSE_NAME, Login, digest
from webapp.base.db import Base, Numbered, db, is_away
from webapp.base.flow import Unacceptable

log = logging.getLogger("wangge.intake")

DEAD_DAYS = 14
# Silent for so long (seconds): the intake does not hear anybody.
SILENT_S = 60


@dataclass(frozen=True)
class Message:
    """What a machine said on a topic. `name` is its own name in it, `levels` are the free ones.

    `asks` where its sender has named the answer, and so waits for one.
    """

    topic: str
    name: str
    levels: tuple[str, ...]
    body: bytes
    asks: bool = False

    def read(self) -> Any:
        """The JSON in it; `Unacceptable` when it is none."""
        try:
            return json.loads(self.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise Unacceptable(_l("This is not JSON.")) from error


@dataclass(frozen=True)
class Say:
    """Something for a machine, on a topic it hears; of no use after so many seconds."""

    topic: str
    body: Mapping[str, Any]
    lasts_s: float | None = None


class Said(NamedTuple):
    """What came from the broker; `asks` as of a `Message`."""

    topic: str
    body: bytes
    asks: bool = False


Take = Callable[[Message], Iterable[Say]]


@dataclass(frozen=True)
class Line:
    """What machines of a scope say and hear. In a topic `{name}` is the machine, `+` any one level.

    Whoever takes a message changes what it is about and answers; it commits nothing, knows messages
    that come again, and keeps what it refuses. `waiting` names what is to be said without being
    asked, each under a key, so that it is said once. Topics of `urgent` wait for none of the others.
    `together` takes several messages at once, where that is cheaper, and answers for each of them.
    """

    scope: str
    says: Mapping[str, Take]
    hears: tuple[str, ...]
    waiting: Callable[[], Iterable[tuple[str, Say]]] = lambda: ()
    urgent: frozenset[str] = frozenset()
    together: Callable[[Sequence[Message]], Sequence[Iterable[Say]]] | None = None


@dataclass(frozen=True)
class Holder:
    """Whoever holds a key that opens the broker: their name there, what it keeps of the key, scopes."""

    name: str
    digest: str
    scopes: frozenset[str]


LINES: dict[str, Line] = {}
_holders: list[Callable[[], Iterable[Holder]]] = []


def register(line: Line) -> None:
    """Machines with this scope are heard from now on."""
    LINES[line.scope] = line


def opened_to(holders: Callable[[], Iterable[Holder]]) -> None:
    """These hold keys of the broker."""
    _holders[:] = [holders]


def topics(*, urgent: bool | None = None) -> list[str]:
    """What the house hears, as it subscribes to it: all of it, or only what is urgent, or only the rest."""
    return sorted(
        _any(topic)
        for line in LINES.values()
        for topic in line.says
        if urgent is None or (topic in line.urgent) is urgent
    )


def logins(own_password: str) -> list[Login]:
    """Who may come in at our own broker: the house, and every machine to its own topics only."""
    known = [_login(each) for holders in _holders for each in holders()]
    return [*known, _house(own_password)]


def waiting() -> list[tuple[str, Say]]:
    """What is to be said to machines without being asked, each under its key."""
    return [(f"{line.scope} {key}", say) for line in LINES.values() for key, say in line.waiting()]


class Away(Exception):
    """The database is not there; the message is for later."""


def take(said: Said) -> list[Say]:
    """What a machine said is kept for good; answers what it is told.

    A message that breaks us is put aside, sealed, and the next one has its turn. Raises `Away`.
    """
    try:
        try:
            answers = _handled(said)
            db.session.commit()
        except exc.SQLAlchemyError as error:
            db.session.rollback()
            if is_away(error):
                raise Away from error
            answers = _put_aside(said, error)
        except Exception as error:  # noqa: BLE001  # whatever it is, the others must not wait for it
            db.session.rollback()
            answers = _put_aside(said, error)
    except exc.SQLAlchemyError as error:
        raise Away from error
    return answers


def take_together(said: Sequence[Said]) -> list[list[Say]] | None:
    """These messages are kept by one commit; answers what each machine is told.

    None where one of them stands in the way: nothing is kept then, and each has its turn alone.
    """
    try:
        answers = _all_handled(said)
        db.session.commit()
    except Exception as error:  # noqa: BLE001  # `take` finds out whose fault it is
        with suppress(exc.SQLAlchemyError):
            db.session.rollback()
        log.info("%s messages are taken one by one: %r", len(said), error)
        return None
    return answers


class DeadLetter(Numbered, Base):
    """A message that could not be taken, sealed, with what broke."""

    __tablename__ = "dead_letter"

    topic: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    why: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Pulse(Base):
    """When the process that hears machines last said that it lives. There is one row, or none yet."""

    __tablename__ = "intake_pulse"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


def beat() -> None:
    """The intake lives now; whoever calls this commits."""
    lives = insert(Pulse).values(name=HOUSE_NAME, at=func.now())
    db.session.execute(
        lives.on_conflict_do_update(index_elements=["name"], set_={"at": func.now()})
    )


def heard_s() -> float | None:
    """Seconds since the intake last said that it lives; None where it never did."""
    seconds = db.session.scalar(select(func.extract("epoch", func.now() - func.max(Pulse.at))))
    return None if seconds is None else float(seconds)


def dead_letters() -> list[DeadLetter]:
    """The messages that were put aside, the first one first."""
    return list(db.session.scalars(select(DeadLetter).order_by(DeadLetter.id)))


def try_again(letter_id: int) -> str | None:
    """The message is taken now and no dead letter any more; answers what broke where it broke again.

    Nobody waits for its answer any more, so nobody is answered.
    """
    letter = db.session.get(DeadLetter, letter_id)
    if letter is None:
        return None
    try:
        _handled(Said(letter.topic, sealing.unseal(letter.body)))
        db.session.delete(letter)
        db.session.commit()
    except Exception as error:  # noqa: BLE001  # the others have their turn, as when they came
        db.session.rollback()
        return repr(error)
    return None


@tasks.task("intake.forget", cron="17 4 * * *")
def forget() -> None:
    """Messages that nobody took in two weeks are gone."""
    old = DeadLetter.at < clock.now() - timedelta(days=DEAD_DAYS)
    db.session.execute(delete(DeadLetter).where(old))


def _handled(said: Said) -> list[Say]:
    found = _found(said)
    if found is None:
        return []
    _line, take_it, message = found
    return [*take_it(message)]


def _all_handled(said: Sequence[Said]) -> list[list[Say]]:
    answers: list[list[Say]] = [[] for _each in said]
    waiting: dict[str, list[tuple[int, Message]]] = {}
    for place, each in enumerate(said):
        found = _found(each)
        if found is None:
            continue
        line, take_it, message = found
        if line.together is None:
            answers[place] = [*take_it(message)]
        else:
            waiting.setdefault(line.scope, []).append((place, message))
    for scope, messages in waiting.items():
        together = LINES[scope].together
        if together is not None:
            says = together([message for _place, message in messages])
            for (place, _message), told in zip(messages, says, strict=True):
                answers[place] = [*told]
    return answers


def _found(said: Said) -> tuple[Line, Take, Message] | None:
    for line in LINES.values():
        for pattern, taken in line.says.items():
            found = _expression(pattern).fullmatch(said.topic)
            if found is not None:
                levels = found.groupdict()
                free = tuple(levels[key] for key in sorted(levels) if key != "name")
                name = levels.get("name") or ""
                return line, taken, Message(said.topic, name, free, said.body, said.asks)
    log.warning("nobody takes %s", said.topic)
    return None


def _put_aside(said: Said, error: Exception) -> list[Say]:
    log.error("a message on %s was put aside: %r", said.topic, error, exc_info=error)
    letter = DeadLetter(topic=said.topic, body=sealing.seal(said.body), why=type(error).__name__)
    db.session.add(letter)
    db.session.commit()
    return []


def _login(holder: Holder) -> Login:
    lines = [LINES[scope] for scope in sorted(holder.scopes & LINES.keys())]
    return Login(
        name=holder.name,
        digest=holder.digest,
        says=tuple(_own(topic, holder.name) for line in lines for topic in line.says),
        hears=tuple(_own(topic, holder.name) for line in lines for topic in line.hears),
    )


def _house(password: str) -> Login:
    if password not in _house_digest:
        _house_digest.clear()
        _house_digest[password] = digest(password)  # salted: another each time, and no news
    hears = tuple(topics())
    says = tuple(_any(topic) for line in LINES.values() for topic in line.hears)
    return Login(HOUSE_NAME, _house_digest[password], says=says, hears=hears)


_house_digest: dict[str, str] = {}


def _own(topic: str, name: str) -> str:
    return topic.replace("{name}", name)


def _any(topic: str) -> str:
    return topic.replace("{name}", "+")


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = []
    for number, level in enumerate(pattern.split("/")):
        if level == "{name}":
            parts.append("(?P<name>[^/]+)")
        else:
            parts.append(f"(?P<at{number:02}>[^/]+)" if level == "+" else re.escape(level))
    return re.compile("/".join(parts))


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")
