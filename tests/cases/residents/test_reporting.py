"""A resident reports without an account, reads what happens, answers, rates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cases.residents.telling import (
    PHONE,
    came_in,
    code_of,
    handled,
    resident,
    shot,
    texts,
    told,
)
from tests.cases.stages import brought_to
from tests.world import World, as_user
from webapp.base import audit, clock
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable
from webapp.base.notices import Notice
from webapp.cases import moves
from webapp.cases.models import Case, CaseClass, CaseContact
from webapp.cases.residents import actions, queries
from webapp.cases.residents.actions import TooMany
from webapp.cases.residents.rules import REPORTS_A_DAY
from webapp.cases.rules import Source, State
from webapp.cases.standards import asking
from webapp.cases.standards.asking import Value, Wish
from webapp.cases.standards.rules import Datatype
from webapp.people import actors, queries as people
from webapp.people.actors import Person
from webapp.people.models import Account

JSON = {"Accept": "application/json"}


def sent(world: World, **more: str) -> dict[str, str]:
    """The form of a report, as a browser sends it."""
    lon, lat = world.spot(world.home)
    given = {"class_code": "06010", "lon": str(lon), "lat": str(lat), "words": "a heap"}
    return {**given, "phone": "13800138000", **more}


def test_a_report_without_an_account_by_phone_code(client: FlaskClient, world: World) -> None:
    assert client.get("/report").status_code == 200
    asked = client.post("/report/code", data=sent(world))
    assert "a heap" in asked.get_data(as_text=True), "what was written stays"
    form = {**sent(world, code=code_of(), name="Wang", confidential="1"), "photo": shot()}
    answer = client.post("/report", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    case = db.session.scalars(select(Case).order_by(Case.id.desc())).first()
    assert case
    assert (case.source, case.state, case.confidential) == (Source.PUBLIC, State.REPORTED, True)
    assert case.grid_id == world.home.id
    contact = db.session.scalars(select(CaseContact).where(CaseContact.case_id == case.id)).one()
    assert (contact.name, contact.phone, contact.channel) == ("Wang", PHONE, "console")
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert case.number in page.get_data(as_text=True)
    assert len(queries.own(case.id).media) == 1  # type: ignore[union-attr]


def test_a_resident_is_asked_what_the_class_asks_and_stopped_where_it_stops(
    app: Flask, world: World
) -> None:
    heap = db.session.get_one(CaseClass, "06010")
    burns = Value("burns", "着火了", "It burns", "请立即拨打 119", "Call 119 at once")
    asking.ask(
        heap,
        Wish(
            code="what",
            words="什么情况？",
            datatype=Datatype.ONE,
            required=True,
            values=(Value("lies", "堆放", "It lies there"), burns),
        ),
        by=world.admin,
    )
    browser = came_in(app)
    shown = browser.get("/report?class_code=06010").get_data(as_text=True)
    assert "什么情况？" in shown
    assert 'data-asks-of="06010"' in shown
    form = sent(world)
    answer = browser.post("/report", data=form)
    assert answer.status_code == 422
    assert "此项必填" in answer.get_data(as_text=True)
    answer = browser.post("/report", data={**form, "answer.what": "burns"}, headers=JSON)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {"answer.what": "请立即拨打 119"}
    assert db.session.scalars(select(Case)).first() is None
    assert browser.post("/report", data={**form, "answer.what": "lies"}).status_code == 303
    case = db.session.scalars(select(Case)).one()
    assert [each["value"] for each in case.answers] == ["lies"]


def test_whoever_calls_the_reporter_back_says_what_for_and_the_log_keeps_it(
    app: Flask, world: World
) -> None:
    case = told(world, resident())
    address = f"/cases/{case.id}/reporter-contact"
    desk = as_user(app, world.dispatcher)
    page = desk.get(f"/cases/{case.id}").get_data(as_text=True)
    assert address in page
    assert "138 0013 8000" not in page
    assert "138****" in page
    assert desk.post(address, data={"purpose": ""}).status_code == 422
    assert audit.history("case", case.id)[-1].move == "report"
    shown = desk.post(address, data={"purpose": "asks for the house number"})
    assert "138 0013 8000" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    event = audit.history("case", case.id)[-1]
    assert (event.move, event.actor_id) == ("reached", world.dispatcher.id)
    assert event.data["note"] == "asks for the house number"
    for stranger in (world.stranger, world.worker):
        answer = as_user(app, stranger).post(address, data={"purpose": "curious"})
        assert answer.status_code in (403, 404)
    # Whoever wants to stay unknown does, to everybody but those who accept.
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    worker = as_user(app, world.worker)
    assert worker.post(address, data={"purpose": "call back"}).status_code == 200
    case.confidential = True
    db.session.flush()
    assert worker.post(address, data={"purpose": "call back"}).status_code == 403


def test_a_wrong_code_reports_nothing_and_counts(client: FlaskClient, world: World) -> None:
    client.post("/report/code", data={"phone": "13800138000"})
    wrong = "000000" if code_of() != "000000" else "000001"
    for _each in range(5):
        answer = client.post("/report", data=sent(world, code=wrong), headers=JSON)
        assert answer.status_code == 401
        assert "code" in answer.get_json()["error"]["fields"]
    answer = client.post("/report", data=sent(world, code=code_of()), headers=JSON)
    assert answer.status_code == 401, "five tries are all a code has"
    assert db.session.scalars(select(Case)).first() is None


def test_without_a_code_the_form_says_so_beside_the_field(
    client: FlaskClient, world: World
) -> None:
    answer = client.post("/report", data=sent(world), headers=JSON)
    assert answer.status_code == 422
    assert "code" in answer.get_json()["error"]["fields"]
    answer = client.post("/report", data={"phone": "1"})
    assert answer.status_code == 422


def test_a_resident_reports_what_is_for_residents_only(world: World) -> None:
    with pytest.raises(Unacceptable) as refused:
        told(world, resident(), class_code="26001")
    assert "class_code" in refused.value.fields


def test_the_place_may_be_words_and_waits_in_no_grid(world: World) -> None:
    who = resident()
    with pytest.raises(Unacceptable):
        told(world, who, lon=None, lat=None)
    case = told(world, who, lon=None, lat=None, where_words="behind the school")
    assert case.grid_id is None
    assert case.geom is None


def test_one_phone_reports_so_often_a_day(world: World) -> None:
    who = resident()
    for _each in range(REPORTS_A_DAY):
        told(world, who)
    with pytest.raises(TooMany):
        told(world, who)


def test_the_log_does_not_know_which_resident(world: World) -> None:
    case = told(world, resident())
    events = db.session.scalars(
        select(Event).where(Event.thing_kind == "case", Event.thing_id == case.id)
    )
    assert [(event.move, event.actor_id) for event in events] == [("report", None)]


def test_a_resident_reads_their_own_page_and_never_that_of_the_desk(
    app: Flask, world: World
) -> None:
    browser = came_in(app)
    account = people.by_phone(PHONE)
    case = told(world, resident_of(account))
    handled(case, world)
    assert browser.get(f"/cases/{case.id}").status_code == 403
    assert browser.get(f"/cases/{case.id}/public").status_code == 403
    assert browser.get(f"/api/v1/cases/{case.number}").status_code == 403
    said = browser.get(f"/mine/{case.id}").get_data(as_text=True).split("<main")[-1]
    assert case.number in said
    for secret in ("neighbour", "dispatcher", "shift_leader", "an inner note"):
        assert secret not in said
    assert case.number in browser.get("/mine").get_data(as_text=True)
    other = came_in(app, "13800138001")
    assert other.get(f"/mine/{case.id}").status_code == 403
    assert case.number not in other.get("/mine").get_data(as_text=True)
    assert as_user(app, world.stranger).get(f"/mine/{case.id}").status_code == 403
    assert app.test_client().get("/mine").headers["Location"].startswith("/sign-in/phone")


def resident_of(account: Account) -> Person:
    """The account as it acts now."""
    found = actors.person(account.id)
    assert found
    return found


def test_whoever_handles_a_confidential_case_does_not_know_the_reporter(
    app: Flask, world: World
) -> None:
    case = told(world, resident(), confidential=True, name="Wang")
    moves.file_case(case, by=world.dispatcher)
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    db.session.flush()
    handler = as_user(app, world.worker).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "Wang" not in handler
    assert "138****8000" not in handler
    desk = as_user(app, world.dispatcher).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "Wang" in desk


def test_the_closing_is_told_by_text_and_leads_to_the_own_page(world: World) -> None:
    who = resident()
    case = handled(told(world, who), world)
    assert case.number in texts()[-1]
    last = select(Notice).where(Notice.account_id == who.id).order_by(Notice.id.desc())
    assert db.session.scalars(last).first().url == f"/mine/{case.id}"  # type: ignore[union-attr]


def test_everybody_whose_report_was_merged_is_told(world: World) -> None:
    first, second = resident(), resident("+8613800138001")
    case, twin = told(world, first), told(world, second)
    moves.merge(twin, into=case.number, by=world.dispatcher)
    handled(case, world)
    assert case.number in texts()[-1]
    assert twin.number in texts("+8613800138001")[-1]


def test_an_answer_goes_on_with_the_case_and_is_not_in_the_log(app: Flask, world: World) -> None:
    who = resident()
    case = told(world, who)
    moves.file_case(case, by=world.dispatcher)
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    moves.sign(case, by=world.worker)
    with pytest.raises(NotOpen):
        actions.answer(case, words="too early")
    moves.ask_reporter(case, by=world.worker, note="which door?")
    assert "which door?" in texts()[-1]
    actions.answer(case, words="the red one")
    assert case.state == State.PROCESSING
    logged = db.session.scalars(
        select(Event).where(Event.thing_kind == "case", Event.thing_id == case.id)
    )
    assert "the red one" not in str([event.data for event in logged])
    db.session.flush()
    page = as_user(app, world.worker).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "the red one" in page


def test_a_content_reporter_rates_once_within_thirty_days(world: World) -> None:
    case = handled(told(world, resident()), world)
    assert case.closed_at
    with clock.at(case.closed_at + timedelta(days=31)):
        assert not actions.may_rate(case)
    actions.rate(case, level=5, solved=True, words=None)
    assert case.state == State.CLOSED
    with pytest.raises(NotOpen):
        actions.rate(case, level=1, solved=False, words="again")


@pytest.mark.parametrize(("level", "solved"), [(1, True), (2, True), (5, False)])
def test_an_objection_opens_the_case_again_once_and_the_desk_knows(
    world: World, level: int, solved: bool
) -> None:
    case = handled(told(world, resident()), world)
    with pytest.raises(Unacceptable):
        actions.rate(case, level=level, solved=solved, words=None)
    rating = actions.rate(case, level=level, solved=solved, words="still there")
    assert rating.reopened
    assert (case.state, case.reopenings) == (State.PROCESSING, 1)
    words = [
        n.words for n in db.session.scalars(select(Notice)) if n.account_id == world.dispatcher.id
    ]
    assert any("objects" in each for each in words)
    logged = db.session.scalars(
        select(Event).where(Event.thing_kind == "case", Event.thing_id == case.id)
    )
    assert "still there" not in str([event.data for event in logged])


def test_a_late_objection_is_told_and_opens_nothing(world: World) -> None:
    case = handled(told(world, resident()), world)
    assert case.closed_at
    with clock.at(case.closed_at + timedelta(days=20)):
        rating = actions.rate(case, level=1, solved=False, words="back again")
    assert not rating.reopened
    assert case.state == State.CLOSED


def test_the_pages_of_answer_and_rating_work_without_a_script(app: Flask, world: World) -> None:
    browser = came_in(app)
    account = people.by_phone(PHONE)
    case = handled(told(world, resident_of(account)), world)
    db.session.flush()
    refused = browser.post(f"/mine/{case.id}/rating", data={"level": "1", "solved": "0"})
    assert refused.status_code == 422
    done = browser.post(
        f"/mine/{case.id}/rating", data={"level": "1", "solved": "0", "words": "no"}
    )
    assert done.status_code == 303
    assert queries.rating(case.id).reopened  # type: ignore[union-attr]
    early = browser.post(f"/mine/{case.id}/answer", data={"words": "x"})
    assert early.status_code == 409


def test_a_worker_still_opens_what_they_reported(app: Flask, world: World) -> None:
    case = brought_to(State.REPORTED, world)
    assert as_user(app, world.worker).get(f"/cases/{case.id}").status_code == 200
