"""Topics of deliberation before the vote: proposed, screened, at their level, merged, withdrawn."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.world import World, as_user, someone
from webapp.base import audit
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.community.deliberation import actions, queries
from webapp.community.deliberation.actions import Step
from webapp.community.deliberation.forms import TopicForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.rules import TOPIC_FLOW, Level, TopicState
from webapp.community.opinions import actions as opinions
from webapp.community.opinions.forms import SayForm
from webapp.grids.models import Grid
from webapp.people.actors import Person
from webapp.residents import actions as residents
from webapp.residents.forms import BuildingForm
from webapp.residents.models import Building
from webapp.residents.rules import BuildingKind


@pytest.fixture
def leader(world: World) -> Person:
    return someone("leader", "grid_leader", grid=world.home)


def proposed(world: World, *, grid: Grid | None = None, title: str = "加装电梯") -> Topic:
    lon, lat = world.spot(grid or world.home)
    said = {"title": title, "words": "三单元老人多", "theme": "elderly", "lon": lon, "lat": lat}
    by = world.neighbour if grid is world.next_door else world.worker
    return actions.propose(TopicForm.of(said), by=by)


def block(world: World, *, grid: Grid | None = None) -> Building:
    lon, lat = world.spot(grid or world.home)
    said = BuildingForm(name="3", kind=BuildingKind.BLOCK, floors=3, lon=lon, lat=lat)
    by = world.neighbour if grid is world.next_door else world.worker
    return residents.register(said, by=by)


def test_a_topic_is_screened_levelled_lifted_and_sent_down(world: World, leader: Person) -> None:
    topic, house = proposed(world), block(world)
    assert topic.grid_id == world.home.id
    actions.step(topic, "screen", Step(note="涉及多户"), by=leader)
    said = Step(level=Level.BUILDING, procedure="residents", building=house)
    actions.step(topic, "set_level", said, by=leader)
    actions.step(topic, "lift", Step(note="涉及全网格"), by=leader)
    assert (topic.level, topic.building_id) == (Level.GRID, None)
    actions.step(topic, "lift", Step(note="涉及全社区"), by=leader)
    with pytest.raises(NotOpen):
        actions.step(topic, "lift", Step(note="x"), by=leader)
    actions.step(topic, "send_down", Step(note="一网格即可"), by=leader)
    with pytest.raises(Unacceptable):
        actions.step(topic, "send_down", Step(note="no building named"), by=leader)
    actions.step(topic, "send_down", Step(note="本楼即可", building=house), by=leader)
    assert (topic.level, topic.state) == (Level.BUILDING, TopicState.LEVEL_SET)
    moves = [event.move for event in audit.history(TOPIC_FLOW.kind, topic.id)]
    assert moves == ["propose", "screen", "set_level", "lift", "lift", "send_down", "send_down"]


def test_screening_wants_a_reason_and_the_post_over_the_grid(world: World, leader: Person) -> None:
    topic = proposed(world)
    for name in ("screen", "refuse"):
        with pytest.raises(EvidenceMissing):
            actions.step(topic, name, Step(), by=leader)
        with pytest.raises(NotAllowed):
            actions.step(topic, name, Step(note="x"), by=world.worker)
    actions.step(topic, "refuse", Step(note="已在办理"), by=leader)
    assert topic.ended_why == "已在办理"


def test_a_building_of_another_grid_does_not_deliberate(world: World, leader: Person) -> None:
    topic, far = proposed(world), block(world, grid=world.next_door)
    actions.step(topic, "screen", Step(note="x"), by=leader)
    said = Step(level=Level.BUILDING, procedure="residents", building=far)
    with pytest.raises(Unacceptable):
        actions.step(topic, "set_level", said, by=leader)


def test_it_is_merged_only_into_an_open_topic_of_its_grid(world: World, leader: Person) -> None:
    topic, other = proposed(world), proposed(world, title="楼道照明")
    for wrong in (topic, proposed(world, grid=world.next_door)):
        with pytest.raises(Unacceptable):
            actions.step(topic, "merge", Step(into=wrong), by=leader)
    actions.step(topic, "merge", Step(into=other), by=leader)
    assert topic.merged_into_id == other.id
    with pytest.raises(Unacceptable):
        actions.step(other, "merge", Step(into=topic), by=leader)


def test_an_opinion_becomes_one_topic(world: World) -> None:
    lon, lat = world.spot(world.home)
    said = SayForm.of(
        {"kind": "suggestion", "theme": "elderly", "words": "想装电梯", "lon": lon, "lat": lat}
    )
    opinion = opinions.enter(said, by=world.worker)
    form = TopicForm.of(
        {
            "title": "加装电梯",
            "words": "想装电梯",
            "theme": "elderly",
            "came": "opinion",
            "lon": lon,
            "lat": lat,
        }
    )
    topic = actions.propose(form, by=world.worker, opinion_id=opinion.id)
    found = queries.of_opinion(opinion.id)
    assert found is not None
    assert found.id == topic.id
    with pytest.raises(Changed):
        actions.propose(form, by=world.worker, opinion_id=opinion.id)


def test_a_topic_goes_on_by_its_pages_and_a_stranger_sees_none(
    app: Flask, world: World, leader: Person
) -> None:
    worker, chief = as_user(app, world.worker), as_user(app, leader)
    lon, lat = world.spot(world.home)
    said = {"title": "停车位", "words": "晚上没处停", "theme": "parking", "came": "visit"}
    bad = worker.post("/topics", data=said)
    assert bad.status_code == 422
    assert "晚上没处停" in bad.get_data(as_text=True)
    address = worker.post("/topics", data=said | {"lon": lon, "lat": lat}).headers["Location"]
    assert "停车位" in worker.get("/topics").get_data(as_text=True)
    assert chief.post(f"{address}/screen").status_code == 422
    assert chief.post(f"{address}/screen", data={"note": "可议"}).status_code == 303
    level = {"level": "grid", "procedure": "residents"}
    assert chief.post(f"{address}/set_level", data=level).status_code == 303
    assert "可议" in chief.get(address).get_data(as_text=True)
    for who in (world.neighbour, world.stranger):
        assert as_user(app, who).get(address).status_code == 403
        assert as_user(app, who).post(f"{address}/lift", data={"note": "x"}).status_code == 403
    assert app.test_client().get("/topics").status_code == 302
