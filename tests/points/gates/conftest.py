"""A sampling point with a gate, its key, somebody who serves there, and a resident."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.clocked import Clocked
from tests.points.conftest import clerk_of
from tests.world import World
from webapp.base import clock
from webapp.base.db import db
from webapp.people.actors import Person
from webapp.points import queries as points
from webapp.points.gates import keeping, queries
from webapp.points.gates.models import Gate
from webapp.points.models import ServicePoint
from webapp.points.rules import Template

BOOT = "boot-1"


@dataclass
class Booth:
    """A gate and those at it; `says` is the gate speaking."""

    app: Flask
    gate: Gate
    point: ServicePoint
    other: ServicePoint
    key: str
    clerk: Person
    resident: Person
    stranger: Person
    counted: list[int] = field(default_factory=lambda: [0])

    def says(self, what: str, body: Any, *, key: str | None = None, code: str = "") -> Any:
        """The answer of the house to its gate."""
        return Clocked(self.app, self.app.response_class).post(
            f"/api/v1/gates/{code or self.gate.code}/{what}",
            json=body,
            headers={"Authorization": f"Bearer {key or self.key}"},
        )

    def event(self, **more: Any) -> dict[str, Any]:
        """What a gate says of the next one at lane 1, in order unless it is said otherwise."""
        self.counted[0] += 1
        said = {"boot_id": BOOT, "seq": self.counted[0], "ts": clock.now().isoformat(), "lane": 1}
        return said | {"temp_c": 36.5} | more

    def asks(self, **more: Any) -> dict[str, Any]:
        """What becomes of the next one at a lane."""
        answer = self.says("ask", self.event(**more))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        told: dict[str, Any] = answer.get_json()
        return told

    def again(self) -> Gate:
        """The gate as it is now."""
        db.session.expire_all()
        found = queries.of_point(self.gate.point_id)
        assert found is not None
        return found


@pytest.fixture
def booth(app: Flask, session: Session, world: World, morning: datetime) -> Booth:
    """The first sampling point has a gate with the usual rules."""
    return built(app, world)


def built(app: Flask, world: World) -> Booth:
    """The booth is there; whoever called this says whether for good."""
    point, other = points.listed(Template.SAMPLING)[:2]
    gate = keeping.set_up(point, "booth-1", by=None)
    return Booth(
        app=app,
        gate=gate,
        point=point,
        other=other,
        key=keeping.new_key(gate, by=None),
        clerk=clerk_of("booth-clerk", "point_staff", point.unit_id),
        resident=world.stranger,
        stranger=world.neighbour,
    )
