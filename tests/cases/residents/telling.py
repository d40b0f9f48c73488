"""A resident with a phone, and cases that they reported."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cases.stages import photographed, picture
from tests.world import World
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.notices import Dispatch
from webapp.cases import moves
from webapp.cases.models import Case
from webapp.cases.residents import actions
from webapp.cases.rules import Stage
from webapp.people import actions as people, actors

PHONE = "+8613800138000"


def resident(phone: str = PHONE) -> actors.Person:
    """Somebody who came in by their phone and holds no post."""
    account = people.create_account(name="138****8000", phone=phone, by=None)
    found = actors.person(account.id)
    assert found is not None
    return found


def told(world: World, by: Actor, **more: Any) -> Case:
    """What a resident reported in the home grid."""
    lon, lat = world.spot(world.home)
    values: dict[str, Any] = {
        "class_code": "06010",
        "lon": lon,
        "lat": lat,
        "words": "a heap of rubbish, call 13912345678",
        "where_words": None,
        "by": by,
        "client_id": uuid.uuid4(),
        "prefix": "DJJ",
    }
    return actions.report(**{**values, **more})


def handled(case: Case, world: World) -> Case:
    """The case is filed, handled by the worker, checked by the neighbour and closed."""
    moves.file_case(case, by=world.dispatcher)
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    moves.sign(case, by=world.worker)
    photographed(case, Stage.AFTER, by=world.worker)
    moves.feedback(case, by=world.worker, note="an inner note")
    moves.send_check(case, to=world.neighbour.id, by=world.dispatcher)
    moves.pass_check(case, by=world.neighbour, note="seen from the road")
    moves.close(case, by=world.shift_leader)
    return case


def texts(phone: str = PHONE) -> list[str]:
    """What is on its way to a phone, oldest first."""
    found = db.session.scalars(select(Dispatch).order_by(Dispatch.id))
    return [each.body or "" for each in found if each.address == phone]


def code_of(phone: str = PHONE) -> str:
    """The newest code that was sent to a phone."""
    found = re.search(r"[0-9]{6}", texts(phone)[-1])
    assert found
    return found[0]


def came_in(app: Flask, phone: str = "13800138000") -> FlaskClient:
    """A browser in which the owner of the phone has signed in by a code."""
    app.config["WTF_CSRF_METHODS"] = []
    client = app.test_client()
    client.post("/sign-in/phone", data={"phone": phone})
    code = code_of("+86" + phone)
    answer = client.post("/sign-in/code", data={"phone": phone, "code": code})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client


def shot() -> tuple[Any, str]:
    """A photo as a browser sends it."""
    return picture("teal"), "shot.jpg"
