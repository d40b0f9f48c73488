"""A village of one building in the worker's grid and one next door, with a family in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from shapely import box
from shapely.geometry.base import BaseGeometry
from stdnum.cn import ric

from tests.world import World, someone
from webapp.base.spatial import to_lonlat, to_metric
from webapp.people import days
from webapp.people.actors import Person
from webapp.residents import actions, care, queries
from webapp.residents.forms import (
    BuildingForm,
    DwellingForm,
    HouseholdForm,
    KeyFlagForm,
    ResidentForm,
)
from webapp.residents.models import Building, Dwelling, Household, KeyFlag, Resident
from webapp.residents.rules import KeyGroup


@dataclass
class Village:
    """`family` lives in `block` in the worker's grid; `leader` leads that grid."""

    world: World
    leader: Person
    block: Building
    flat: Dwelling
    family: Household
    head: Resident


def id_number(born: date, serial: int = 1) -> str:
    """An identity number of nowhere: even serials are women's."""
    front = f"999999{born:%Y%m%d}{serial:03d}"
    return front + ric.calc_check_digit(front + "0")


def building(world_spot: tuple[float, float], **said: Any) -> BuildingForm:
    lon, lat = world_spot
    return BuildingForm.of({"name": "1号楼", "kind": "block", "lon": lon, "lat": lat} | said)


def someone_at_home(**said: Any) -> ResidentForm:
    return ResidentForm.of({"name": "示例居民", "relation": "child"} | said)


def around(spot: tuple[float, float], metres: float = 60.0) -> BaseGeometry:
    """A square around a spot, degrees WGS 84."""
    x, y = to_metric(*spot)
    west, south = to_lonlat(x - metres, y - metres)
    east, north = to_lonlat(x + metres, y + metres)
    return box(west, south, east, north)


def flagged(resident: Resident, leader: Person, kind: KeyGroup, days_on: int = 30) -> KeyFlag:
    last = days.today() + timedelta(days=days_on)
    said = KeyFlagForm.of({"kind": kind, "purpose": "care in the cold", "last_day": last})
    return care.set_flag(resident, said, by=leader)


@pytest.fixture
def village(world: World) -> Village:
    """The family lives there, for this test."""
    leader = someone("leader", "grid_leader", grid=world.home)
    block = actions.register(building(world.spot(world.home)), by=world.worker)
    flat = actions.add_dwelling(
        block, DwellingForm(stair="1", floor=3, door="302"), by=world.worker
    )
    said = HouseholdForm.of(
        {
            "name": "示例甲",
            "id_number": id_number(date(1949, 10, 1)),
            "phone": "13800001234",
            "since": "2020-01-01",
        }
    )
    family = actions.move_in(flat, said, by=world.worker)
    (head,) = queries.residents_of(family.id)
    return Village(world, leader, block, flat, family, head)
