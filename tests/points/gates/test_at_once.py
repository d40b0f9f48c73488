"""A gate that sends twice, and two lanes with one code, at the very same moment: real commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.busy import at_once, busy_house
from tests.points.gates.conftest import Booth, built
from tests.world import peopled
from webapp.base import clock
from webapp.base.db import db
from webapp.points.gates import queries, registering
from webapp.points.gates.models import GateEvent


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    """A booth on a database of its own, in which every request is a transaction of its own."""
    with busy_house(cluster_url, tmp_path_factory.mktemp("gates")) as app:
        with app.test_request_context("/"):
            booth = built(app, peopled())
            booth.gate.per_hour = 3600
            db.session.commit()
            db.session.refresh(booth.gate)
            db.session.refresh(booth.point)
            db.session.expunge_all()
        yield booth


def kept(app: Flask) -> Counter[tuple[int, str]]:
    """What is in the database: how often each number with its decision."""
    with app.app_context():
        return Counter((each.seq, each.decision) for each in db.session.scalars(select(GateEvent)))


@pytest.mark.parametrize("round_", range(3))
def test_the_same_number_at_once_is_kept_once(busy: Booth, round_: int) -> None:
    said = busy.event(lane=round_ % 2 + 1, seq=1000 + round_)
    batch = {"events": [busy.event(decision="admitted", seq=2000 + round_, lane=1)]}
    deeds: list[Callable[[], str]] = [
        *[lambda: str(busy.says("ask", said).get_json()["status"])] * 3,
        *[lambda: str(busy.says("events", batch).get_json()["results"][0]["status"])] * 3,
    ]
    answers = Counter(at_once(*deeds))
    assert answers == {"kept": 2, "repeat": 4}
    numbers = kept(busy.app)
    assert sum(n for (seq, _), n in numbers.items() if seq % 1000 == round_) == 2


def test_two_lanes_with_one_code_at_once_let_one_in(busy: Booth) -> None:
    with busy.app.test_request_context("/"):
        gate = queries.by_code(busy.gate.code)
        assert gate is not None
        window = registering.windows(gate)[1][0]
        made = registering.register(gate, window, by=busy.resident)
        made.starts_at = clock.now()
        code = registering.code_of(made)
        db.session.commit()
    later = (clock.now() + timedelta(seconds=10)).isoformat()
    asked = [busy.event(token=code, lane=lane, seq=3000 + lane, ts=later) for lane in (1, 2)]

    def send(said: object) -> Callable[[], str]:
        return lambda: str(busy.says("ask", said).get_json()["reason"])

    assert sorted(at_once(*map(send, asked))) == ["ok", "used_code"]
