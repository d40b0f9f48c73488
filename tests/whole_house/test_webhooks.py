"""What programs of others are told of everything that ever happened in the demo data."""

from __future__ import annotations

from collections import Counter, defaultdict

from flask import Flask
from sqlalchemy import select

from webapp.base.access import HOUSE
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.cases.publishing import PERSONAL
from webapp.interop.webhooks import collecting
from webapp.interop.webhooks.events import TYPES, EventType, kinds_of, type_of
from webapp.interop.webhooks.telling import TELLERS
from webapp.people.models import Account


def test_every_public_event_of_the_demo_can_be_told_and_names_nobody(full_house: Flask) -> None:
    with full_house.app_context():
        rows: defaultdict[str, list[tuple[Event, EventType]]] = defaultdict(list)
        kinds = kinds_of(list(TYPES))
        for event in db.session.scalars(select(Event).where(Event.thing_kind.in_(kinds))):
            public = type_of(event)
            if public is not None:
                rows[public.kind].append((event, public))
        names = {each for each in db.session.scalars(select(Account.name)) if len(each) > 2}
        told: Counter[str] = Counter()
        for kind, events in rows.items():
            teller = TELLERS[kind]
            things = teller.load({event.thing_id for event, _public in events})
            teller.seen(list(things), HOUSE)
            for event, public in events:
                for sees in (True, False):
                    said = teller.tell(things[event.thing_id], event, sees=sees)
                    if said is None:
                        continue
                    body = collecting.written(public.name, event.at, said)
                    told[public.name] += 1
                    assert not PERSONAL.search(said.model_dump_json(exclude={"url", "number"}))
                    assert not [name for name in names if f'"{name}"' in body], body
        assert set(told) == set(TYPES) - {"news.withdrawn"}
