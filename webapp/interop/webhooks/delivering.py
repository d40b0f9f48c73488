"""The task that sends: takes what is due, sends outside any transaction, writes down what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from flask import current_app

from webapp.base import clock, sealing, tasks
from webapp.base.access import HOUSE
from webapp.base.config import Settings
from webapp.base.db import db, lock_all
from webapp.base.flow import Refusal
from webapp.base.language import N_
from webapp.base.notices import notify
from webapp.base.numbers import Network, networks_of
from webapp.interop.webhooks import collecting, queries
from webapp.interop.webhooks.models import Delivery, Endpoint, Try
from webapp.interop.webhooks.posting import Message, Outcome, post
from webapp.interop.webhooks.rules import (
    KEPT_DAYS,
    PATIENCE,
    WEBHOOK_FLOW,
    DeliveryState,
    EndpointState,
    rest_s,
    wait_s,
)
from webapp.interop.webhooks.targets import Target, target_of
from webapp.people import queries as people

# One round of the task lasts about so long at most (seconds); the next begins five seconds later at most.
BUSY_S = 20.0
# So many messages of one endpoint in a turn, for so long at most, and so many endpoints at once.
TURN = 20
TURN_S = 10.0
AT_ONCE = 8
# Longer than any turn: whoever was killed in one is followed by another after so long.
HELD_FOR = timedelta(seconds=120)

_chance = random.SystemRandom()


@dataclass(frozen=True)
class Turn:
    """Messages for one endpoint, as the threads that send them know it: nothing of the database."""

    endpoint_id: int
    messages: Sequence[tuple[int, Message]]
    target: Target | None
    # Why nothing can be sent there at all.
    hindrance: str = ""


Tried = Mapping[int, Outcome]


@tasks.task("webhooks.send", cron="* * * * * */5", retry=0, lock="webhooks")
def send() -> None:
    """What was due has been sent, or says why not. Nothing is asked of anybody without an endpoint."""
    until = time.monotonic() + BUSY_S
    while time.monotonic() < until and send_some():
        pass


@tasks.task("webhooks.forget", cron="53 3 * * *")
def forget() -> None:
    """Messages that ended a month ago are gone."""
    queries.forget(KEPT_DAYS)


def send_some() -> int:
    """One round: noted events are messages, some due ones were tried. Answers how many of both.

    Commits before it sends, so that no transaction waits for a receiver, and once more afterwards.
    """
    events = collecting.collect()
    held = queries.take(TURN, until=clock.now() + HELD_FOR)
    turns = [_turn(rows) for rows in _by_endpoint(held)]
    allowed = networks_of(_settings().webhook_networks)
    db.session.commit()
    if turns:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as senders:
            tried = list(senders.map(lambda turn: sent(turn, allowed), turns))
        _settle(turns, tried)
        db.session.commit()
    return events + len(held)


def _by_endpoint(held: Iterable[Delivery]) -> Iterable[list[Delivery]]:
    for _endpoint, rows in groupby(held, key=lambda each: each.endpoint_id):
        yield list(rows)


def _turn(rows: Sequence[Delivery]) -> Turn:
    endpoint = rows[0].endpoint
    try:
        target = target_of(endpoint.url, only_https=_settings().production)
        keys = secrets_of(endpoint)
    except Refusal as refusal:
        lame = [(each.id, Message(each.message_id, each.body, ())) for each in rows]
        return Turn(endpoint.id, lame, None, str(refusal))
    messages = [(each.id, Message(each.message_id, each.body, keys)) for each in rows]
    return Turn(endpoint.id, messages, target)


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """The secrets that sign now, the newest first."""
    now = clock.now()
    living = [each for each in endpoint.secrets if each.ends_at is None or each.ends_at > now]
    return tuple(sealing.unseal(each.sealed).decode() for each in living)


def sent(turn: Turn, allowed: Sequence[Network]) -> Tried:
    """What came of each message that was tried: in their order, until one fails or the turn is over."""
    until = time.monotonic() + TURN_S
    tried: dict[int, Outcome] = {}
    for key, message in turn.messages:
        if turn.target is None:
            tried[key] = Outcome(took_ms=0, error=turn.hindrance)
        else:
            tried[key] = post(message, turn.target, allowed)
        if not tried[key].taken or time.monotonic() > until:
            break
    return tried


def _settle(turns: Sequence[Turn], tried: Sequence[Tried]) -> None:
    lock_all(Endpoint, (turn.endpoint_id for turn in turns))
    left: list[int] = []
    for turn, outcomes in zip(turns, tried, strict=True):
        left += [key for key, _message in turn.messages if key not in outcomes]
        endpoint = db.session.get_one(Endpoint, turn.endpoint_id)
        for key, outcome in outcomes.items():
            delivery = db.session.get(Delivery, key)
            if delivery is not None:
                note(endpoint, delivery, outcome)
    queries.give_back(left)


def note(endpoint: Endpoint, delivery: Delivery, outcome: Outcome) -> None:
    """The message and its endpoint stand where this try left them, and the log has it."""
    now = clock.now()
    db.session.add(
        Try(
            delivery_id=delivery.id,
            at=now,
            took_ms=outcome.took_ms,
            status=outcome.status,
            answer=outcome.answer,
            error=outcome.error,
        )
    )
    delivery.tries += 1
    delivery.held_until = None
    if outcome.taken:
        delivery.state, delivery.ended_at = DeliveryState.DELIVERED, now
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.rests_until = now + timedelta(seconds=rest_s(endpoint.failures))
    wait = wait_s(delivery.tries, _chance.random())
    if wait is None:
        delivery.state, delivery.ended_at = DeliveryState.FAILED, now
    else:
        delivery.due_at = now + timedelta(seconds=max(wait, outcome.spare_s or 0))
    if outcome.gone:
        _switch_off(endpoint, "gone")
    elif endpoint.failing_since <= now - PATIENCE:
        _switch_off(endpoint, "failing")


_WHY = {
    "gone": N_(
        "The webhook “%(name)s” was switched off: its address answered that it wants nothing more (410)."
    ),
    "failing": N_(
        "The webhook “%(name)s” was switched off: it has taken nothing for %(days)s days."
    ),
}


def _switch_off(endpoint: Endpoint, why: str) -> None:
    if endpoint.state != EndpointState.ON:
        return
    WEBHOOK_FLOW.move(endpoint, "switch_off", by=HOUSE, data={"why": why})
    told = {endpoint.keeper_id, *people.holders_everywhere(("admin",))}
    url = f"/webhooks/{endpoint.id}"
    notify(told, _WHY[why], url=url, name=endpoint.name, days=PATIENCE.days)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
