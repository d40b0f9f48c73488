"""A block whose homes vote, for tests of deliberation: residents with proved phones, and who leads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.world import World, someone
from webapp.base import clock
from webapp.community.deliberation import actions
from webapp.community.deliberation.forms import TopicForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import Poll
from webapp.community.deliberation.poll_queries import current
from webapp.community.deliberation.rules import Level
from webapp.community.deliberation.steps import Step
from webapp.people import actions as people, actors
from webapp.people.actors import Person
from webapp.residents import actions as residents
from webapp.residents.forms import BuildingForm, DwellingForm, HouseholdForm
from webapp.residents.models import Building, Household
from webapp.residents.rules import BuildingKind, Relation, Sex, Use


@dataclass
class Block:
    """A block of the home grid; the resident of each home has signed in by phone."""

    world: World
    leader: Person
    building: Building
    homes: list[Household]
    residents: list[Person]

    def topic(self, *, procedure: str = "residents", level: Level = Level.BUILDING) -> Topic:
        """A topic that was screened and given a level."""
        lon, lat = self.world.spot(self.world.home)
        said = {"title": "加装电梯", "words": "老人多", "theme": "elderly", "lon": lon, "lat": lat}
        topic = actions.propose(TopicForm.of(said), by=self.world.worker)
        actions.step(topic, "screen", Step(note="涉及多户"), by=self.leader)
        building = self.building if level is Level.BUILDING else None
        said_level = Step(level=level, procedure=procedure, building=building)
        actions.step(topic, "set_level", said_level, by=self.leader)
        return topic

    def announced(self, **more: object) -> Topic:
        """A topic whose meeting was announced: its roll is fixed."""
        topic = self.topic(**more)  # type: ignore[arg-type]  # the words of `topic`
        at = clock.now() + timedelta(days=2)
        actions.step(topic, "announce", Step(meeting_at=at, meeting_place="议事厅"), by=self.leader)
        return topic

    def voting(
        self,
        *,
        secret: bool = False,
        online: bool = True,
        closes_at: datetime | None = None,
        **more: object,
    ) -> tuple[Topic, Poll]:
        """A topic that is put to the vote."""
        topic = self.announced(**more)
        actions.step(topic, "meet", Step(words="大家都同意"), by=self.leader)
        actions.step(topic, "draft", Step(words="三单元加装一部电梯"), by=self.leader)
        until = closes_at or clock.now() + timedelta(days=3)
        said = Step(closes_at=until, secret=secret, online=online)
        actions.step(topic, "open_vote", said, by=self.leader)
        poll = current(topic.id)
        assert poll is not None
        return topic, poll


def block_of(world: World, many: int = 4) -> Block:
    """A block with so many homes, one resident of age in each."""
    lon, lat = world.spot(world.home)
    said = BuildingForm(name="3号楼", kind=BuildingKind.BLOCK, floors=6, lon=lon, lat=lat)
    building = residents.register(said, by=world.worker)
    homes, people_there = [], []
    for number in range(many):
        phone = f"138000041{number:02d}"
        door = DwellingForm(door=f"{101 + number}", use=Use.OWNED)
        dwelling = residents.add_dwelling(building, door, by=world.worker)
        who = {
            "name": f"住户{number}",
            "sex": Sex.FEMALE,
            "relation": Relation.HEAD,
            "phone": phone,
            "born": date(1970, 1, 1) + timedelta(days=number),
            "use": Use.OWNED,
        }
        homes.append(residents.move_in(dwelling, HouseholdForm.of(who), by=world.worker))
        people_there.append(by_phone(f"+86{phone}"))
    leader = someone("leader", "grid_leader", grid=world.home)
    return Block(world, leader, building, homes, people_there)


def by_phone(number: str) -> Person:
    """An account that has proved this phone."""
    account = people.create_account(name=number, phone=number, by=None)
    found = actors.person(account.id)
    assert found is not None
    return found
