"""A port with one vessel, its crew, and whoever acts for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.world import World, account_name, someone
from webapp.base import clock
from webapp.people.actors import Person
from webapp.ports import actions, queries, voyages
from webapp.ports.forms import CrewForm, DepartForm, PortForm, VesselForm
from webapp.ports.models import Port, Vessel, Voyage
from webapp.ports.rules import VesselKind

LON, LAT = 121.1290, 37.6740


@dataclass
class Harbour:
    """The keeper keeps the port; the skipper acts for the vessel."""

    port: Port
    vessel: Vessel
    keeper: Person
    skipper: Person
    stranger: Person

    def crew(self) -> list[int]:
        return [each.id for each in queries.crew(self.vessel.id)]

    def leave(self) -> Voyage:
        said = DepartForm(crew=self.crew(), destination="near", weather=True)
        return voyages.depart(self.vessel, said, by=self.skipper)


def described(**said: Any) -> VesselForm:
    usual = {
        "name": "鲁芝渔60001",
        "kind": VesselKind.GILLNET,
        "port": "test port",
        "length_m": 12,
        "permitted_crew": 2,
        "mmsi": "412306001",
    }
    return VesselForm.of(usual | said)


@pytest.fixture
def harbour(world: World) -> Harbour:
    """The port is there, for this test."""
    port = actions.found(PortForm(name="test port", lon=LON, lat=LAT), by=None)
    skipper = someone("skipper")
    vessel = actions.register(described(username=account_name(skipper)), by=None)
    until = clock.now().date() + timedelta(days=100)
    for name in ("skipper Wang", "deckhand Li"):
        actions.sign_on(vessel, CrewForm(member=name, certified_until=until), by=None)
    keeper = someone("keeper", "port_manager")
    return Harbour(port, vessel, keeper, skipper, world.stranger)
