"""Administrators keep endpoints on pages; nobody else opens them, and no secret is shown twice."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.counted import counted
from tests.interop.webhooks.conftest import Keeping
from tests.interop.webhooks.receivers import Receiver
from tests.world import World, as_user
from webapp.base import audit
from webapp.interop.webhooks import actions, delivering
from webapp.interop.webhooks.models import Delivery, Endpoint
from webapp.interop.webhooks.rules import EndpointState

FORM = {"name": "collector", "url": "https://hooks.example/in", "types": "case.created"}


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    """The browser of the administrator."""
    return as_user(app, world.admin)


def _one(session: Session) -> Endpoint:
    session.expire_all()
    return session.scalars(select(Endpoint)).one()


def _secret(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]{44}", page)
    assert found, page
    return found[0]


def test_an_endpoint_is_kept_and_its_secret_shown_once(
    admin: FlaskClient, session: Session, world: World
) -> None:
    assert "/webhooks/new" in admin.get("/webhooks").get_data(as_text=True)
    assert 'name="types"' in admin.get("/webhooks/new").get_data(as_text=True)
    secret = _secret(admin.post("/webhooks", data=FORM).get_data(as_text=True))
    endpoint = _one(session)
    assert (endpoint.types, endpoint.kinds) == (["case.created"], ["case"])
    assert endpoint.account.username == "machine-collector"
    assert endpoint.keeper_id == world.admin.id
    for path in ("/webhooks", f"/webhooks/{endpoint.id}", f"/webhooks/{endpoint.id}/edit"):
        page = admin.get(path).get_data(as_text=True)
        assert "collector" in page
        assert secret not in page
    assert secret not in str([each.data for each in audit.history("webhook", endpoint.id)])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://hooks.example/"),
        ("url", "https://name:word@hooks.example/"),
        ("types", "case.exploded"),
        ("types", ""),
        ("name", ""),
        ("to", "nobody-of-this-name"),
    ],
)
def test_a_wrong_form_is_shown_again(
    admin: FlaskClient, session: Session, field: str, value: str
) -> None:
    answer = admin.post("/webhooks", data=FORM | {field: value})
    assert answer.status_code == 422
    assert 'class="error"' in answer.get_data(as_text=True)
    assert session.scalars(select(Endpoint)).all() == []


def test_a_name_is_taken_once(admin: FlaskClient, session: Session) -> None:
    admin.post("/webhooks", data=FORM)
    answer = admin.post("/webhooks", data=FORM | {"url": "https://other.example/"})
    assert answer.status_code == 422
    assert _one(session).url == FORM["url"]


def test_an_endpoint_is_changed_by_the_version_that_was_seen(
    admin: FlaskClient, session: Session, keeping: Keeping
) -> None:
    endpoint, _kept = keeping()
    seen = endpoint.version
    path = f"/webhooks/{endpoint.id}/edit"
    more = {"to": "worker", "types": ["alarm.raised", "case.closed"], "base_version": seen}
    assert admin.post(path, data=FORM | more).status_code == 303
    changed = _one(session)
    assert (changed.url, changed.account.username) == (FORM["url"], "worker")
    assert (changed.types, changed.kinds) == (["case.closed", "alarm.raised"], ["alarm", "case"])
    late = admin.post(path, data=FORM | more | {"name": "too late"})
    assert late.status_code == 409
    assert _one(session).name == "collector"


def test_the_buttons_lead_from_state_to_state(
    admin: FlaskClient, session: Session, keeping: Keeping
) -> None:
    endpoint, _kept = keeping()
    path = f"/webhooks/{endpoint.id}"
    for name, state in (
        ("pause", EndpointState.PAUSED),
        ("resume", EndpointState.ON),
        ("retire", EndpointState.RETIRED),
    ):
        assert admin.post(f"{path}/{name}").status_code == 303
        assert _one(session).state == state
    for name in ("resume", "secret", "test", "pause"):
        assert admin.post(f"{path}/{name}").status_code == 409
    assert admin.post(f"{path}/switch_off").status_code == 404


def test_a_paused_endpoint_is_noted_nothing(
    admin: FlaskClient, session: Session, keeping: Keeping, world: World, receiver: Receiver
) -> None:
    endpoint, _kept = keeping()
    admin.post(f"/webhooks/{endpoint.id}/pause")
    reported(world)
    delivering.send()
    assert receiver.came == []
    assert session.scalars(select(Delivery)).all() == []


def test_a_new_secret_is_shown_once(admin: FlaskClient, session: Session, keeping: Keeping) -> None:
    endpoint, old = keeping()
    path = f"/webhooks/{endpoint.id}/secret"
    assert admin.post(path, data={"hours": "1000"}).status_code == 422
    new = _secret(admin.post(path, data={"hours": "48"}).get_data(as_text=True))
    assert new != old
    assert new not in admin.get(f"/webhooks/{endpoint.id}").get_data(as_text=True)


def test_a_test_is_sent_and_its_answer_shown(
    admin: FlaskClient, keeping: Keeping, receiver: Receiver
) -> None:
    endpoint, secret = keeping()
    receiver.answer = lambda _message: (400, {}, b"<b>what is that?</b>")
    answer = admin.post(f"/webhooks/{endpoint.id}/test")
    delivering.send()
    receiver.came[0].checked(secret)
    page = admin.get(answer.headers["Location"]).get_data(as_text=True)
    assert "&lt;b&gt;what is that?&lt;/b&gt;" in page
    assert receiver.came[0].id in page
    receiver.answer = lambda _message: (204, {}, b"")
    assert admin.post(answer.headers["Location"] + "/again").status_code == 303
    delivering.send()
    assert receiver.came[0].id == receiver.came[1].id
    log = admin.get(f"/webhooks/{endpoint.id}?state=delivered").get_data(as_text=True)
    assert answer.headers["Location"] in log
    assert "/webhooks/deliveries/" not in admin.get(
        f"/webhooks/{endpoint.id}?state=failed"
    ).get_data(as_text=True)


def test_nobody_else_opens_any_of_it(app: Flask, keeping: Keeping, world: World) -> None:
    endpoint, _kept = keeping()
    delivery = actions.send_test(endpoint)
    key = f"/webhooks/{endpoint.id}"
    reads = (
        "/webhooks",
        "/webhooks/new",
        key,
        f"{key}/edit",
        f"/webhooks/deliveries/{delivery.id}",
    )
    sends = (
        "/webhooks",
        f"{key}/edit",
        f"{key}/pause",
        f"{key}/retire",
        f"{key}/secret",
        f"{key}/test",
        f"/webhooks/deliveries/{delivery.id}/again",
    )
    for who in (world.stranger, world.worker, world.shift_leader):
        browser = as_user(app, who)
        assert {browser.get(path).status_code for path in reads} == {403}
        assert {browser.post(path).status_code for path in sends} == {403}
    visitor = app.test_client()
    assert {visitor.post(path).status_code for path in sends} == {401}
    assert endpoint.state == EndpointState.ON


def test_a_long_log_asks_no_more(
    app: Flask, admin: FlaskClient, keeping: Keeping, world: World, session: Session
) -> None:
    endpoint, _kept = keeping()
    counts = []
    for _turn in range(2):
        for _each in range(4):
            reported(world)
        delivering.send()
        session.expire_all()
        with counted() as asked:
            assert admin.get(f"/webhooks/{endpoint.id}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_operator_lists_and_tests(
    app: Flask, keeping: Keeping, receiver: Receiver, session: Session
) -> None:
    endpoint, secret = keeping()
    run = app.test_cli_runner().invoke
    assert "collector" in run(args=["webhooks", "list"]).output
    said = run(args=["webhooks", "test", str(endpoint.id)])
    assert "answered 200" in said.output, said.output
    receiver.came[0].checked(secret)
    assert run(args=["webhooks", "test", "999999"]).exit_code == 1
    assert "0 events" in run(args=["webhooks", "send"]).output
    assert "1 secrets sealed anew" in run(args=["webhooks", "reseal"]).output
    assert delivering.secrets_of(session.get_one(Endpoint, endpoint.id)) == (secret,)
