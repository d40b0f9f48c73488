"""Two workers send each message once; what a killed one held is sent by the next, by its same id."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import databases
from tests.busy import at_once, busy_house
from tests.cases.stages import reported
from tests.interop.webhooks.receivers import OK, Answer, Received, Receiver, receiving, until
from tests.servers import Served, running
from tests.world import peopled
from webapp.app import create_app
from webapp.base import tasks
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.interop.webhooks import actions, delivering, queries
from webapp.people.models import Account

NEAR = "127.0.0.0/8"
CASES = 12


def _happening(app: Flask, url: str, cases: int) -> None:
    """An endpoint, and so many cases that came in afterwards; all of it committed."""
    with app.app_context():
        world = peopled()
        actions.keep(
            name=uuid.uuid4().hex,
            url=url,
            types=["case.created"],
            account=db.session.get_one(Account, world.shift_leader.id),
            by=world.admin,
        )
        for _each in range(cases):
            reported(world)
        db.session.commit()


def _left(app: Flask) -> int:
    with app.app_context():
        return sum(queries.waiting().values()) + (0 if queries.idle() else 1)


def test_two_workers_at_once_send_each_message_once(cluster_url: str, tmp_path: Path) -> None:
    with receiving() as receiver, busy_house(cluster_url, tmp_path, WEBHOOK_NETWORKS=NEAR) as app:
        _happening(app, receiver.url(), CASES)

        def work() -> None:
            with app.app_context():
                while delivering.send_some():
                    pass

        at_once(work, work, work)
        assert len(receiver.came) == CASES
        assert set(Counter(receiver.ids()).values()) == {1}
        assert _left(app) == 0


def test_who_asks_while_another_holds_a_message_gets_nothing(
    cluster_url: str, tmp_path: Path
) -> None:
    going = threading.Event()
    arrived = threading.Event()

    def slowly(_message: Received) -> Answer:
        arrived.set()
        going.wait(20)
        return OK

    with receiving() as receiver, busy_house(cluster_url, tmp_path, WEBHOOK_NETWORKS=NEAR) as app:
        receiver.answer = slowly
        _happening(app, receiver.url(), 1)

        def first() -> None:
            with app.app_context():
                delivering.send_some()

        def second() -> int:
            arrived.wait(20)
            with app.app_context():
                try:
                    return delivering.send_some()
                finally:
                    going.set()

        assert at_once(first, second)[1] == 0
        assert len(receiver.came) == 1


@pytest.fixture
def hooked(cluster_url: str, tmp_path: Path) -> Iterator[Served]:
    """A running house that may speak to this machine."""
    name = f"hooks_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name)
    with running(url, tmp_path, workers=1, WEBHOOK_NETWORKS=NEAR) as house:
        yield house
    databases.drop(cluster_url, name)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with receiving() as listening:
        yield listening


@pytest.mark.fault
@pytest.mark.thorough
def test_what_a_killed_worker_held_is_sent_by_the_next(hooked: Served, receiver: Receiver) -> None:
    app = create_app(Settings.from_environment(hooked.environment))
    going = threading.Event()

    def slowly(_message: Received) -> Answer:
        going.wait(60)
        return OK

    receiver.answer = slowly
    _happening(app, receiver.url(), CASES)
    until(lambda: len(receiver.came) == 1)
    hooked.kill_worker()
    receiver.answer = lambda _message: OK
    going.set()
    with app.app_context():
        # As if the time for which it held them, and in which it counts as living, had gone by.
        db.session.connection().exec_driver_sql("UPDATE webhook_delivery SET held_until = now()")
        db.session.connection().exec_driver_sql(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
        )
        db.session.commit()
        tasks.take_up()
        db.session.commit()
    hooked.start_worker()
    until(lambda: _left(app) == 0)
    counted = Counter(receiver.ids())
    assert len(counted) == CASES
    assert counted[receiver.came[0].id] == 2
    assert sum(counted.values()) == CASES + 1
