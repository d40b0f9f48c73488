"""The brief of a post names what residents said, talk over and wait for, and what was promised to whom."""

from __future__ import annotations

from datetime import timedelta

from tests.community.test_opinions import form
from tests.projects.yard import yard
from tests.relocation.estate import Estate, estate
from tests.residents.village import Village, flagged, village
from webapp.community.deliberation import actions as topics
from webapp.community.deliberation.forms import TopicForm
from webapp.community.livelihood import actions as items
from webapp.community.livelihood.forms import ItemForm
from webapp.community.opinions import actions as opinions
from webapp.people import days, handover, queries as people
from webapp.people.actors import Person
from webapp.relocation import promises
from webapp.relocation.forms import PromiseForm
from webapp.residents.rules import KeyGroup

__all__ = ["estate", "village", "yard"]


def brief(of: Person) -> dict[str, list[str]]:
    """The lines of each section of what somebody leaves."""
    sections = handover.brief(people.posts_of(of.id)[0])["sections"]
    return {each["title"]: [line["words"] for line in each["lines"]] for each in sections}


def test_whoever_takes_a_grid_over_reads_what_its_residents_wait_for(village: Village) -> None:
    world = village.world
    before = brief(world.worker)
    assert not {"Homes to be visited", "Opinions that want a reply"} & before.keys()
    lon, lat = world.spot(world.home)
    opinion = opinions.enter(form(world), by=world.worker)
    replied = opinions.enter(form(world), by=world.worker)
    opinions.answer(replied, note="已更换", by=world.worker)
    said = {"title": "加装电梯100%", "words": "老人多", "theme": "elderly", "lon": lon, "lat": lat}
    topic = topics.propose(TopicForm.of(said), by=world.worker)
    wanted = {
        "title": "坡道扶手",
        "words": "方便轮椅",
        "category": "elderly",
        "lon": lon,
        "lat": lat,
    }
    (item,) = items.collect([ItemForm.of(wanted)], by=world.worker)
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    left = brief(world.worker)
    assert left["Opinions that want a reply"] == [opinion.number]
    assert left["Topics of the grid"] == [f"{topic.number} {topic.title}"]
    assert left["Livelihood items of the grid"] == [f"{item.number} {item.title}"]
    assert left["Homes to be visited"] == ["%(what)s, by %(day)s"]
    assert "示例甲" not in str(handover.brief(people.posts_of(world.worker.id)[0]))
    assert brief(world.neighbour).keys() == before.keys()


def test_a_promise_is_left_by_the_number_of_the_household_and_no_name(estate: Estate) -> None:
    household = estate.listed()
    said = PromiseForm.of(
        {
            "kind": "moving",
            "words": "两辆货车",
            "owner": estate.member.id,
            "due_on": days.today() + timedelta(days=9),
        }
    )
    promises.make(household, said, by=estate.member)
    assert brief(estate.member)["Projects led or worked for"] == ["示例海岸公园"]
    assert len(brief(estate.member)["Promises to households"]) == 1
    paper = str(handover.brief(people.posts_of(estate.member.id)[0]))
    assert "示例海岸公园 1" in paper
    assert "两辆货车" not in paper
    assert household.name not in paper
    assert "Promises to households" not in brief(estate.other)
