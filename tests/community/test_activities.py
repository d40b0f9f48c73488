"""Activities: the last seat goes to one of two, the door knows who came, and hours are counted."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.busy import at_once, busy_house
from tests.counted import counted
from tests.world import World, as_user, peopled, someone
from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.community.activities import actions, queries
from webapp.community.activities.forms import PlanForm
from webapp.community.activities.models import Activity, Participation
from webapp.community.activities.rules import ActivityKind, ActivityState
from webapp.people.actors import Person


@pytest.fixture
def resident(world: World) -> Person:
    return someone("resident")


def form(world: World, **more: object) -> PlanForm:
    lon, lat = world.spot(world.home)
    begin = clock.now() + timedelta(minutes=20)
    usual: dict[str, object] = {
        "kind": "volunteer",
        "title": "海岸清洁",
        "words": "请带手套",
        "place": "北口",
        "begin": begin,
        "end": begin + timedelta(hours=2),
        "lon": lon,
        "lat": lat,
    }
    return PlanForm.of(usual | more)


def planned(world: World, *, by: Actor | None = None, **more: object) -> Activity:
    return actions.plan([form(world, **more)], by=by or world.worker)[0]


def test_a_full_activity_takes_nobody_more_until_a_seat_is_free(
    world: World, resident: Person
) -> None:
    activity = planned(world, capacity=1)
    assert activity.grid_id == world.home.id
    actions.sign_up(activity, volunteer=False, by=resident)
    with pytest.raises(NotOpen):
        actions.sign_up(activity, volunteer=False, by=world.stranger)
    with pytest.raises(NotOpen):
        actions.walk_in(activity, name="路人", volunteer=False)
    actions.sign_off(activity, by=resident)
    assert activity.taken == 0
    actions.sign_up(activity, volunteer=False, by=world.stranger)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE activity SET taken = 2"))


def test_nobody_signs_up_twice_or_for_a_heart_talk(world: World, resident: Person) -> None:
    activity = planned(world)
    actions.sign_up(activity, volunteer=True, by=resident)
    with pytest.raises(Changed):
        actions.sign_up(activity, volunteer=True, by=resident)
    talk = planned(world, kind="talk")
    with pytest.raises(NotOpen):
        actions.sign_up(talk, volunteer=False, by=resident)
    with pytest.raises(Unacceptable):
        planned(world, end=clock.now() - timedelta(days=1))


def test_the_door_is_open_around_the_activity_and_volunteers_get_its_hours(
    world: World, resident: Person
) -> None:
    activity = planned(world)
    actions.sign_up(activity, volunteer=True, by=resident)
    with clock.at(activity.begin - timedelta(hours=5)), pytest.raises(NotOpen):
        actions.come(activity, by=resident)
    came = actions.come(activity, by=resident)
    assert actions.come(activity, by=world.stranger).volunteer is False
    with pytest.raises(NotOpen):
        actions.hold(activity, note="好", by=world.worker)
    with clock.at(activity.end), pytest.raises(EvidenceMissing):
        actions.hold(activity, note=None, by=world.worker)
    with clock.at(activity.end):
        actions.hold(activity, note="来了两人", by=world.worker)
    db.session.refresh(came)
    assert came.hours == 2.0
    assert queries.hours_of(resident.id) == 2.0
    assert queries.hours_of(world.stranger.id) == 0
    assert [
        tuple(row) for row in queries.volunteers(world.worker, clock.now() - timedelta(days=9))
    ] == [("resident", 1, 2.0)]


def test_whoever_signed_up_is_told_when_it_is_cancelled(world: World, resident: Person) -> None:
    activity = planned(world)
    actions.sign_up(activity, volunteer=False, by=resident)
    actions.cancel(activity, note="台风", by=world.worker)
    assert notices.listed(resident.id).rows[0].url == f"/public/activities/{activity.id}"
    with pytest.raises(NotOpen):
        actions.sign_up(activity, volunteer=False, by=world.stranger)


def test_strangers_and_neighbours_do_not_lead_it_and_talks_are_not_public(
    app: Flask, world: World
) -> None:
    activity, talk = planned(world), planned(world, kind="talk", title="谈心")
    with pytest.raises(NotAllowed):
        actions.cancel(activity, note="x", by=world.neighbour)
    stranger = as_user(app, world.stranger)
    assert stranger.get(f"/activities/{activity.id}").status_code == 403
    assert as_user(app, world.neighbour).get(f"/activities/{talk.id}").status_code == 403
    assert as_user(app, world.neighbour).get(f"/activities/{activity.id}/door").status_code == 403
    assert stranger.get(f"/public/activities/{activity.id}").status_code == 200
    assert stranger.get(f"/public/activities/{talk.id}").status_code == 404
    assert queries.listed(world.neighbour).rows == []
    assert queries.listed(world.stranger).rows == []


def test_from_the_plan_to_the_photo_on_the_pages(
    app: Flask, world: World, resident: Person
) -> None:
    worker, browser = as_user(app, world.worker), as_user(app, resident)
    said = form(world, capacity=5).model_dump(mode="json")
    assert worker.post("/activities", data=said | {"title": ""}).status_code == 422
    address = worker.post("/activities", data=said).headers["Location"]
    activity = db.session.scalars(select(Activity)).one()
    assert "海岸清洁" in browser.get("/public/activities").get_data(as_text=True)
    public = f"/public/activities/{activity.id}"
    assert browser.post(f"{public}/sign-up", data={"volunteer": 1}).status_code == 303
    assert browser.post(f"{public}/sign-up").status_code == 409
    assert "data:image" in worker.get(f"{address}/door").get_data(as_text=True)
    here = f"/activities/here/{activity.door}"
    assert browser.get(here).status_code == 200
    assert browser.post(here).status_code == 303
    assert browser.get("/activities/here/nothing").status_code == 404
    assert worker.post(f"{address}/walk-in", data={"name": "老人"}).status_code == 303
    assert "老人" in worker.get(address).get_data(as_text=True)
    body = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(body, "JPEG")
    assert worker.post(f"{address}/photos", data={}).status_code == 422
    body.seek(0)
    assert worker.post(f"{address}/photos", data={"photo": (body, "a.jpg")}).status_code == 303
    shown = browser.get(public).get_data(as_text=True)
    assert f"/public/activities/photos/{activity.photos[0].id}" in shown
    assert worker.post(f"{address}/hold", data={"note": "早了"}).status_code == 409
    assert worker.get("/activities?kind=volunteer").status_code == 200
    assert worker.get("/activities/hours").status_code == 200
    assert "海岸清洁" in browser.get("/activities/mine").get_data(as_text=True)
    assert browser.post(f"{public}/sign-off").status_code == 409


def test_a_list_of_many_asks_no_more_than_a_list_of_one(app: Flask, world: World) -> None:
    worker = as_user(app, world.worker)
    planned(world)
    worker.get("/activities")
    with counted() as few:
        worker.get("/activities")
    actions.plan([form(world) for _each in range(20)], by=world.worker)
    with counted() as many:
        worker.get("/activities")
    assert len(many) == len(few)


def test_many_are_planned_and_held_by_few_statements(world: World) -> None:
    forms = [form(world, kind="talk") for _each in range(40)]
    with counted() as asked:
        made = actions.plan(forms, by=world.worker)
        actions.hold_all(made, ["谈过"] * 40, by=world.worker)
    assert {each.state for each in made} == {ActivityState.HELD}
    assert queries.counts(world.worker) == {ActivityKind.TALK: 40}
    assert len(asked) < 20, asked


def test_of_two_who_want_the_last_seat_at_once_one_has_it(cluster_url: str, tmp_path: Path) -> None:
    with busy_house(cluster_url, tmp_path) as app, app.test_request_context():
        world = peopled()
        activity = planned(world, capacity=1)
        address = f"/public/activities/{activity.id}/sign-up"
        db.session.commit()
        browsers = [as_user(app, who) for who in (world.stranger, world.neighbour)]
        answers = at_once(*(lambda each=each: each.post(address).status_code for each in browsers))
        assert sorted(answers) == [303, 409]
        assert len(db.session.scalars(select(Participation)).all()) == 1
