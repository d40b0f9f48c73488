"""A small named world for tests: a few people at their posts, and a stranger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.base import clock
from webapp.base.db import db
from webapp.grids import queries as grids
from webapp.grids.models import Grid, Unit
from webapp.people import actions, actors, passwords
from webapp.people.actors import Person
from webapp.people.models import Account

PASSWORD = "a password for tests"
# Hashed once: a hash is never cheap.
HASH = passwords.hashed(PASSWORD, username=None)

# A point well inside the first grid of each name, degrees WGS 84, from the default geodata.
HOME_GRID = "DJJ-C-001"
NEXT_GRID = "DJJ-C-002"

# Since when the people of the world hold their posts.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SETTLED = "people of the tests"


@dataclass
class World:
    """People at their posts. `worker` holds HOME_GRID, `neighbour` NEXT_GRID, `stranger` nothing."""

    home: Grid
    next_door: Grid
    worker: Person
    neighbour: Person
    dispatcher: Person
    shift_leader: Person
    admin: Person
    stranger: Person

    def spot(self, grid: Grid) -> tuple[float, float]:
        """(lon, lat) of a point inside a grid, degrees WGS 84."""
        from webapp.base.spatial import shape_of, to_lonlat

        version = grids.version_of(grid)
        assert version is not None
        inside = shape_of(version.geom).representative_point()
        return to_lonlat(inside.x, inside.y)


def someone(
    username: str,
    role: str | None = None,
    *,
    grid: Grid | None = None,
    since: datetime | None = None,
) -> Person:
    """An account, perhaps with a post over a grid, or over the whole subdistrict, since yesterday or a moment."""
    account = actions.create_account(name=username, username=username, by=None)
    account.password_hash = HASH
    if role:
        street = grids.root()
        assert street is not None
        actions.give_post(
            account,
            role=role,
            grid_id=grid.id if grid else None,
            unit_id=None if grid else street.id,
            since=since or clock.now() - timedelta(days=1),
            by=None,
        )
    found = actors.person(account.id)
    assert found is not None
    return found


def posted(
    username: str,
    role: str | None,
    unit: Unit | None,
    *,
    since: datetime,
    phone: str | None = None,
) -> Person:
    """An account, perhaps with a phone and a post at a unit since a moment."""
    account = actions.create_account(name=username, username=username, phone=phone, by=None)
    account.password_hash = HASH
    if role and unit is not None:
        actions.give_post(account, role=role, grid_id=None, unit_id=unit.id, since=since, by=None)
    found = actors.person(account.id)
    assert found is not None
    return found


def peopled(since: datetime | None = None) -> World:
    """The people are at their posts; whoever called this says whether for good."""
    home, next_door = (
        db.session.scalars(select(Grid).where(Grid.display_code == code)).one()
        for code in (HOME_GRID, NEXT_GRID)
    )
    return World(
        home=home,
        next_door=next_door,
        worker=someone("worker", "grid_worker", grid=home, since=since),
        neighbour=someone("neighbour", "grid_worker", grid=next_door, since=since),
        dispatcher=someone("dispatcher", "dispatcher", since=since),
        shift_leader=someone("shift_leader", "shift_leader", since=since),
        admin=someone("admin", "admin", since=since),
        stranger=someone("stranger"),
    )


@pytest.fixture
def world(house: Flask, session: Session) -> World:
    """The people are there, as the session of this test knows them."""
    return settled(house)


def settled(house: Flask) -> World:
    """The people of a house, with their grids as the session that is open knows them."""
    people: World = house.extensions[SETTLED]
    home, next_door = db.session.merge(people.home), db.session.merge(people.next_door)
    return replace(people, home=home, next_door=next_door)


def settle(house: Flask) -> None:
    """The people came long ago: they stay in the database of this process, for all its tests."""
    with house.app_context():
        people = peopled(LONG_AGO)
        db.session.commit()
        db.session.refresh(people.home)
        db.session.refresh(people.next_door)
        db.session.expunge_all()
    house.extensions[SETTLED] = people


def as_user(app: Flask, person: Person) -> FlaskClient:
    """A browser in which this person has signed in."""
    app.config["WTF_CSRF_METHODS"] = []
    client = app.test_client()
    answer = client.post("/sign-in", data={"username": account_name(person), "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client


def account_name(person: Person) -> str:
    """The user name of a person of the world."""
    name = db.session.scalar(select(Account.username).where(Account.id == person.id))
    assert name is not None
    return name
