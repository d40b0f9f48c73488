"""Two people, or one phone twice, at the very same moment: real connections, real commits."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from tests.brokers import soon
from tests.busy import at_once, busy_house
from tests.cases.stages import brought_to, picture, reported
from tests.world import World, as_user, peopled
from webapp.base import clock
from webapp.base.db import db
from webapp.cases import moves, offers, queries
from webapp.cases.models import Assignment, Case, CaseMedia
from webapp.cases.rules import State
from webapp.people.actors import Person

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house on a database of its own, in which every request is a transaction of its own."""
    with busy_house(cluster_url, tmp_path_factory.mktemp("busy")) as app:
        yield app


@pytest.fixture(scope="module")
def people(busy: Flask) -> World:
    """The small world, written for good."""
    with busy.test_request_context("/"):
        world = peopled()
        db.session.commit()
        db.session.refresh(world.home)
        db.session.refresh(world.next_door)
        db.session.expunge_all()
    return world


def signed_in(app: Flask, person: Person) -> FlaskClient:
    """A browser of this person, ready before the race begins."""
    with app.app_context():
        return as_user(app, person)


def kept(app: Flask, make: Callable[[], Case]) -> tuple[int, int]:
    """Key and version of a case that is written for good."""
    with app.test_request_context("/"):
        case = make()
        db.session.commit()
        return case.id, case.version


def taken_on(app: Flask, people: World, case_id: int) -> None:
    """Whoever was asked has taken the case on, and may be asked again."""
    with app.test_request_context("/"):
        moves.sign(db.session.get_one(Case, case_id), by=people.worker)
        db.session.commit()


@pytest.mark.parametrize("_round", range(5))
def test_of_two_dispatchers_at_once_one_wins(busy: Flask, people: World, _round: int) -> None:
    case_id, version = kept(busy, lambda: reported(people))
    desks = [signed_in(busy, people.dispatcher), signed_in(busy, people.shift_leader)]
    data = {"worker": people.worker.id, "base_version": version}

    def send(desk: FlaskClient) -> Callable[[], int]:
        return lambda: desk.post(f"/cases/{case_id}/dispatch", data=data).status_code

    assert sorted(at_once(*map(send, desks))) == [303, 409]
    with busy.app_context():
        sent = select(func.count()).select_from(Assignment).where(Assignment.case_id == case_id)
        assert db.session.scalar(sent) == 1
    taken_on(busy, people, case_id)


@pytest.mark.parametrize("_round", range(5))
def test_of_two_cases_sent_to_one_worker_at_once_one_is_an_offer(
    busy: Flask, people: World, _round: int
) -> None:
    cases = [kept(busy, lambda: reported(people)) for _each in range(2)]
    desks = [signed_in(busy, people.dispatcher), signed_in(busy, people.shift_leader)]

    def send(desk: FlaskClient, case: tuple[int, int]) -> Callable[[], Any]:
        data = {"worker": people.worker.id, "base_version": case[1]}
        return lambda: desk.post(f"/cases/{case[0]}/dispatch", data=data, headers=JSON)

    answers = at_once(*map(send, desks, cases))
    assert sorted(each.status_code for each in answers) == [200, 409]
    lost = next(each for each in answers if each.status_code == 409)
    assert lost.json["error"]["code"] == "asked"
    assert "还没有答复" in lost.json["error"]["message"]
    won = cases[0][0] if answers[0].status_code == 200 else cases[1][0]
    taken_on(busy, people, won)


def test_of_a_worker_who_takes_it_on_and_the_clock_that_passes_it_on_one_wins(
    busy: Flask, people: World
) -> None:
    case_id, version = kept(busy, lambda: brought_to(State.DISPATCHED, people))
    phone = signed_in(busy, people.worker)
    data = {"base_version": version}

    def pass_on() -> None:
        with busy.app_context(), clock.at(clock.now() + timedelta(days=9)):
            offers.pass_on_lapsed()
            db.session.commit()

    def sign() -> int:
        return phone.post(f"/cases/{case_id}/sign", data=data, headers=JSON).status_code

    signed, _passed = at_once(sign, pass_on)
    assert signed in (200, 403, 409)
    with busy.app_context():
        case = db.session.get_one(Case, case_id)
        assert (case.handler_id == people.worker.id) == (signed == 200)
        found = select(Assignment).where(
            Assignment.case_id == case_id, Assignment.ended_at.is_(None)
        )
        assert [each.account_id for each in db.session.scalars(found)] == [case.handler_id]


@pytest.mark.parametrize("_round", range(5))
def test_a_report_sent_twice_at_once_is_one_case(busy: Flask, people: World, _round: int) -> None:
    mark = uuid.uuid4()
    with busy.app_context():
        lon, lat = people.spot(people.home)

    def send(phone: FlaskClient) -> Callable[[], Any]:
        shot = (picture(), "a.jpg")
        data = {"class_code": "06010", "lon": lon, "lat": lat, "client_id": mark, "photo": shot}
        return lambda: phone.post("/cases", data=data, headers=JSON)

    answers = at_once(*(send(signed_in(busy, people.worker)) for _ in range(3)))
    assert Counter(each.status_code for each in answers) == {201: 1, 200: 2}
    assert len({each.json["id"] for each in answers}) == 1
    with busy.app_context():
        found = db.session.scalars(select(Case).where(Case.client_id == mark)).one()
        assert len(found.media) == 1


def test_a_step_sent_twice_at_once_is_done_once(busy: Flask, people: World) -> None:
    case_id, version = kept(busy, lambda: brought_to(State.DISPATCHED, people))
    data = {"client_id": str(uuid.uuid4()), "base_version": version}

    def send(phone: FlaskClient) -> Callable[[], Any]:
        return lambda: phone.post(f"/cases/{case_id}/sign", data=data, headers=JSON)

    answers = at_once(*(send(signed_in(busy, people.worker)) for _ in range(2)))
    assert [each.status_code for each in answers] == [200, 200]
    assert {each.json["version"] for each in answers} == {version + 1}


def test_a_picture_sent_twice_at_once_is_kept_once(busy: Flask, people: World) -> None:
    case_id, _version = kept(busy, lambda: reported(people))
    mark = str(uuid.uuid4())

    def send(phone: FlaskClient) -> Callable[[], int]:
        data = {"client_id": mark, "photo": (picture(), "a.jpg")}
        return lambda: phone.post(f"/cases/{case_id}/media", data=data, headers=JSON).status_code

    answers = at_once(*(send(signed_in(busy, people.worker)) for _ in range(3)))
    assert answers == [201, 201, 201]
    with busy.app_context():
        count = select(func.count()).select_from(CaseMedia).where(CaseMedia.case_id == case_id)
        assert db.session.scalar(count) == 1


def test_of_two_rules_that_contradict_one_is_refused(busy: Flask, people: World) -> None:
    with busy.app_context():
        units = [unit.id for unit in queries.departments()[:2]]
    browsers = [signed_in(busy, people.shift_leader), signed_in(busy, people.admin)]

    def save(browser: FlaskClient, unit: int) -> int:
        rule = {"title": f"规则 {unit}", "basis": "territory", "class_prefix": "07", "where": "all"}
        return browser.post("/standards/rules", data={**rule, "unit": str(unit)}).status_code

    answers = at_once(
        *(
            lambda browser=browser, unit=unit: save(browser, unit)
            for browser, unit in zip(browsers, units, strict=True)
        )
    )
    assert sorted(answers) == [303, 422]


@pytest.mark.parametrize("first", ["rename", "confirm"])
def test_a_case_confirmed_while_its_class_is_renamed_is_told_by_the_new_name(
    busy: Flask, people: World, first: str
) -> None:
    case_id, _version = kept(busy, lambda: reported(people))
    name = f"改名 {first}"
    deeds = {
        "rename": text("UPDATE case_class SET name = :name WHERE code = '06010'"),
        "confirm": text("UPDATE case_file SET state = 'accepted' WHERE id = :case"),
    }
    values = {"name": name, "case": case_id}
    second = next(each for each in deeds if each != first)
    with busy.app_context():
        engine = db.engine
    with engine.connect() as early, ThreadPoolExecutor(1) as pool:
        early.execute(deeds[first], values)

        def late() -> None:
            with engine.begin() as other:
                other.execute(deeds[second], values)

        waiting = pool.submit(late)
        with engine.connect() as looker:
            waits = text("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
            soon(lambda: looker.execute(waits).scalar_one(), "the later one waits")
        assert not waiting.done()
        early.commit()
        waiting.result(timeout=20)
    with engine.connect() as looker:
        told = text("SELECT class_name FROM told_case WHERE case_id = :case")
        assert looker.execute(told, values).scalar_one() == name
