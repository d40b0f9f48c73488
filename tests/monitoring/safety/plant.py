"""A cold store with one hazard point, whoever looks after safety, and whoever acts for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.world import World, someone
from webapp.base.db import db
from webapp.jobs import employers
from webapp.monitoring.safety import actions
from webapp.monitoring.safety.forms import PointForm, ProfileForm
from webapp.monitoring.safety.models import HazardPoint, Profile
from webapp.people.actors import Person
from webapp.people.models import Account

CODE = "91370600MA3C0K1L0U"


@dataclass
class Plant:
    """The officer looks after safety everywhere, the worker in the grid of the plant."""

    profile: Profile
    point: HazardPoint
    officer: Person
    worker: Person
    neighbour: Person
    owner: Person
    leader: Person
    stranger: Person
    lon: float
    lat: float


def described(**said: Any) -> ProfileForm:
    usual = {"name": "志成水产冷库", "trade": "cold_store", "risk": "orange", "people": 60}
    return ProfileForm.of(usual | said)


def founded(world: World) -> Plant:
    """The plant is there; whoever called this says whether for good."""
    lon, lat = world.spot(world.home)
    officer = someone("officer", "safety_officer")
    owner = someone("owner", "employer")
    profile, _new = actions.enter(described(lon=lon, lat=lat), by=officer)
    said = PointForm.of({"kind": "ammonia", "name": "氨机房", "amount": 8, "unit": "t"})
    point = actions.add_point(profile, said, by=officer)
    employer = employers.enlist(profile.enterprise, by=None)
    account = db.session.get_one(Account, owner.id)
    employers.add_member(employer, account, by=world.admin)
    return Plant(
        profile=profile,
        point=point,
        officer=officer,
        worker=world.worker,
        neighbour=world.neighbour,
        owner=owner,
        leader=someone("leader", "street_leader"),
        stranger=world.stranger,
        lon=lon,
        lat=lat,
    )


@pytest.fixture
def plant(world: World) -> Plant:
    """The plant is there, for this test."""
    return founded(world)
