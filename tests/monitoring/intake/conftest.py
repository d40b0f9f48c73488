"""A box that speaks to the intake, and those who look after it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.clocked import Clocked
from tests.monitoring.intake.messages import NOW
from tests.world import World, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import inbox, keeping, queries
from webapp.monitoring.intake.arriving import Sent, Taken
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.intake.rules import Format
from webapp.people.actors import Person


@dataclass
class Box:
    """A source of every format with its key; `says` is the box speaking over HTTP."""

    app: Flask
    source: Source
    key: str
    safety: Person
    stranger: Person

    def says(
        self,
        form: str,
        body: Any,
        *,
        content_type: str = "application/json",
        key: str | None = None,
        **headers: str,
    ) -> Any:
        """The answer of the house."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Clocked(self.app, self.app.response_class).post(
            f"/api/v1/intake/{form}",
            data=sent,
            content_type=content_type,
            headers={"Authorization": f"Bearer {key or self.key}"} | headers,
        )

    def take(self, form: Format, body: Any, *, topic: str = "") -> Taken:
        """What becomes of a message, whichever way it came."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return inbox.take(self.source, form, Sent(sent, topic=topic))


@pytest.fixture
def box(app: Flask, session: Session, world: World) -> Any:
    """The box is connected; it is the moment of the messages."""
    with clock.at(NOW):
        yield built(app, world)


def built(app: Flask, world: World) -> Box:
    """The box is connected; whoever called this says whether for good."""
    source = keeping.set_up("box", Described("箱子", tuple(Format)), by=None)
    return Box(
        app=app,
        source=source,
        key=keeping.new_key(source, by=None),
        safety=someone("safety", "safety_officer"),
        stranger=world.stranger,
    )


def alarms() -> list[Alarm]:
    """All alarms, the first one first."""
    return list(db.session.scalars(select(Alarm).order_by(Alarm.id)))


def kept(status: str | None = None) -> int:
    """How many messages the inbox holds."""
    found = select(func.count()).select_from(Message)
    if status is not None:
        found = found.where(Message.status == status)
    return db.session.scalar(found) or 0


def message(taken: Taken) -> Message:
    """The message as it is kept."""
    assert taken.id is not None
    found = queries.message(taken.id)
    assert found is not None
    return found
