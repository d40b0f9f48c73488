"""The pages of a topic from its roll to what became of it, for staff and for residents; nobody sees what is not theirs."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.community.voting import Block, block_of
from tests.counted import counted
from tests.world import HASH, World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen
from webapp.community.deliberation import actions, around, poll_queries, polls
from webapp.community.deliberation.forms import FollowUpForm, RatingForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import Poll
from webapp.community.deliberation.poll_views import numbers_of
from webapp.community.deliberation.procedures import Choice
from webapp.community.deliberation.rules import TopicState
from webapp.community.deliberation.steps import Step
from webapp.people import days
from webapp.people.actors import Person
from webapp.people.models import Account
from webapp.residents.rules import masked_name


@pytest.fixture
def block(world: World) -> Block:
    return block_of(world)


def signed_in(app: Flask, person: Person) -> FlaskClient:
    """A browser in which a resident has signed in, who has a password beside the phone."""
    account = db.session.get(Account, person.id)
    assert account is not None
    account.username, account.password_hash = f"resident{account.id}", HASH
    db.session.flush()
    return as_user(app, person)


def passed(block: Block, *, secret: bool = False) -> tuple[Topic, Poll]:
    topic, poll = block.voting(secret=secret)
    for who in block.residents:
        polls.cast(poll, Choice.YES, by=who)
    actions.count(topic, days=None, by=block.leader)
    return topic, poll


def after_publicity(topic: Topic, deed: str, said: Step, *, by: Person) -> None:
    until = topic.result_until or topic.publicised_until
    assert until is not None
    with clock.at(days.end_of(until) + timedelta(hours=1)):
        actions.step(topic, deed, said, by=by)


def test_a_topic_goes_from_its_roll_to_the_vote_on_its_pages(app: Flask, block: Block) -> None:
    topic = block.topic()
    leader, worker = as_user(app, block.leader), as_user(app, block.world.worker)
    address = f"/topics/{topic.id}"
    meeting = {"meeting_at": f"{days.today() + timedelta(days=3)}T19:00", "meeting_place": "议事厅"}
    assert leader.post(f"{address}/announce", data={}).status_code == 422
    assert leader.post(f"{address}/announce", data=meeting).status_code == 303
    shown = leader.get(f"{address}/roll").get_data(as_text=True)
    assert "3号楼 101" in shown
    assert masked_name("住户0") in shown
    assert "住户0" not in shown
    letters = leader.get(f"{address}/invitations").get_data(as_text=True)
    assert letters.count("议事厅") == 4
    assert "住户" not in re.sub(r"住户[^\d]", "", letters)
    assert leader.post(f"{address}/meet", data={"words": "都同意"}).status_code == 303
    assert leader.post(f"{address}/draft", data={"words": "装一部"}).status_code == 303
    vote = {"closes_at": f"{days.today() + timedelta(days=5)}T18:00", "online": "1", "secret": "1"}
    assert leader.post(f"{address}/open_vote", data=vote).status_code == 303
    sheet = {"numbers": "1-2 9", "yes": "2", "no": "1"}
    assert worker.post(f"{address}/paper", data=sheet).status_code == 422
    assert worker.post(f"{address}/paper", data=sheet | {"numbers": "1-3"}).status_code == 303
    assert "待监票" in leader.get(address).get_data(as_text=True)
    poll = poll_queries.current(topic.id)
    assert poll is not None
    key = poll_queries.sheets(poll.id)[0][0].id
    assert worker.post(f"/topics/sheets/{key}/witness").status_code == 403
    assert leader.post(f"/topics/sheets/{key}/witness").status_code == 303
    assert leader.post(f"{address}/count").status_code == 409
    for name in ("pass_vote", "fail_vote", "object"):
        assert leader.post(f"{address}/{name}").status_code in (404, 405)


def test_a_resident_votes_by_phone_and_finds_the_vote_again(app: Flask, block: Block) -> None:
    topic, poll = block.voting(secret=True)
    address = f"/public/topics/{topic.id}"
    client = signed_in(app, block.residents[0])
    assert "3号楼 101" in client.get(address).get_data(as_text=True)
    told = client.post(f"{address}/vote", data={"choice": "no"}).get_data(as_text=True)
    code = re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", told)
    assert code is not None
    assert client.post(f"{address}/vote", data={"choice": "no"}).status_code == 409
    assert app.test_client().get(f"{address}/ballots").status_code == 404
    for who in block.residents[1:]:
        polls.cast(poll, Choice.YES, by=who)
    actions.count(topic, days=None, by=block.leader)
    anybody = app.test_client()
    found = anybody.get(f"{address}/ballots?code={code[0].lower()}").get_data(as_text=True)
    assert "您的票已计入：反对" in found
    assert "刚刚重新计票：一致" in found
    body = anybody.get(f"{address}/ballots.csv").get_data()
    assert hashlib.sha256(body).hexdigest() == poll.digest
    assert body.decode().count(",yes") == 3


def test_the_meeting_is_a_calendar_file(app: Flask, block: Block) -> None:
    topic = block.announced()
    topic.title, topic.meeting_place = "加装电梯, 第一次; 全体" + "很长" * 40, "议事厅\n二楼"
    db.session.flush()
    answer = app.test_client().get(f"/public/topics/{topic.id}/meeting.ics")
    assert answer.mimetype == "text/calendar"
    body = answer.get_data()
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    event = icalendar.Calendar.from_ical(body).walk("VEVENT")[0]
    assert topic.title in str(event["summary"])
    assert str(event["location"]) == topic.meeting_place
    assert event["dtstart"].dt == topic.meeting_at.replace(microsecond=0)


def test_publicity_holds_and_an_objection_wants_an_answer(block: Block) -> None:
    topic, _poll = passed(block)
    with pytest.raises(NotOpen, match="公示"):
        actions.step(topic, "carry_out", Step(), by=block.leader)
    with pytest.raises(NotAllowed):
        around.object_to(topic, words="不同意", by=block.world.stranger)
    objection = around.object_to(topic, words="挡住采光", by=block.residents[3])
    assert topic.state == TopicState.OBJECTED
    with pytest.raises(NotOpen):
        actions.step(topic, "settle", Step(), by=block.leader)
    around.answer(objection, words="已调整位置", by=block.leader)
    with pytest.raises(Changed):
        around.answer(objection, words="再次", by=block.leader)
    actions.step(topic, "settle", Step(), by=block.leader)
    after_publicity(topic, "carry_out", Step(), by=block.leader)
    assert topic.state == TopicState.IMPLEMENTING
    with pytest.raises(NotOpen):
        around.object_to(topic, words="太晚了", by=block.residents[3])


def test_what_was_decided_becomes_an_item_and_its_result_is_rated(block: Block) -> None:
    topic, _poll = passed(block)
    with pytest.raises(NotOpen):
        actions.to_item(topic, by=block.leader)
    after_publicity(topic, "carry_out", Step(), by=block.leader)
    item = actions.to_item(topic, by=block.leader)
    assert (item.title, item.words) == (topic.title, topic.plan)
    assert [grid.id for grid in item.grids] == [block.world.home.id]
    with pytest.raises(NotOpen):
        actions.to_item(topic, by=block.leader)
    said = FollowUpForm(words="选定施工单位", owner="居委会", due_on=date(2030, 1, 1))
    around.add_follow_up(topic, said, by=block.leader)
    with pytest.raises(NotOpen):
        actions.step(topic, "publish_result", Step(words="已装"), by=block.leader)
    around.finish(topic.follow_ups[0], on=days.today(), by=block.leader)
    actions.step(topic, "publish_result", Step(words="已装"), by=block.leader)
    around.rate(topic, RatingForm(rating=5), by=block.residents[0])
    with pytest.raises(Changed):
        around.rate(topic, RatingForm(rating=1), by=block.residents[0])
    with pytest.raises(NotAllowed):
        around.rate(topic, RatingForm(rating=1), by=block.world.stranger)
    with pytest.raises(NotOpen):
        actions.step(topic, "close_rating", Step(), by=block.leader)
    after_publicity(topic, "close_rating", Step(), by=block.leader)
    actions.step(topic, "archive", Step(), by=block.leader)
    assert topic.state == TopicState.ARCHIVED


def test_areas_are_kept_to_the_hundredth(app: Flask, block: Block) -> None:
    leader, address = as_user(app, block.leader), f"/topics/areas/{block.building.id}"
    homes = poll_queries.homes_with_area(block.building.id)
    names = [f"area-{home.id}" for home, _area in homes]
    for wrong in ("89.123", "-1", "0", "abc", "NaN", "1e99"):
        assert leader.post(address, data={names[0]: wrong}).status_code == 422
    assert leader.post(address, data={names[0]: "89.57", names[1]: "100"}).status_code == 303
    areas = [area for _home, area in poll_queries.homes_with_area(block.building.id)]
    assert areas == [8957, 10_000, None, None]
    assert as_user(app, block.world.worker).get(address).status_code == 403


def test_neither_a_neighbour_nor_a_stranger_sees_the_roll_or_a_sheet(
    app: Flask, block: Block
) -> None:
    topic, poll = block.voting()
    sheet = polls.enter_sheet(poll, votes={1: Choice.YES}, file=None, by=block.world.worker)
    pages = ("roll", "paper", "invitations")
    for who in (block.world.neighbour, block.world.stranger):
        client = as_user(app, who)
        for each in pages:
            assert client.get(f"/topics/{topic.id}/{each}").status_code == 403
        assert client.post(f"/topics/sheets/{sheet.id}/witness").status_code == 403
        assert client.post(f"/topics/{topic.id}/count").status_code == 403
        assert client.post(f"/topics/{topic.id}/stages").status_code == 403
        assert client.post(f"/topics/{topic.id}/item").status_code == 403
    anybody = app.test_client()
    assert anybody.get(f"/topics/{topic.id}/roll").status_code == 302
    read = anybody.get(f"/public/topics/{topic.id}").get_data(as_text=True)
    assert "3号楼 101" not in read


def test_the_pages_ask_no_more_the_longer_the_roll(app: Flask, world: World) -> None:
    block = block_of(world, 9)
    topic, poll = block.voting()
    leader = as_user(app, block.leader)
    addresses = [f"/topics/{topic.id}{each}" for each in ("", "/roll", "/paper")]
    addresses += ["/topics", "/public/topics", f"/public/topics/{topic.id}"]

    def asked() -> list[int]:
        many = []
        for address in addresses:
            with counted() as said:
                assert leader.get(address).status_code == 200
            many.append(len(said))
        return many

    asked()
    before = asked()
    for number in range(1, 8):
        polls.enter_sheet(poll, votes={number: Choice.YES}, file=None, by=world.worker)
    block.topic()
    assert asked() == before


def test_numbers_of_the_roll_are_read_as_people_write_them() -> None:
    assert numbers_of("1-3，5、 8；9", "numbers") == [1, 2, 3, 5, 8, 9]
    assert numbers_of("", "numbers") == []
    assert len(numbers_of("1-999999", "numbers")) == 2001


def test_a_topic_of_the_home_grid_is_led_by_its_secretary(world: World) -> None:
    block = block_of(world)
    secretary = someone("secretary", "grid_secretary", grid=world.home)
    topic = block.announced()
    actions.step(topic, "meet", Step(words="x"), by=secretary)
    assert topic.minutes == "x"
