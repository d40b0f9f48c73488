"""What is read of requests: field by field, by day and state, and never anything about a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.cases import stages
from tests.interop.open311 import clients
from tests.interop.open311.clients import MOMENT, V2, closed, filed, plain, said, tags, xml
from tests.interop.open311.counting import statements
from tests.world import World
from webapp.base import clock
from webapp.base.db import db
from webapp.cases import moves, publishing
from webapp.cases.models import Case
from webapp.cases.residents import actions as residents
from webapp.cases.rules import Source, Stage, State


def numbers(client: FlaskClient, **asked: Any) -> list[str]:
    """The numbers of the requests that a list has, in its order."""
    found = plain(client.get(f"{V2}/requests.json", query_string=asked))
    return [each["service_request_id"] for each in found]


def came_in(case: Case, at: datetime) -> Case:
    """The case came in at this moment."""
    db.session.execute(update(Case).where(Case.id == case.id).values(received_at=at))
    db.session.commit()
    return case


def test_a_request_has_every_field_of_the_specification(client: FlaskClient, world: World) -> None:
    case = filed(world)
    photo = stages.photographed
    photo(case, Stage.FOUND, by=world.worker)
    db.session.refresh(case, ["media"])
    residents.release(
        case,
        words="路边 & 垃圾 <一堆>，电话 13912345678",
        photos=[case.media[0].id],
        private=False,
        by=world.dispatcher,
    )
    db.session.commit()
    for address in (f"{V2}/requests/{case.number}", f"{V2}/requests"):
        found = xml(client.get(f"{address}.xml"), "service_requests")
        assert tags(found) == ["request"]
        assert tags(found[0]) == clients.REQUEST
        told = said(found[0])
        assert told["service_request_id"] == case.number
        assert (told["status"], told["status_notes"]) == ("open", "已受理")
        assert (told["service_code"], told["service_name"]) == (clients.PLAIN, "暴露垃圾")
        assert told["description"] == "路边 & 垃圾 <一堆>，电话 ▇▇▇"
        assert told["agency_responsible"] == world.home.name
        assert world.home.name in str(told["address"])
        assert told["address_id"] == case.cell_code
        for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
            assert MOMENT.fullmatch(told[name]), name
        assert datetime.fromisoformat(told["expected_datetime"]) == case.due_at.replace(
            microsecond=0
        )
        same = plain(client.get(f"{address}.json"))
        assert len(same) == 1
        one = same[0]
        assert list(one) == clients.REQUEST
        assert isinstance(one["lat"], float)
        assert isinstance(one["long"], float)
        assert (repr(one["lat"]), repr(one["long"])) == (told["lat"], told["long"])
        assert all(
            one[name] is None or isinstance(one[name], str)
            for name in clients.REQUEST
            if name not in ("lat", "long")
        )
        assert one["zipcode"] is None
        assert one["expected_datetime"] == told["expected_datetime"]
        path = one["media_url"].removeprefix("http://127.0.0.1:8000")
        assert client.get(path).mimetype == "image/jpeg"


def test_what_the_desk_has_not_released_is_not_told(client: FlaskClient, world: World) -> None:
    case = filed(world, words="call 13912345678, ask for the owner", where_words="unit 2, room 301")
    body = client.get(f"{V2}/requests/{case.number}.xml").get_data(as_text=True)
    for word in ("139", "owner", "301", "worker", "dispatcher"):
        assert word not in body
    assert plain(client.get(f"{V2}/requests/{case.number}.json"))[0]["description"] is None


@pytest.mark.parametrize("state", State)
def test_only_what_is_confirmed_is_told(client: FlaskClient, world: World, state: State) -> None:
    case = stages.brought_to(state, world)
    db.session.commit()
    told = state in publishing.STATES
    for form in ("xml", "json"):
        answer = client.get(f"{V2}/requests/{case.number}.{form}")
        assert answer.status_code == (200 if told else 404)
    assert (case.number in numbers(client)) is told
    assert (case.number in client.get(f"{V2}/servicerequestupdates.json").get_data(True)) is told
    if told:
        one = plain(client.get(f"{V2}/requests/{case.number}.json"))[0]
        assert one["status"] == ("closed" if state in publishing.ENDED else "open")
        assert one["status_notes"].startswith(str(publishing.SHOWN_WORDS[publishing.SHOWN[state]]))


@pytest.mark.parametrize("why", ["private", "internal class", "alarm"])
def test_what_is_not_for_the_public_is_not_there(
    client: FlaskClient, world: World, why: str
) -> None:
    more: dict[str, Any] = {
        "private": {"private": True},
        "internal class": {"class_code": clients.INTERNAL},
        "alarm": {"source": Source.MACHINE},
    }[why]
    case = filed(world, **more)
    xml(client.get(f"{V2}/requests/{case.number}.xml"), "errors", 404)
    assert plain(client.get(f"{V2}/requests/{case.number}.json"), 404)[0]["code"] == 404
    assert numbers(client) == []
    by_name = client.get(f"{V2}/requests.json?service_request_id={case.number}")
    assert by_name.status_code == 404
    assert plain(client.get(f"{V2}/servicerequestupdates.json")) == []
    other = filed(world)
    asked = f"{case.number},{other.number}"
    assert numbers(client, service_request_id=asked) == [other.number]


def test_a_closed_request_was_updated_when_it_was_closed(client: FlaskClient, world: World) -> None:
    case = closed(world)
    one = plain(client.get(f"{V2}/requests/{case.number}.json"))[0]
    assert one["status"] == "closed"
    assert datetime.fromisoformat(one["updated_datetime"]) == case.closed_at.replace(microsecond=0)


def test_an_open_one_was_updated_at_its_last_public_step(client: FlaskClient, world: World) -> None:
    now = clock.now()
    with clock.at(now - timedelta(hours=5)):
        case = stages.reported(world)
    came_in(case, now - timedelta(hours=5))
    with clock.at(now - timedelta(hours=2)):
        moves.file_case(case, by=world.dispatcher)
    db.session.commit()
    one = plain(client.get(f"{V2}/requests/{case.number}.json"))[0]
    hour = timedelta(hours=1)
    assert abs(datetime.fromisoformat(one["requested_datetime"]) - (now - 5 * hour)) < 2 * hour / 60
    assert abs(datetime.fromisoformat(one["updated_datetime"]) - (now - 2 * hour)) < 2 * hour / 60


def test_while_the_clock_stands_still_nobody_expects_an_end(
    client: FlaskClient, world: World
) -> None:
    case = stages.brought_to(State.ON_HOLD, world)
    db.session.commit()
    one = plain(client.get(f"{V2}/requests/{case.number}.json"))[0]
    assert one["expected_datetime"] is None
    assert str(case.review_on.year) in one["status_notes"]


def test_the_place_of_a_home_is_told_coarsely(client: FlaskClient, world: World) -> None:
    case = filed(world, class_code=clients.BATCH)
    one = plain(client.get(f"{V2}/requests/{case.number}.json"))[0]
    assert (one["long"], one["lat"]) == publishing.spot(case)
    lon, lat = case.lonlat
    assert abs(one["lat"] - lat) + abs(one["long"] - lon) > 1e-5
    assert one["address_id"] is None
    assert "100" in one["service_notice"]


def test_a_list_covers_ninety_days_unless_it_is_asked_for_others(
    client: FlaskClient, world: World
) -> None:
    now = clock.now()
    young = came_in(filed(world), now - timedelta(days=89))
    old = came_in(filed(world), now - timedelta(days=91))
    oldest = came_in(filed(world), now - timedelta(days=200))
    assert numbers(client) == [young.number]
    day = now - timedelta(days=95)
    assert numbers(client, start_date=day.isoformat()) == [young.number, old.number]
    assert numbers(client, end_date=day.isoformat()) == []
    end = now - timedelta(days=150)
    assert numbers(client, end_date=end.isoformat()) == [oldest.number]
    whole = {"start_date": (now - timedelta(days=91, hours=1)).isoformat()}
    assert numbers(client, **whole, end_date=(now - timedelta(days=90)).isoformat()) == [old.number]
    assert numbers(client, service_request_id=oldest.number) == [oldest.number]
    assert client.get(f"{V2}/requests/{oldest.number}.xml").status_code == 200


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-10T08:00:00+08:00",
        "2026-03-10T08:00:00 08:00",
        "2026-03-10T00:00:00Z",
        "2026-03-10T08:00",
        "2026-03-10T08:00:00.000",
        "2026-03-10",
    ],
)
def test_a_moment_may_be_written_in_every_way_of_w3c(
    client: FlaskClient, world: World, written: str
) -> None:
    at = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
    case = came_in(filed(world), at)
    assert numbers(client, start_date=written) == [case.number]
    assert numbers(client, end_date=written) == [case.number]


def test_a_list_is_narrowed_by_service_and_state(client: FlaskClient, world: World) -> None:
    done, open_one, noise = closed(world), filed(world), filed(world, class_code=clients.BATCH)
    assert numbers(client, status="closed") == [done.number]
    assert set(numbers(client, status="open")) == {open_one.number, noise.number}
    assert len(numbers(client, status="open,closed")) == 3
    assert numbers(client, service_code=clients.BATCH) == [noise.number]
    both = f"{clients.BATCH},{clients.PLAIN},99999"
    assert len(numbers(client, service_code=both)) == 3
    assert numbers(client, service_code=clients.BATCH, status="closed") == []
    assert len(numbers(client, service_code="", status=" ", start_date="", page="")) == 3
    overridden = {"status": "closed", "start_date": "never", "service_code": clients.PLAIN}
    assert numbers(client, service_request_id=noise.number, **overridden) == [noise.number]


def test_pages_hold_everything_once(client: FlaskClient, world: World) -> None:
    every = {filed(world).number for _each in range(5)}
    pages = [numbers(client, page=page, page_size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {number for page in pages for number in page} == every
    assert len(numbers(client, page_size=100_000)) == 5


def test_a_list_holds_a_thousand_at_most(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.interop.open311.forms.MOST", 3)
    for _each in range(4):
        filed(world)
    assert len(numbers(client)) == 3
    assert len(numbers(client, page_size=50)) == 3


LISTS = ("requests.xml", "requests.json", "servicerequestupdates.xml")


@pytest.mark.parametrize("address", LISTS)
def test_a_longer_list_asks_no_more_questions(
    app: Flask, client: FlaskClient, world: World, address: str
) -> None:
    counts = []
    for _round in range(2):
        for _each in range(3):
            filed(world)
        with statements(app) as asked:
            assert client.get(f"{V2}/{address}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


def test_updates_are_the_public_steps_and_say_nobody(client: FlaskClient, world: World) -> None:
    case = closed(world)
    found = xml(client.get(f"{V2}/servicerequestupdates.xml"), "service_request_updates")
    assert {each.tag for each in found} == {"request_update"}
    assert all(tags(each) == clients.UPDATE for each in found)
    told = [said(each) for each in reversed(found)]
    assert [each["status"] for each in told] == [
        "OPEN",  # reported
        "OPEN",  # filed
        "IN_PROGRESS",  # dispatched
        "IN_PROGRESS",  # signed
        "FIXED",  # handled
        "FIXED",  # checked
        "CLOSED",
    ]
    assert {each["service_request_id"] for each in told} == {case.number}
    assert all(MOMENT.fullmatch(str(each["updated_datetime"])) for each in told)
    body = client.get(f"{V2}/servicerequestupdates.json").get_data(as_text=True)
    assert "seen from the road" not in body
    assert "neighbour" not in body
    same = plain(client.get(f"{V2}/servicerequestupdates.json?page=2&page_size=3"))
    assert [each["status"] for each in same] == ["IN_PROGRESS", "IN_PROGRESS", "OPEN"]
    assert all(isinstance(each["update_id"], str) for each in same)


def test_updates_of_a_day_and_of_one_request(client: FlaskClient, world: World) -> None:
    one, other = closed(world), filed(world)
    address = f"{V2}/servicerequestupdates.json"
    mine = plain(client.get(address, query_string={"service_request_id": other.number}))
    assert {each["service_request_id"] for each in mine} == {other.number}
    past = {"end_date": (clock.now() - timedelta(days=3)).isoformat()}
    assert plain(client.get(address, query_string=past)) == []
    assert plain(client.get(address, query_string={"service_request_id": one.number, **past}))
