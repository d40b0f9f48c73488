"""Pages of applications: to apply, to follow, to decide, to verify; and lists that ask no more the longer they are."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.services.conftest import ANSWERS, Office, begun, brought_to, client_of, photo
from tests.whole_house.test_pages import _asked, html_faults
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.services.applications import actions, queries, ratings
from webapp.services.applications.models import Application
from webapp.services.applications.rules import State


def _sent(office: Office, **more: Any) -> dict[str, Any]:
    return {
        **ANSWERS,
        "grid": str(office.world.home.id),
        "client_id": str(uuid.uuid4()),
        "paper.identity_card": (photo(), "id.jpg"),
        "paper.flexible_proof": (photo(), "proof.jpg"),
        "paper.contribution_receipt": (photo(), "receipt.jpg"),
        **more,
    }


def _one_of(who: int) -> Application:
    db.session.expire_all()
    rows = queries.mine(type("Who", (), {"id": who})()).rows
    assert len(rows) == 1
    found = queries.one(rows[0].id)
    assert found is not None
    return found


def test_a_visitor_signs_in_by_phone_before_applying(client: FlaskClient, office: Office) -> None:
    for address in ("/services/JY04/apply", "/my-matters"):
        answer = client.get(address)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in/phone")
    assert client.get("/services/JY04/assist").status_code in (302, 303, 401)
    assert client.get("/applications").status_code in (302, 303, 401)


def test_a_resident_applies_and_follows(app: Flask, office: Office) -> None:
    phone = client_of(app, office.resident)
    form = phone.get("/services/JY04/apply").get_data(as_text=True)
    assert html_faults(form) == []
    bad = phone.post(
        "/services/JY04/apply",
        data=_sent(office, **{"field.identity_no": "1"}),
        content_type="multipart/form-data",
    )
    assert bad.status_code == 422
    assert "身份证号不正确" in bad.get_data(as_text=True)
    sent = _sent(office)
    done = phone.post("/services/JY04/apply", data=sent, content_type="multipart/form-data")
    made = _one_of(office.resident.id)
    assert done.headers["Location"] == f"/my-matters/{made.id}"
    assert made.state == State.SUBMITTED
    text = phone.get(f"/my-matters/{made.id}").get_data(as_text=True)
    assert html_faults(text) == []
    assert "已提交" in text
    assert "11010519491231002X" not in text
    assert made.number is not None
    assert made.number in phone.get("/my-matters").get_data(as_text=True)
    again = phone.post(
        "/services/JY04/apply",
        data=_sent(office, client_id=sent["client_id"]),
        content_type="multipart/form-data",
    )
    assert again.headers["Location"] == f"/my-matters/{made.id}"
    assert len(queries.mine(office.resident).rows) == 1


def test_what_is_missing_keeps_the_draft_and_says_what(app: Flask, office: Office) -> None:
    phone = client_of(app, office.resident)
    sent = _sent(office)
    del sent["paper.flexible_proof"]
    done = phone.post("/services/JY04/apply", data=sent, content_type="multipart/form-data")
    made = _one_of(office.resident.id)
    assert made.state == State.DRAFT
    assert {each.key for each in made.materials} == {"identity_card", "contribution_receipt"}
    text = phone.get(done.headers["Location"]).get_data(as_text=True)
    assert "缺少该材料" in text
    assert html_faults(text) == []
    step = phone.post(f"/my-matters/{made.id}/submit", data={})
    assert step.status_code == 422
    step = phone.post(
        f"/my-matters/{made.id}/submit",
        data={"paper.flexible_proof": (photo(), "proof.jpg")},
        content_type="multipart/form-data",
    )
    assert step.status_code == 303
    assert _one_of(office.resident.id).state == State.SUBMITTED


def test_an_agent_applies_in_the_pages_with_the_mandate(app: Flask, office: Office) -> None:
    agent = client_of(app, office.agent)
    assert "代办工作台" in agent.get("/applications/desk").get_data(as_text=True)
    sent = _sent(office)
    bad = agent.post("/services/JY04/assist", data=sent, content_type="multipart/form-data")
    assert bad.status_code == 422
    sent = _sent(office, how="written", mandate="行动不便，请代办", mandate_file=(photo(), "m.jpg"))
    done = agent.post("/services/JY04/assist", data=sent, content_type="multipart/form-data")
    assert done.status_code == 303
    made = _one_of(office.resident.id)
    assert made.agent_id == office.agent.id
    assert agent.get(f"/my-matters/{made.id}").status_code == 200
    head = client_of(app, office.head)
    assert "查看委托书" in head.get(f"/applications/{made.id}").get_data(as_text=True)
    place = f"/applications/{made.id}/mandate"
    assert head.post(place, data={}).status_code == 422
    shown = head.post(place, data={"purpose": "核对委托"}).get_data(as_text=True)
    assert "data:image/jpeg;base64," in shown
    assert html_faults(shown) == []
    assert (
        client_of(app, office.world.stranger).post(place, data={"purpose": "xx"}).status_code == 403
    )
    stranger = client_of(app, office.world.stranger)
    assert stranger.post("/services/JY04/assist", data=_sent(office)).status_code == 403
    for address in (f"/my-matters/{made.id}", f"/applications/{made.id}", "/applications"):
        assert stranger.get(address).status_code == 403


def test_the_house_takes_it_through_in_the_pages(app: Flask, office: Office) -> None:
    made = brought_to(office, State.SUBMITTED, "JY07")
    db.session.commit()
    head, clerk = client_of(app, office.head), client_of(app, office.handler)
    place = f"/applications/{made.id}"
    assert made.number is not None
    assert made.number in head.get("/applications").get_data(as_text=True)
    assert head.post(f"{place}/ask_supplement", data={}).status_code == 422
    assert clerk.post(f"{place}/to_street", data={}).status_code in (403, 409)
    assert head.post(f"{place}/accept", data={"base_version": made.version}).status_code == 303
    assert head.post(f"{place}/to_street", data={"note": "情况属实"}).status_code == 303
    text = clerk.get(place).get_data(as_text=True)
    assert "情况属实" in text
    assert html_faults(text) == []
    assert clerk.post(f"{place}/refuse", data={"note": "x", "law": ""}).status_code == 422
    assert clerk.post(f"{place}/approve", data={}).status_code == 303
    assert head.post(f"{place}/deliver", data={}).status_code == 422
    assert head.post(f"{place}/deliver", data={"way": "online"}).status_code == 303
    own = client_of(app, office.resident)
    assert "情况属实" not in own.get(f"/my-matters/{made.id}").get_data(as_text=True)
    rated = own.post(f"/my-matters/{made.id}/rate", data={"rating": 1, "words": "慢"})
    assert rated.status_code == 303
    text = head.get("/applications/station").get_data(as_text=True)
    assert html_faults(text) == []
    assert "待回访" in text
    rating = queries.poor_ratings(office.head)[0]
    assert head.post(f"/applications/ratings/{rating.id}/call_back", data={}).status_code == 422
    done = head.post(f"/applications/ratings/{rating.id}/call_back", data={"note": "已致电"})
    assert done.status_code == 303


def test_the_result_is_a_paper_that_anybody_can_verify(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    made = brought_to(office, State.APPROVED, "JY07")
    db.session.commit()
    own = client_of(app, office.resident)
    paper = own.get(f"/my-matters/{made.id}/result.pdf")
    assert paper.data.startswith(b"%PDF-")
    answer = client.get(f"/verify/{made.result_code}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert html_faults(text) == []
    assert made.number is not None
    assert made.number in text
    for personal in ("示例居民", "示***", "13800138000", "110****2X"):
        assert personal not in text
    for wrong in ("x", "x" * 200, f"{made.result_code}x"):
        assert client.get(f"/verify/{wrong}").status_code == 404
    assert (
        client_of(app, office.world.stranger).get(f"/my-matters/{made.id}/result.pdf").status_code
        == 403
    )
    draft = begun(office)
    db.session.commit()
    assert own.get(f"/my-matters/{draft.id}/result.pdf").status_code == 404


def test_a_visit_is_arranged_in_the_pages(app: Flask, office: Office) -> None:
    made = brought_to(office, State.SUBMITTED)
    made.home_service = True
    db.session.commit()
    head = client_of(app, office.head)
    text = head.get(f"/applications/{made.id}").get_data(as_text=True)
    assert html_faults(text) == []
    when = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT09:30")
    place = f"/applications/{made.id}/visit"
    assert (
        head.post(place, data={"at": "2020-01-01T09:00", "visitor": office.agent.id}).status_code
        == 422
    )
    assert head.post(place, data={"at": when, "visitor": office.handler.id}).status_code == 422
    assert head.post(place, data={"at": when, "visitor": office.agent.id}).status_code == 303
    assert head.post(f"/applications/{made.id}/visited", data={}).status_code == 303


LISTS = {
    "/applications": "head",
    "/applications?show=open": "handler",
    "/applications?show=ended": "handler",
    "/applications/desk": "agent",
    "/applications/station": "head",
    "/applications/figures": "handler",
    "/my-matters": "resident",
    "/services": "resident",
}


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_longer_list_asks_no_more_questions(
    app: Flask, office: Office, address: str, language: str
) -> None:
    browser = client_of(app, getattr(office, LISTS[address]))
    browser.post(f"/language/{language}")
    browser.get(address)
    _fill(office, 1)
    few = _asked(app, browser, address)
    _fill(office, 3)
    assert _asked(app, browser, address) == few
    assert html_faults(browser.get(address).get_data(as_text=True)) == []


def _fill(office: Office, count: int) -> None:
    for _each in range(count):
        brought_to(office, State.SUBMITTED, by_agent=True)
        brought_to(office, State.STREET_REVIEW).home_service = True
        ratings.rate(brought_to(office, State.DELIVERED, "JY07"), by=office.resident, rating=1)
    db.session.commit()


def test_a_grid_that_is_none_is_told_beside_its_field(app: Flask, office: Office) -> None:
    browser = client_of(app, office.resident)
    sent = _sent(office, grid="999999")
    answer = browser.post("/services/JY07/apply", data=sent, content_type="multipart/form-data")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请选择居住地" in said
    assert "正在提交" not in said
    made = begun(office)
    with pytest.raises(Unacceptable) as refused:
        actions.change(made, by=office.resident, sent=ANSWERS, grid_id=999_999)
    assert set(refused.value.fields) == {"grid"}
