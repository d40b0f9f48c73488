"""A request comes in: by a key, with its answers, and with everything that is wrong told at once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.interop.open311 import clients
from tests.interop.open311.clients import V2, here, key, plain, post, said, tags, xml
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.notices import Dispatch
from webapp.cases import moves, queries
from webapp.cases.models import Case, CaseContact
from webapp.cases.rules import Source, State
from webapp.interop.open311.models import Open311Request
from webapp.people import actions as people, actors


@pytest.fixture
def secret(world: World) -> str:
    """The key of a portal."""
    return key()[1]


def case_of(number: str) -> Case:
    """The case of a number, as it is kept."""
    found = queries.by_number(number)
    assert found is not None
    return found


def count() -> int:
    """How many cases there are."""
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


def test_a_request_is_a_case_in_its_grid(client: FlaskClient, world: World, secret: str) -> None:
    sent = {
        "service_code": clients.PLAIN,
        "description": "第一行\r\n第二行",
        "address_string": "市场南门",
        "first_name": "三",
        "last_name": "示例",
        "phone": "138 1234 5678",
        "email": "someone@example.org",
        "device_id": "a phone",
        "account_id": "somebody",
        **here(world),
    }
    answer = post(client, secret, "xml", **sent)
    found = xml(answer, "service_requests", 201)
    assert tags(found) == ["request"]
    assert tags(found[0]) == ["service_request_id", "service_notice", "account_id"]
    told = said(found[0])
    assert told["account_id"] is None
    case = case_of(told["service_request_id"])
    assert case.grid_id == world.home.id
    assert (case.state, case.source) == (State.REPORTED, Source.PUBLIC)
    assert case.words == "第一行\n第二行"
    assert case.where_words == "市场南门"
    contact = db.session.scalars(select(CaseContact).where(CaseContact.case_id == case.id)).one()
    assert (contact.name, contact.phone) == ("示例三", "+8613812345678")
    assert contact.email == "someone@example.org"
    kept = " ".join(str(vars(each)) for each in db.session.scalars(select(Event)))
    assert "a phone" not in kept
    assert "example.org" not in kept
    assert "13812345678" not in answer.get_data(as_text=True)
    assert client.get(f"{V2}/requests/{case.number}.json").status_code == 404, "not confirmed yet"


def test_the_desk_reads_how_the_reporter_is_reached_and_what_was_answered(
    app: Flask, client: FlaskClient, world: World, secret: str
) -> None:
    sent = {
        "email": "someone@example.org",
        "first_name": "Some",
        "last_name": "One",
        "media_url": "https://example.org/<a>.jpg",
        "attribute[other]": "<b>answer</b>",
        **here(world),
    }
    answer = post(client, secret, service_code=clients.PLAIN, **sent)
    case = case_of(plain(answer, 201)[0]["service_request_id"])
    page = as_user(app, world.dispatcher).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "s****@example.org" in page
    assert "someone@" not in page
    assert "Some One" in page
    assert "https://example.org/&lt;a&gt;.jpg" in page
    assert "&lt;b&gt;answer&lt;/b&gt;" in page
    assert 'href="https://example.org' not in page


def test_nobody_is_texted_at_a_number_that_is_not_known_to_be_theirs(
    client: FlaskClient, world: World, secret: str
) -> None:
    answer = post(client, secret, service_code=clients.PLAIN, phone="13812345678", **here(world))
    case = case_of(plain(answer, 201)[0]["service_request_id"])
    moves.reject(case, by=world.dispatcher, note="nothing there")
    assert db.session.scalars(select(Dispatch)).all() == []


def test_in_json_it_is_an_array_of_one(client: FlaskClient, world: World, secret: str) -> None:
    found = plain(post(client, secret, service_code=clients.PLAIN, **here(world)), 201)
    assert len(found) == 1
    assert isinstance(found[0]["service_request_id"], str)
    assert found[0]["account_id"] is None


@pytest.mark.parametrize("way", ["form", "query", "header"])
def test_the_key_may_come_three_ways(
    client: FlaskClient, world: World, secret: str, way: str
) -> None:
    sent = {"service_code": clients.PLAIN, **here(world)}
    answer = client.post(
        f"{V2}/requests.json",
        data={**sent, "api_key": secret} if way == "form" else sent,
        query_string={"api_key": secret} if way == "query" else None,
        headers={"Authorization": f"Bearer {secret}"} if way == "header" else None,
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("bad", ["none", "empty", "wrong", "revoked", "expired", "scope", "locked"])
def test_without_a_good_key_nothing_comes_in(
    client: FlaskClient, world: World, bad: str, form: str
) -> None:
    token, secret = key(("cases",) if bad == "scope" else ("open311",))
    if bad == "revoked":
        people.revoke_token(token, by=None)
    if bad == "expired":
        token.expires_at = clock.now() - timedelta(seconds=1)
    if bad == "locked":
        people.lock(token.account, reason="lost", by=world.admin)
    db.session.commit()
    given = {"none": None, "empty": "", "wrong": "wg_wrong"}.get(bad, secret)
    before = count()
    sent = {"service_code": clients.PLAIN, **here(world)}
    answer = client.post(f"{V2}/requests.{form}", data={**sent, "api_key": given} if given is not None else sent)  # fmt: skip
    if form == "xml":
        assert xml(answer, "errors", 403).findtext("error/code") == "403"
    else:
        assert [each["code"] for each in plain(answer, 403)] == [403]
    assert count() == before


def test_a_cookie_is_no_key(app: Flask, world: World) -> None:
    browser = as_user(app, world.dispatcher)
    sent = {"service_code": clients.PLAIN, **here(world)}
    assert browser.post(f"{V2}/requests.json", data=sent).status_code == 403
    app.config["WTF_CSRF_METHODS"] = ["POST"]
    assert browser.post(f"{V2}/requests.json", data=sent).status_code == 403
    assert post(browser, key()[1], **sent).status_code == 201, "a client has no form token"


def test_a_stranger_with_a_key_of_their_own_may_not_send(client: FlaskClient, world: World) -> None:
    owner = actors.queries.account(world.stranger.id)
    _token, secret = people.issue_token(name="own", scopes=["open311"], account=owner, by=None)
    db.session.commit()
    answer = post(client, secret, service_code=clients.PLAIN, **here(world))
    assert plain(answer, 403)[0]["code"] == 403


def test_whoever_reads_needs_no_key_and_none_is_looked_at(client: FlaskClient) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get(f"{V2}/services.json?api_key=wrong", headers=wrong).status_code == 200


def test_the_key_opens_nothing_else(client: FlaskClient, secret: str) -> None:
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/cases", headers=bearer).status_code == 403
    assert client.get(f"/api/v1/cases?api_key={secret}").status_code == 401


def test_answers_are_kept_with_the_words_of_the_questions(
    client: FlaskClient, world: World, secret: str
) -> None:
    clients.asking_class(world)
    sent = {
        "attribute[count]": "3",
        "attribute[fault]": "dark",
        "attribute[place][]": ["road", "yard"],
        "attribute[other]": "未问的",
    }
    answer = post(client, secret, service_code=clients.ASKING, **sent, **here(world))
    case = case_of(plain(answer, 201)[0]["service_request_id"])
    kept = {each["code"]: each["value"] for each in case.answers}
    assert kept == {"count": 3, "fault": "dark", "place": ["road", "yard"], "other": "未问的"}


def test_everything_that_is_wrong_is_told_at_once(
    client: FlaskClient, world: World, secret: str
) -> None:
    clients.asking_class(world)
    sent = {"service_code": clients.ASKING, "attribute[count]": "many", "phone": "12"}
    found = plain(post(client, secret, **sent), 400)
    told = {each["description"].partition(":")[0] for each in found}
    assert told == {"lat", "phone", "attribute[count]", "attribute[fault]"}
    same = xml(post(client, secret, "xml", **sent), "errors", 400)
    assert len(same) == len(found)


def test_an_answer_that_ends_the_report_says_what_to_do(
    client: FlaskClient, world: World, secret: str
) -> None:
    clients.asking_class(world)
    sent = {"attribute[count]": "1", "attribute[fault]": "wire", **here(world)}
    found = plain(post(client, secret, service_code=clients.ASKING, **sent), 400)
    assert "95598" in found[0]["description"]


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"service_code": ""}, 400, "service_code"),
    ({"service_code": "99999"}, 404, "service_code"),
    ({"service_code": "²"}, 404, "service_code"),
    ({"service_code": clients.INTERNAL}, 404, "service_code"),
    ({"lat": "", "long": ""}, 400, "lat"),
    ({"long": ""}, 400, "long"),
    ({"lat": "north"}, 400, "lat"),
    ({"lat": "nan"}, 400, "lat"),
    ({"lat": "91"}, 400, "lat"),
    ({"lat": "0", "long": "0"}, 400, "long"),
    ({"description": "字" * 4001}, 400, "description"),
    ({"email": "nobody"}, 400, "email"),
    ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
    ({"media_url": "http://["}, 400, "media_url"),
    ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
    ({"lat": "", "long": "", "address_id": "nowhere"}, 400, "address_id"),
    ({"client_id": "1"}, 400, "client_id"),
    ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
    ({"lat": ["36.1", "36.2"]}, 400, "lat"),
    ({"description": ["a", "b"]}, 400, "description"),
]


@pytest.mark.parametrize(("wrong", "status", "name"), WRONG)
def test_a_value_that_cannot_be_used_is_named(
    client: FlaskClient, world: World, secret: str, wrong: dict[str, Any], status: int, name: str
) -> None:
    before = count()
    sent = {"service_code": clients.PLAIN, **here(world), **wrong}
    found = plain(post(client, secret, **sent), status)
    assert [each["description"].partition(":")[0] for each in found] == [name]
    assert found[0]["code"] == status
    assert count() == before


def test_a_service_that_is_not_there_and_a_place_that_is_missing_are_two_kinds_of_error(
    client: FlaskClient, secret: str
) -> None:
    found = plain(post(client, secret, service_code="99999"), 404)
    assert sorted(each["code"] for each in found) == [400, 404]


def test_an_empty_post_says_both_things_that_are_needed(client: FlaskClient, secret: str) -> None:
    found = plain(post(client, secret), 400)
    assert {each["description"].partition(":")[0] for each in found} == {"service_code", "lat"}


def test_a_place_in_words_waits_outside_every_grid(
    client: FlaskClient, world: World, secret: str
) -> None:
    sent = {"service_code": clients.PLAIN, "address_string": "码头西侧"}
    case = case_of(plain(post(client, secret, **sent), 201)[0]["service_request_id"])
    assert case.grid_id is None
    assert case.where_words == "码头西侧"


def test_a_unit_cell_is_an_address(client: FlaskClient, world: World, secret: str) -> None:
    known = clients.filed(world).cell_code
    sent = {"service_code": clients.PLAIN, "address_id": known}
    case = case_of(plain(post(client, secret, **sent), 201)[0]["service_request_id"])
    assert case.cell_code == known
    assert case.accuracy_m == 100


def test_a_link_to_a_photo_is_kept_as_it_was_said(
    client: FlaskClient, world: World, secret: str
) -> None:
    link = "http://169.254.169.254/latest/?a=1&b=<2>"
    answer = post(client, secret, service_code=clients.PLAIN, media_url=link, **here(world))
    case = case_of(plain(answer, 201)[0]["service_request_id"])
    assert [each["value"] for each in case.answers] == [link]
    assert case.words is None
    moves.file_case(case, by=world.dispatcher)
    db.session.commit()
    assert link not in client.get(f"{V2}/requests/{case.number}.json").get_data(as_text=True)


def test_files_are_refused_and_not_dropped(client: FlaskClient, world: World, secret: str) -> None:
    from tests.cases.stages import picture

    sent = {"service_code": clients.PLAIN, "media": (picture(), "a.jpg"), **here(world)}
    found = plain(post(client, secret, **sent), 400)
    assert found[0]["description"].startswith("media:")


def test_a_body_of_two_megabytes_is_too_large(client: FlaskClient, secret: str) -> None:
    found = plain(post(client, secret, description="x" * 2_000_000), 413)
    assert found[0]["code"] == 413


def test_the_same_client_id_is_the_same_request(
    client: FlaskClient, world: World, secret: str
) -> None:
    sent = {"service_code": clients.PLAIN, "client_id": str(uuid.uuid4()), **here(world)}
    first, second = post(client, secret, **sent), post(client, secret, **sent)
    assert plain(first, 201)[0] == plain(second, 200)[0]
    assert count() == 1
    other = key(name="another portal")[1]
    assert plain(post(client, other, **sent), 403)[0]["code"] == 403


def test_a_batch_service_hands_out_a_token_until_it_is_confirmed(
    client: FlaskClient, world: World, secret: str
) -> None:
    found = plain(post(client, secret, service_code=clients.BATCH, **here(world)), 201)[0]
    assert list(found) == ["token", "service_notice", "account_id"]
    address = f"{V2}/tokens/{found['token']}"
    assert plain(client.get(f"{address}.json")) == [
        {"service_request_id": None, "token": found["token"]}
    ]
    case = db.session.scalars(select(Open311Request)).one().case
    moves.file_case(case, by=world.dispatcher)
    db.session.commit()
    told = xml(client.get(f"{address}.xml"), "service_requests")
    assert tags(told[0]) == ["service_request_id", "token"]
    assert said(told[0]) == {"service_request_id": case.number, "token": found["token"]}
    assert client.get(f"{V2}/requests/{case.number}.json").status_code == 200


def test_a_token_leads_on_when_its_request_was_merged_and_nowhere_when_it_is_private(
    client: FlaskClient, world: World, secret: str
) -> None:
    main = clients.filed(world, class_code=clients.BATCH)
    token = plain(post(client, secret, service_code=clients.BATCH, **here(world)), 201)[0]["token"]
    case = db.session.scalars(select(Open311Request)).one().case
    moves.merge(case, into=main.number, by=world.dispatcher)
    db.session.commit()
    address = f"{V2}/tokens/{token}.json"
    assert plain(client.get(address))[0]["service_request_id"] == main.number
    case.private = True
    db.session.commit()
    assert plain(client.get(address))[0]["service_request_id"] is None


def test_a_realtime_request_has_no_token(client: FlaskClient, world: World, secret: str) -> None:
    post(client, secret, service_code=clients.PLAIN, **here(world))
    token = db.session.scalars(select(Open311Request.token)).one()
    assert client.get(f"{V2}/tokens/{token}.json").status_code == 404


def test_a_request_is_at_most_fifteen_statements(
    app: Flask, client: FlaskClient, world: World, secret: str
) -> None:
    from tests.interop.open311.counting import statements

    sent = {"service_code": clients.PLAIN, "description": "x", **here(world)}
    post(client, secret, **sent)
    with statements(app) as asked:
        post(client, secret, **sent)
    assert len(asked) <= 15, "\n".join(asked)
