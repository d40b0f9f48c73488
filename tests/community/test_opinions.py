"""Opinions: said by residents, replied to or sent on, looked at again once, and seen by no stranger."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.busy import at_once, busy_house
from tests.counted import counted
from tests.services.conftest import Office, brought_to, office
from tests.world import World, as_user, peopled, someone
from webapp.base import audit, clock, notices
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.cases import queries as cases
from webapp.cases.residents.actions import TooMany
from webapp.community.deliberation import queries as topics
from webapp.community.opinions import actions, queries
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import A_DAY, ENTERED, OPINION_FLOW, OpinionState
from webapp.people.actors import Person
from webapp.services.applications.rules import State

__all__ = ["office"]


def form(world: World, **said: object) -> SayForm:
    lon, lat = world.spot(world.home)
    usual = {"kind": "suggestion", "theme": "ground", "words": "路灯太暗", "lon": lon, "lat": lat}
    return SayForm.of(usual | said)


@pytest.fixture
def resident(world: World) -> Person:
    return someone("resident")


def said(world: World, resident: Person, **more: object) -> Opinion:
    return actions.say(form(world, **more), by=resident)


def test_the_grid_hears_it_and_the_resident_reads_the_reply(world: World, resident: Person) -> None:
    opinion = said(world, resident)
    assert opinion.grid_id == world.home.id
    assert notices.listed(world.worker.id).rows[0].url == f"/opinions/{opinion.id}"
    actions.answer(opinion, note="本周更换", by=world.worker)
    assert notices.listed(resident.id).rows[0].url == f"/my-opinions/{opinion.id}"
    actions.rate(opinion, rating=5, words="谢谢")
    assert opinion.state == OpinionState.CLOSED


def test_the_log_never_says_which_resident_it_was(world: World, resident: Person) -> None:
    opinion = said(world, resident, anonymous=True, name="somebody")
    assert opinion.name is None
    actions.answer(opinion, note="x", by=world.worker)
    actions.reopen(opinion, note="again")
    actors = {event.actor_id for event in audit.history(OPINION_FLOW.kind, opinion.id)}
    assert resident.id not in actors


def test_it_is_looked_at_again_once_and_the_database_knows(world: World, resident: Person) -> None:
    opinion = said(world, resident)
    actions.answer(opinion, note="one", by=world.worker)
    actions.reopen(opinion, note="still dark")
    assert opinion.state == OpinionState.RECORDED
    actions.answer(opinion, note="two", by=world.worker)
    with pytest.raises(NotOpen):
        actions.reopen(opinion, note="and again")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE opinion SET reopened = 2"))


def test_it_becomes_a_case_or_a_livelihood_item_or_wants_an_application(
    world: World, resident: Person
) -> None:
    code = cases.classes(limit=1)[0].code
    first, second, third = (said(world, resident) for _each in range(3))
    actions.to_case(first, class_code=code, by=world.worker, prefix="T")
    assert first.case is not None
    assert first.case.grid_id == world.home.id
    actions.to_item(second, note="补建路灯", by=world.worker)
    assert second.item is not None
    assert second.item.category == "ground"
    with pytest.raises(EvidenceMissing):
        actions.to_application(third, service=None, note="高龄津贴", by=world.worker)
    actions.to_application(third, service="JY07", by=world.worker)
    assert third.service is not None
    assert queries.behind(world.worker, case_id=first.case_id) == [first]
    assert queries.behind(world.worker, item_id=second.item_id) == [second]
    assert queries.behind(world.neighbour, case_id=first.case_id) == []
    with pytest.raises(NotOpen):
        actions.to_item(third, note="x y", by=world.worker)
    actions.answer(third, note="请到工作站办理", by=world.worker)
    assert third.state == OpinionState.REPLIED


def test_the_application_of_an_opinion_is_named_both_ways_to_whom_it_concerns(
    app: Flask, office: Office
) -> None:
    world, resident = office.world, office.resident
    made = brought_to(office, State.VILLAGE_REVIEW)
    other = brought_to(office, State.SUBMITTED, "JY07")
    opinion, nameless = said(world, resident), said(world, resident, anonymous=True)
    for each in (opinion, nameless):
        actions.to_application(each, service="JY04", by=world.worker)
    for number in ("nothing", other.number):
        with pytest.raises(Unacceptable):
            actions.belong(opinion, number=number, by=world.worker)
    with pytest.raises(NotAllowed):
        actions.belong(opinion, number=made.number, by=world.neighbour)
    with pytest.raises(Unacceptable):
        actions.belong(nameless, number=made.number, by=world.worker)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE opinion SET application_id = :id"), {"id": made.id})
    worker, desk = as_user(app, world.worker), as_user(app, world.dispatcher)
    here, there = f"/opinions/{opinion.id}", f"/applications/{made.id}/opinions"
    assert worker.post(f"{here}/belong", data={"application": made.number}).status_code == 303
    assert made.number in worker.get(here).get_data(as_text=True)
    assert made.number in as_user(app, resident).get(f"/my-{here[1:]}").get_data(as_text=True)
    assert made.number not in desk.get(here).get_data(as_text=True)
    assert here in worker.get(there).get_data(as_text=True)
    for who, status in ((world.neighbour, 403), (world.stranger, 403), (resident, 200)):
        answer = as_user(app, who).get(there)
        assert answer.status_code == status
        assert here not in answer.get_data(as_text=True)
    made.answers, made.sealed, made.shown_name = {}, None, None
    made.applicant_id, made.erased_at = None, clock.now()
    assert actions.let_go() == 1
    assert opinion.application_id is None


def test_whoever_writes_it_down_says_how_it_was_said(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    words = {"kind": "help", "theme": "other", "lon": lon, "lat": lat}
    worker = as_user(app, world.worker)
    for how in ENTERED:
        sent = words | {"how": how, "words": f"said {how} here"}
        assert worker.post("/opinions/new", data=sent).status_code == 303
    for how in ("online", "book", "dream"):
        sent = words | {"how": how, "words": "not like this"}
        assert worker.post("/opinions/new", data=sent).status_code == 422
    found = worker.get("/opinions?how=hotline").get_data(as_text=True)
    assert "said hotline here" in found
    assert "said phone here" not in found
    taken = worker.post("/exports/opinions?how=box", data={"format": "csv"}).get_data(as_text=True)
    assert "said box here" in taken
    assert "said hotline here" not in taken


def test_it_becomes_one_topic_however_often_it_is_looked_at(world: World, resident: Person) -> None:
    opinion = said(world, resident)
    with pytest.raises(EvidenceMissing):
        actions.to_topic(opinion, note=None, by=world.worker)
    actions.to_topic(opinion, note="小广场加灯", by=world.worker)
    topic = topics.of_opinion(opinion.id)
    assert topic is not None
    assert (topic.grid_id, topic.words) == (world.home.id, "小广场加灯")
    actions.answer(opinion, note="交居民议事", by=world.worker)
    actions.reopen(opinion, note="还没有结果")
    with pytest.raises(Changed):
        actions.to_topic(opinion, note="小广场加灯", by=world.worker)


def test_a_day_has_its_measure_and_an_opinion_its_place(world: World, resident: Person) -> None:
    for _each in range(A_DAY):
        said(world, resident)
    with pytest.raises(TooMany):
        said(world, resident)
    with pytest.raises(Unacceptable):
        actions.enter(form(world, lon=None, lat=None), by=world.worker)


def test_strangers_and_the_grid_next_door_see_nothing(
    app: Flask, world: World, resident: Person
) -> None:
    opinion = said(world, resident)
    with pytest.raises(NotAllowed):
        actions.answer(opinion, note="no", by=world.neighbour)
    for who, status in ((world.worker, 200), (world.neighbour, 403), (world.stranger, 403)):
        assert as_user(app, who).get(f"/opinions/{opinion.id}").status_code == status
    for who, status in ((resident, 200), (world.stranger, 403), (world.worker, 403)):
        assert as_user(app, who).get(f"/my-opinions/{opinion.id}").status_code == status
    with pytest.raises(NotAllowed):
        actions.to_item(opinion, note="not mine to collect", by=world.dispatcher)
    assert queries.listed(world.neighbour).rows == []
    assert queries.listed(world.stranger).rows == []


def test_the_pages_take_it_from_the_door_to_the_themes(app: Flask, world: World) -> None:
    worker = as_user(app, world.worker)
    lon, lat = world.spot(world.home)
    words = {"kind": "help", "theme": "elderly", "words": "想要一个扶手"}
    assert worker.post("/opinions/new", data=words).status_code == 422
    answer = worker.post("/opinions/new", data=words | {"lon": lon, "lat": lat})
    address = answer.headers["Location"]
    assert worker.get(address).status_code == 200
    assert worker.post(f"{address}/answer", data={}).status_code == 422
    assert worker.post(f"{address}/to_item", data={}).status_code == 422
    assert worker.post(f"{address}/to_item", data={"note": "加装扶手"}).status_code == 303
    assert worker.post(f"{address}/answer", data={"note": "已列入"}).status_code == 303
    assert "已列入" in worker.get(address).get_data(as_text=True)
    assert "想要一个扶手" in worker.get("/opinions?theme=elderly").get_data(as_text=True)
    assert worker.get("/opinions/themes").status_code == 200


def test_a_resident_says_it_on_the_page_and_rates_the_reply(
    app: Flask, world: World, resident: Person
) -> None:
    browser = as_user(app, resident)
    lon, lat = world.spot(world.home)
    words = {"kind": "question", "theme": "parking", "words": "充电桩何时启用"}
    answer = browser.post("/my-opinions/new", data=words | {"lon": lon, "lat": lat})
    address = answer.headers["Location"]
    opinion = queries.mine(resident.id)[0]
    actions.answer(opinion, note="下月启用", by=world.worker)
    assert "下月启用" in browser.get(address).get_data(as_text=True)
    assert browser.post(f"{address}/rate", data={"rating": 4}).status_code == 303
    assert "充电桩何时启用" in browser.get("/my-opinions").get_data(as_text=True)


def test_a_list_of_many_opinions_asks_no_more_than_a_list_of_one(app: Flask, world: World) -> None:
    worker = as_user(app, world.worker)
    actions.enter(form(world), by=world.worker)
    worker.get("/opinions")
    with counted() as few:
        worker.get("/opinions")
    for _each in range(6):
        actions.enter(form(world), by=world.worker)
    with counted() as many:
        worker.get("/opinions")
    assert len(many) == len(few)


def test_of_two_who_reply_at_once_one_is_told_of_the_other(
    cluster_url: str, tmp_path: Path
) -> None:
    with busy_house(cluster_url, tmp_path) as app, app.test_request_context():
        world = peopled()
        opinion = actions.enter(form(world), by=world.worker)
        address = f"/opinions/{opinion.id}/answer"
        said = {"base_version": opinion.version}
        db.session.commit()
        browsers = [as_user(app, world.worker) for _each in range(2)]
        answers = at_once(
            *(
                lambda each=each, note=note: each.post(address, data=said | {"note": note})
                for note, each in zip(("一", "二"), browsers, strict=True)
            )
        )
        assert sorted(each.status_code for each in answers) == [303, 409]


def test_what_a_phone_kept_arrives_once_with_its_hour(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    then = clock.now() - timedelta(hours=5)
    words = {"kind": "help", "theme": "elderly", "words": "楼道要扶手", "lon": lon, "lat": lat}
    said = {**words, "client_id": str(uuid.uuid4()), "happened_at": then.isoformat()}
    phone, asks = as_user(app, world.worker), {"Accept": "application/json"}
    first, again = (phone.post("/opinions/new", data=said, headers=asks) for _each in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    opinion = queries.listed(world.worker).rows[0]
    assert opinion.said_at == then
    assert first.get_json()["url"] == f"/opinions/{opinion.id}"
    nowhere = {**said, "client_id": str(uuid.uuid4()), "lon": ""}
    refused = phone.post("/opinions/new", data=nowhere, headers=asks)
    assert refused.status_code == 422
    assert "lon" in refused.get_json()["error"]["fields"]
    stranger = as_user(app, world.stranger)
    assert stranger.post("/opinions/new", data=said, headers=asks).status_code == 403
    assert len(queries.listed(world.worker).rows) == 1
