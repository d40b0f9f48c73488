"""From noted events to messages: each for the endpoints that want it and whose account may see its thing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel

from webapp.base import clock
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.interop.webhooks import queries
from webapp.interop.webhooks.events import EventType, type_of
from webapp.interop.webhooks.models import Delivery, Endpoint
from webapp.interop.webhooks.rules import DeliveryState
from webapp.interop.webhooks.telling import TELLERS
from webapp.people import actors

# So many events become messages in one transaction.
AT_ONCE = 200


def collect() -> int:
    """The oldest noted events are messages, each of them once; answers how many events there were."""
    events = queries.noted(AT_ONCE)
    if not events:
        return 0
    endpoints = queries.listening()
    by_kind: defaultdict[str, list[tuple[Event, EventType]]] = defaultdict(list)
    for event in events:
        public = type_of(event)
        if public is not None and any(public.name in each.types for each in endpoints):
            by_kind[public.kind].append((event, public))
    for kind, rows in by_kind.items():
        db.session.add_all(_messages(kind, rows, endpoints))
    queries.strike([event.id for event in events])
    db.session.flush()
    return len(events)


def _messages(
    kind: str, rows: Sequence[tuple[Event, EventType]], endpoints: Sequence[Endpoint]
) -> Iterable[Delivery]:
    teller = TELLERS[kind]
    things = teller.load({event.thing_id for event, _public in rows})
    seen = _seen(kind, things, endpoints)
    for event, public in rows:
        thing = things.get(event.thing_id)
        for endpoint in endpoints if thing is not None else ():
            keys = seen.get(endpoint.account_id)
            if keys is None or public.name not in endpoint.types:
                continue
            told = teller.tell(thing, event, sees=event.thing_id in keys)
            if told is not None:
                yield Delivery(
                    endpoint_id=endpoint.id,
                    event_id=event.id,
                    type=public.name,
                    body=written(public.name, event.at, told),
                    state=DeliveryState.WAITING,
                    due_at=clock.now(),
                )


def _seen(
    kind: str, things: Mapping[int, object], endpoints: Sequence[Endpoint]
) -> dict[int, set[int]]:
    """For each account that is somebody now: which of the things it may see."""
    seen = {}
    for account_id in {each.account_id for each in endpoints if kind in each.kinds}:
        who = actors.person(account_id)
        if who is not None:
            seen[account_id] = TELLERS[kind].seen(list(things), who)
    return seen


def written(name: str, at: datetime, told: BaseModel) -> str:
    """The body of a message: its type, the moment of the event, and what is told."""
    data = told.model_dump(mode="json", by_alias=True)
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": name, "timestamp": moment, "data": data}, ensure_ascii=False)
