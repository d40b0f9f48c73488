"""A workstation with people at it, on a Wednesday morning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.world import World, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.grids.models import Unit
from webapp.people import actions as people
from webapp.people.actors import Person
from webapp.people.models import Account
from webapp.points import queries
from webapp.points.models import ServicePoint
from webapp.points.rules import Template

# A Wednesday that is a working day, half past nine in the office.
MORNING = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)


@dataclass
class Station:
    """A workstation and those at it: two clerks, their head, a resident, and the head of another one."""

    point: ServicePoint
    other: ServicePoint
    clerk: Person
    second: Person
    head: Person
    elsewhere: Person
    resident: Person


def clerk_of(username: str, role: str, unit_id: int) -> Person:
    """Somebody with a post at a body since yesterday."""
    from webapp.people import actors

    made = someone(username)
    account = db.session.get(Account, made.id)
    assert account is not None
    people.give_post(
        account,
        role=role,
        grid_id=None,
        unit_id=unit_id,
        since=MORNING - timedelta(days=400),
        by=None,
    )
    found = actors.person(account.id)
    assert found is not None
    return found


@pytest.fixture
def morning() -> Iterator[datetime]:
    """The clock stands on a working morning."""
    with clock.at(MORNING):
        yield MORNING


@pytest.fixture
def station(session: Session, world: World, morning: datetime) -> Station:
    """The first workstation of the geodata and the people at it."""
    return staffed(world)


def staffed(world: World) -> Station:
    """The people are at the first workstation; whoever called this says whether for good."""
    point, other = queries.listed(Template.WORKSTATION)[:2]
    assert db.session.scalars(select(Unit.id).where(Unit.id == point.unit_id)).one()
    return Station(
        point=point,
        other=other,
        clerk=clerk_of("clerk", "point_staff", point.unit_id),
        second=clerk_of("second", "point_staff", point.unit_id),
        head=clerk_of("head", "station_head", point.unit_id),
        elsewhere=clerk_of("elsewhere", "station_head", other.unit_id),
        resident=world.stranger,
    )
