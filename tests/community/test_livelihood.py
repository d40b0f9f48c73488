"""Livelihood items: from the first word to the yes of those who live there, and never without it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.busy import at_once, busy_house
from tests.counted import counted
from tests.world import World, as_user, peopled, someone
from webapp.base import audit, files
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.cases import queries as cases
from webapp.community.livelihood import actions, queries
from webapp.community.livelihood.actions import Step
from webapp.community.livelihood.forms import ItemForm, ReviewForm
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import LIVELIHOOD_FLOW, ItemState
from webapp.grids.models import Grid
from webapp.people import actions as people, actors, days
from webapp.people.actors import Person
from webapp.residents import actions as residents
from webapp.residents.forms import BuildingForm, DwellingForm, HouseholdForm, ResidentForm
from webapp.residents.rules import BuildingKind, Relation, Sex

YES = ReviewForm(accepts=True, rating=5)


@dataclass
class Place:
    """The leader of the street, and residents of the home grid with proved phones."""

    world: World
    leader: Person
    neighbours: list[Person]

    def at(self, grid: Grid) -> tuple[float, float]:
        return self.world.spot(grid)


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "JPEG")
    out.seek(0)
    return out


def by_phone(number: str) -> Person:
    account = people.create_account(name=number, phone=number, by=None)
    found = actors.person(account.id)
    assert found is not None
    return found


@pytest.fixture
def place(world: World) -> Place:
    lon, lat = world.spot(world.home)
    house = residents.register(
        BuildingForm(name="3", kind=BuildingKind.BLOCK, floors=3, lon=lon, lat=lat),
        by=world.worker,
    )
    dwelling = residents.add_dwelling(house, DwellingForm(door="101"), by=world.worker)
    phones = [f"1380000200{place}" for place in range(4)]
    household = residents.move_in(
        dwelling,
        HouseholdForm.of(
            {"name": "a", "sex": Sex.MALE, "relation": Relation.HEAD, "phone": phones[0]}
        ),
        by=world.worker,
    )
    for phone in phones[1:]:
        said = {"name": phone, "sex": Sex.FEMALE, "relation": Relation.OTHER, "phone": phone}
        residents.join(household, ResidentForm.of(said), by=world.worker)
    return Place(
        world, someone("leader", "street_leader"), [by_phone(f"+86{phone}") for phone in phones]
    )


def collected(place: Place, *, title: str = "路灯", grid: Grid | None = None) -> LivelihoodItem:
    lon, lat = place.at(grid or place.world.home)
    said = ItemForm.of(
        {"title": title, "words": "夜里太黑", "category": "ground", "lon": lon, "lat": lat}
    )
    return actions.collect([said], by=place.world.worker)[0]


def gone(place: Place, item: LivelihoodItem, *names: str) -> LivelihoodItem:
    photo = files.keep_picture(picture(), by=place.leader)
    said = Step(
        note="vote",
        unit=cases.departments()[0],
        due_on=days.today() + timedelta(days=40),
        cost=30_000,
        photo=photo,
    )
    for name in names:
        if name == "finish":
            actions.reach(item.milestones, on=days.today(), by=place.leader)
        actions.step(item, name, said, by=place.leader)
    return item


WAY = ("screen", "choose", "fund", "build", "finish")


def test_from_the_first_word_to_the_yes_of_those_who_live_there(place: Place) -> None:
    item = gone(place, collected(place), *WAY)
    assert item.grid_id == place.world.home.id
    assert [grid.id for grid in item.grids] == [place.world.home.id]
    assert item.reached == len(item.milestones) == 4
    for who in place.neighbours[:3]:
        actions.review(item, YES, by=who)
    gone(place, item, "accept", "archive")
    assert item.state == ItemState.ARCHIVED
    moves = [event.move for event in audit.history(LIVELIHOOD_FLOW.kind, item.id)]
    assert moves == ["collect", *WAY[:4], "reach", "finish", "accept", "archive"]


def test_without_enough_residents_it_is_not_accepted(place: Place) -> None:
    item = gone(place, collected(place), *WAY)
    for who in place.neighbours[:2]:
        actions.review(item, YES, by=who)
    with pytest.raises(NotOpen):
        gone(place, item, "accept")
    assert item.state == ItemState.BUILT


def test_the_database_itself_refuses_an_item_that_residents_have_not_accepted(place: Place) -> None:
    item = gone(place, collected(place), *WAY)
    for state in (ItemState.ACCEPTED, ItemState.ARCHIVED):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(
                text("UPDATE livelihood_item SET state = :state WHERE id = :id"),
                {"state": state, "id": item.id},
            )


def test_what_was_said_of_an_earlier_turn_does_not_count(place: Place) -> None:
    item = gone(place, collected(place), *WAY)
    for who in place.neighbours[:3]:
        actions.review(item, YES, by=who)
    gone(place, item, "send_back")
    photo = files.keep_picture(picture(), by=place.leader)
    actions.step(item, "finish", Step(photo=photo), by=place.leader)
    assert queries.said_of(item).accepting == 0
    with pytest.raises(NotOpen):
        gone(place, item, "accept")
    actions.review(item, YES, by=place.neighbours[0])


def test_only_residents_of_the_place_are_asked_and_each_once(place: Place) -> None:
    item = gone(place, collected(place), *WAY)
    for who in (place.world.stranger, place.world.worker, by_phone("+8613800003000")):
        with pytest.raises(NotAllowed):
            actions.review(item, YES, by=who)
    actions.review(item, YES, by=place.neighbours[0])
    with pytest.raises(Changed):
        actions.review(item, YES, by=place.neighbours[0])
    with pytest.raises(Unacceptable):
        actions.review(item, ReviewForm(accepts=False, rating=1), by=place.neighbours[1])
    elsewhere = gone(place, collected(place, grid=place.world.next_door), *WAY)
    with pytest.raises(NotAllowed):
        actions.review(elsewhere, YES, by=place.neighbours[0])


def test_each_step_wants_what_belongs_to_it(place: Place) -> None:
    item = gone(place, collected(place), "screen")
    with pytest.raises(EvidenceMissing) as missing:
        actions.step(item, "choose", Step(), by=place.leader)
    assert set(missing.value.fields) == {"owner", "item_due_on", "note"}
    gone(place, item, "choose")
    with pytest.raises(EvidenceMissing):
        actions.step(item, "fund", Step(), by=place.leader)
    gone(place, item, "fund")
    with pytest.raises(EvidenceMissing):
        actions.step(item, "build", Step(), by=place.leader)
    gone(place, item, "build")
    with pytest.raises(NotOpen, match="节点"):
        actions.step(
            item,
            "finish",
            Step(photo=files.keep_picture(picture(), by=place.leader)),
            by=place.leader,
        )
    with pytest.raises(NotAllowed):
        actions.step(item, "cancel", Step(note="no"), by=place.world.worker)


def test_it_is_paused_and_cancelled_only_with_a_reason_that_everybody_reads(
    app: Flask, place: Place
) -> None:
    item = gone(place, collected(place), "screen", "choose", "fund")
    with pytest.raises(EvidenceMissing):
        actions.step(item, "pause", Step(), by=place.leader)
    actions.step(item, "pause", Step(note="等汛期过去"), by=place.leader)
    read = app.test_client().get(f"/public/livelihood/{item.id}").get_data(as_text=True)
    assert "等汛期过去" in read
    gone(place, item, "resume")
    assert item.state == ItemState.FUNDED


def test_many_are_moved_at_once_as_each_alone_would_be(place: Place) -> None:
    items = [collected(place, title=f"item {number}") for number in range(5)]
    actions.step_all([(item, Step()) for item in items], "screen", by=place.leader)
    said = Step(note="vote", unit=cases.departments()[0], due_on=days.today())
    actions.step_all([(item, said) for item in items], "choose", by=place.leader)
    assert {item.state for item in items} == {ItemState.CHOSEN}
    assert all(len(item.milestones) == 4 for item in items)
    with pytest.raises(EvidenceMissing):
        actions.step_all([(item, Step()) for item in items], "fund", by=place.leader)


def test_who_sees_what(app: Flask, place: Place) -> None:
    item = collected(place)
    for who, status in (
        (place.world.worker, 200),
        (place.leader, 200),
        (place.world.neighbour, 403),
        (place.world.stranger, 403),
    ):
        assert as_user(app, who).get(f"/livelihood/{item.id}").status_code == status
    anybody = app.test_client()
    assert anybody.get(f"/public/livelihood/{item.id}").status_code == 404
    gone(place, item, "screen")
    assert anybody.get(f"/public/livelihood/{item.id}").status_code == 200
    assert anybody.get("/livelihood").status_code == 302


def test_the_nearest_come_first_where_a_visitor_says_where_they_stand(place: Place) -> None:
    here = gone(place, collected(place, title="near"), "screen")
    there = gone(place, collected(place, title="far", grid=place.world.next_door), "screen")
    for grid, first in ((place.world.home, here), (place.world.next_door, there)):
        rows = queries.public_list(at=place.at(grid)).rows
        assert rows[0].item.id == first.id
        assert rows[0].away_m is not None
        assert rows[0].away_m < 1


def test_whom_an_item_is_for_stands_on_its_map_and_in_numbers(app: Flask, place: Place) -> None:
    item = gone(place, collected(place, title="near"), "screen")
    assert queries.reached(item.id) == queries.Reached(buildings=1, households=1)
    for client in (app.test_client(), as_user(app, place.world.stranger)):
        page = client.get(f"/public/livelihood/{item.id}").get_data(as_text=True)
        assert f'"grids": [{place.world.home.id}]' in page
        assert "1 栋" in page
        assert "1 户" in page


def test_an_item_is_written_down_and_moved_on_its_pages(app: Flask, place: Place) -> None:
    worker, leader = as_user(app, place.world.worker), as_user(app, place.leader)
    lon, lat = place.at(place.world.home)
    said = {"title": "充电棚", "words": "电动车没地方充电", "category": "parking"}
    bad = worker.post("/livelihood", data=said)
    assert bad.status_code == 422
    assert "电动车没地方充电" in bad.get_data(as_text=True)
    answer = worker.post("/livelihood", data=said | {"lon": lon, "lat": lat})
    address = answer.headers["Location"]
    assert leader.post(f"{address}/screen").status_code == 303
    assert leader.post(f"{address}/choose", data={"note": "x"}).status_code == 422
    unit = cases.departments()[0].id
    choose = {"note": "票决", "unit": unit, "due_on": str(days.today() + timedelta(days=9))}
    assert leader.post(f"{address}/choose", data=choose).status_code == 303
    assert leader.post(f"{address}/fund", data={"cost": "12000"}).status_code == 303
    photo = {"photo": (picture(), "before.jpg")}
    assert leader.post(f"{address}/build", data=photo).status_code == 303
    shown = leader.get(address).get_data(as_text=True)
    assert "12,000" in shown
    assert "充电棚" in shown


def test_an_item_is_written_anew_until_it_is_chosen(app: Flask, place: Place) -> None:
    world, item = place.world, collected(place)
    lon, lat = place.at(world.next_door)
    said = {"title": "路灯补建", "words": "三盏", "category": "safety", "lon": lon, "lat": lat}
    form = ItemForm.of(said)
    version = item.version
    actions.change(item, form, by=world.worker, base_version=version)
    assert item.grid_id == world.next_door.id
    assert [grid.id for grid in item.grids] == [world.next_door.id]
    assert audit.history(LIVELIHOOD_FLOW.kind, item.id)[-1].data["before"]["title"] == "路灯"
    with pytest.raises(Changed):
        actions.change(item, form, by=world.worker, base_version=version)
    with pytest.raises(NotAllowed):
        actions.change(item, form, by=world.neighbour)
    address = f"/livelihood/{item.id}/change"
    assert as_user(app, world.stranger).get(address).status_code == 403
    street = as_user(app, place.leader)
    assert "路灯补建" in street.get(address).get_data(as_text=True)
    assert street.post(address, data=said | {"title": "路"}).status_code == 422
    assert street.post(address, data=said | {"title": "路灯更新"}).status_code == 303
    db.session.refresh(item)
    assert item.title == "路灯更新"
    gone(place, item, "screen", "choose")
    with pytest.raises(NotOpen):
        actions.change(item, form, by=place.leader)


def test_a_list_of_many_items_asks_no_more_than_a_list_of_one(app: Flask, place: Place) -> None:
    street = as_user(app, place.leader)
    collected(place)
    street.get("/livelihood")
    with counted() as few:
        street.get("/livelihood")
    for number in range(6):
        collected(place, title=f"路灯{number}")
    with counted() as many:
        street.get("/livelihood")
    assert len(many) == len(few)


def test_of_two_who_move_an_item_at_once_one_is_told_of_the_other(
    cluster_url: str, tmp_path: Path
) -> None:
    with busy_house(cluster_url, tmp_path) as app, app.test_request_context():
        world = peopled()
        leader = someone("street", "street_leader")
        lon, lat = world.spot(world.home)
        said = {"title": "路灯", "words": "太暗", "category": "ground", "lon": lon, "lat": lat}
        (item,) = actions.collect([ItemForm.of(said)], by=world.worker)
        key, form = item.id, {"base_version": item.version, "note": "重复"}
        db.session.commit()
        browsers = [as_user(app, leader) for _each in range(2)]
        answers = at_once(
            *(
                lambda each=each, name=name: each.post(f"/livelihood/{key}/{name}", data=form)
                for each, name in zip(browsers, ("screen", "cancel"), strict=True)
            )
        )
        assert sorted(each.status_code for each in answers) == [303, 409]
        db.session.expire_all()
        assert len(audit.history(LIVELIHOOD_FLOW.kind, key)) == 2
