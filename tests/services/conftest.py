"""People and papers of services: a resident, an agent, a station head, a department, a photo."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from tests.world import World, as_user, posted
from webapp.base import clock
from webapp.base.db import db
from webapp.grids.models import Unit
from webapp.people import queries as people
from webapp.people.actors import Person
from webapp.services.applications import actions, materials, queries
from webapp.services.applications.actions import Given
from webapp.services.applications.models import Application
from webapp.services.applications.rules import Mandated, State
from webapp.services.items import queries as items

# A Thursday morning in the working time of the office.
MORNING = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)

ANSWERS = {
    "field.name": "示例居民",
    "field.identity_no": "11010519491231002X",
    "field.phone": "13800138000",
    "field.address": "示例路1号",
    "field.work_kind": "网约车",
    "field.months": "6",
    "field.paid_amount": "5400",
    "field.bank_account": "6222021234567894",
    "field.course_wanted": "电工",
    "field.last_work_ended": "",
    "field.post_wanted": "保洁",
}


@dataclass
class Office:
    """Whoever has to do with an application of somebody who lives in `world.home`."""

    world: World
    station: Unit
    resident: Person
    agent: Person
    head: Person
    handler: Person

    def at(self, hours: float) -> Any:
        """The clock so many hours after the morning."""
        return clock.at(MORNING + timedelta(hours=hours))


def person(username: str, role: str | None, unit: Unit | None, phone: str | None = None) -> Person:
    """An account, perhaps with a post at a unit."""
    return posted(username, role, unit, phone=phone, since=MORNING - timedelta(days=30))


@pytest.fixture
def office(session: Session, world: World) -> Office:
    """The people are there, for this test."""
    station = queries.station_of(world.home.id)
    assert station is not None
    department = items.departments_by_code()["D09"]
    return Office(
        world=world,
        station=station,
        resident=person("resident", None, None, phone="+8613800138000"),
        agent=person("agent", "agent", station),
        head=person("head", "station_head", station),
        handler=person("clerk", "handler", department),
    )


def photo(colour: str = "teal", form: str = "JPEG") -> io.BytesIO:
    """A photo of a paper."""
    body = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(body, form)
    body.seek(0)
    return body


def begun(
    office: Office, code: str = "JY07", *, by_agent: bool = False, **more: Any
) -> Application:
    """A draft with all its papers."""
    version = items.one(code)
    assert version is not None
    given = Given(Mandated.SPOKEN, "请帮我办理", clock.now()) if by_agent else None
    made = actions.begin(
        version,
        by=office.agent if by_agent else office.resident,
        sent=ANSWERS,
        grid_id=office.world.home.id,
        mandate=given,
        **more,
    )
    again = queries.one(made.id)
    assert again is not None
    for each in version.said.materials:
        if each.required and not each.made_online and not each.lenient:
            materials.add(
                again, each.key, [photo()], by=office.agent if by_agent else office.resident
            )
    return again


def brought_to(
    office: Office, state: State, code: str = "JY04", *, by_agent: bool = False
) -> Application:
    """An application that has come so far, each step at once after the other."""
    made = begun(office, code, by_agent=by_agent)
    owner = office.agent if by_agent else office.resident
    worker, head, handler = office.world.worker, office.head, office.handler
    way: list[tuple[State, Callable[[], Any]]] = [
        (State.SUBMITTED, lambda: actions.submit(made, by=owner)),
        (State.VILLAGE_REVIEW, lambda: actions.accept(made, by=head)),
        (State.STATION_REVIEW, lambda: actions.forward(made, by=worker)),
        (State.STREET_REVIEW, lambda: actions.forward(made, by=head)),
        (State.DISTRICT_REVIEW, lambda: actions.forward(made, by=handler)),
        (State.PUBLICITY, lambda: actions.publish(made, by=handler)),
        (State.APPROVED, lambda: _approved(made, handler)),
        (State.DELIVERED, lambda: actions.deliver(made, by=head, way="online")),
    ]
    if made.item.item.code == "JY07":
        way = [
            each
            for each in way
            if each[0] not in (State.STATION_REVIEW, State.DISTRICT_REVIEW, State.PUBLICITY)
        ]
    for reached, deed in way:
        if made.state == state:
            break
        deed()
        if made.state == state:
            break
        assert reached
    assert made.state == state
    db.session.flush()
    return made


def _approved(made: Application, handler: Person) -> None:
    until = made.publicity_until
    if until is None:
        actions.approve(made, by=handler)
        return
    with clock.at(until + timedelta(minutes=1)):
        actions.approve(made, by=handler)


def client_of(app: Flask, who: Person) -> FlaskClient:
    """A browser in which somebody has signed in."""
    return as_user(app, who)


def whose(username: str) -> int:
    """The key of an account."""
    found = people.by_username(username)
    assert found is not None
    return found.id
