"""Two windows, two phones, at the very same moment: real connections, real commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.busy import at_once, busy_house
from tests.points.conftest import Station, staffed
from tests.world import as_user, peopled
from webapp.base.db import db
from webapp.people.actors import Person
from webapp.points import tickets
from webapp.points.actions import Span, set_hours
from webapp.points.models import Appointment, Ticket

ROUNDS = range(5)


@dataclass
class Busy:
    """A house on a database of its own with a workstation that is open day and night."""

    app: Flask
    station: Station
    point: int
    windows: list[int]

    def of(self, person: Person) -> FlaskClient:
        """A browser of somebody, ready before the race begins."""
        with self.app.app_context():
            return as_user(self.app, person)


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    with busy_house(cluster_url, tmp_path_factory.mktemp("counters")) as app:
        with app.test_request_context("/"):
            station = staffed(peopled())
            week = {day: (Span(time(), time()),) for day in range(7)}
            set_hours(station.point, week, base_version=None, by=None)
            db.session.commit()
            found = Busy(
                app, station, station.point.id, [window.id for window in station.point.windows]
            )
            db.session.expunge_all()
        yield found


def state(app: Flask) -> list[tuple[int, str, int | None]]:
    """Every number with its state and window."""
    with app.app_context():
        found = db.session.execute(select(Ticket.number, Ticket.state, Ticket.window_id))
        return [tuple(row) for row in found]


def test_numbers_given_at_once_are_all_different(busy: Busy) -> None:
    clerks = [busy.of(who) for who in (busy.station.clerk, busy.station.second)]

    def give(clerk: FlaskClient) -> Callable[[], int]:
        return lambda: clerk.post(f"/counter/{busy.point}/tickets").status_code

    for _round in ROUNDS:
        assert at_once(*(give(clerk) for clerk in clerks)) == [303, 303]
    numbers = [number for number, _state, _window in state(busy.app)]
    assert len(numbers) == len(set(numbers)) == 2 * len(ROUNDS)


def test_two_windows_at_once_call_two_people_and_one_window_one(busy: Busy) -> None:
    clerks = [busy.of(who) for who in (busy.station.clerk, busy.station.second)]
    for clerk, window in zip(clerks, busy.windows, strict=False):
        assert clerk.post(f"/counter/windows/{window}/open").status_code == 303

    def call(place: int) -> Callable[[], int]:
        address = f"/counter/windows/{busy.windows[place]}/next"
        return lambda: clerks[place].post(address).status_code

    assert Counter(at_once(call(0), call(1), call(0), call(1))) == {303: 2, 409: 2}
    called = [(number, window) for number, at, window in state(busy.app) if at == "called"]
    assert len(called) == 2
    assert {window for _number, window in called} == set(busy.windows[:2])


def test_the_last_seat_goes_to_one(busy: Busy) -> None:
    with busy.app.test_request_context("/"):
        point = db.session.get(type(busy.station.point), busy.point)
        assert point is not None
        point.slot_seats = 1
        db.session.commit()
        slot = tickets.slots(point)[3][0]
    people = [busy.of(who) for who in (busy.station.resident, busy.station.elsewhere)]

    def book(who: FlaskClient) -> Callable[[], int]:
        sent = {"starts_at": slot.isoformat()}
        return lambda: who.post(f"/points/{busy.point}/appointments", data=sent).status_code

    answers = Counter(at_once(*(book(who) for who in people)))
    assert answers[303] == 1
    assert answers[409] + answers[422] == 1
    with busy.app.app_context():
        taken = db.session.scalars(select(Appointment).where(Appointment.starts_at == slot)).all()
        assert len(taken) == 1
