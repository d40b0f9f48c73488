"""Keys of machines: shown once, narrow, and gone when they are revoked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people.conftest import Clock
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable
from webapp.people import actions, actors, queries
from webapp.people.rules import SCOPES


def issued(scopes=("cases",), **more) -> tuple[object, str]:
    owner = more.pop("account", None) or actions.machine_account("sensor", by=None)
    found = actions.issue_token(name="sensor", scopes=scopes, account=owner, by=None, **more)
    db.session.commit()
    return found


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_opens_its_scopes_and_nothing_else(world: World, client: FlaskClient) -> None:
    _token, secret = issued(("grids",), account=queries.account(world.admin.id))
    assert client.get("/grids", headers=bearer(secret)).status_code == 200
    assert client.get("/people/accounts", headers=bearer(secret)).status_code == 403


def test_a_machine_has_an_account_of_its_own_with_the_post_of_a_machine(session) -> None:
    token, _secret = issued()
    who = actors.person(token.account_id)
    assert who.roles == {"machine"}
    assert token.account.password_hash is None
    assert actions.machine_account("sensor", by=None).id == token.account_id


def test_only_the_digest_of_a_token_is_kept(session) -> None:
    token, secret = issued()
    assert secret.startswith("wg_")
    assert secret.encode() not in token.hash
    assert len(token.hash) == 32


@pytest.mark.parametrize("scopes", [(), ("people",), ("cases", "everything")])
def test_a_scope_that_does_not_exist_is_refused(session, scopes) -> None:
    with pytest.raises(Unacceptable) as refused:
        issued(scopes)
    assert "scopes" in refused.value.fields


def test_no_scope_opens_the_management_of_people(session) -> None:
    assert "people" not in SCOPES


def test_two_tokens_never_share_a_name(session) -> None:
    issued()
    with pytest.raises(Unacceptable) as refused:
        issued()
    assert "name" in refused.value.fields


def test_a_revoked_token_opens_nothing(session, client: FlaskClient) -> None:
    token, secret = issued(("grids",))
    actions.revoke_token(token, by=None)
    db.session.commit()
    assert client.get("/grids", headers=bearer(secret)).status_code == 401
    with pytest.raises(NotOpen):
        actions.revoke_token(token, by=None)


def test_a_token_ends_on_its_last_day(session, client: FlaskClient) -> None:
    _token, secret = issued(("grids",), expires_at=clock.now() - timedelta(seconds=1))
    assert client.get("/grids", headers=bearer(secret)).status_code == 401


def test_a_wrong_token_is_refused_and_not_taken_for_a_visitor(session, client: FlaskClient) -> None:
    assert client.get("/grids", headers=bearer("wg_wrong")).status_code == 401


def test_a_wrong_token_is_told_of_before_whatever_else_is_amiss(
    session, client: FlaskClient
) -> None:
    for address in ("/api/v1/gates/nowhere/events", "/nowhere"):
        answer = client.post(address, json={}, headers=bearer("wg_wrong"))
        assert answer.status_code == 401


def test_the_last_use_is_noted_to_the_minute(session, client: FlaskClient, watch: Clock) -> None:
    token, secret = issued(("grids",))
    first = watch.now
    client.get("/grids", headers=bearer(secret))
    watch.later(seconds=50)
    client.get("/grids", headers=bearer(secret))
    db.session.refresh(token)
    assert token.used_at == first
    watch.later(seconds=20)
    client.get("/grids", headers=bearer(secret))
    db.session.refresh(token)
    assert token.used_at == watch.now


def test_the_token_of_a_locked_account_opens_nothing(world: World, client: FlaskClient) -> None:
    token, secret = issued(("grids",))
    actions.lock(token.account, reason="stolen", by=world.admin)
    db.session.commit()
    assert client.get("/live", headers=bearer(secret)).status_code == 401


def test_an_administrator_issues_and_revokes_on_the_page(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    made = admin.post("/people/tokens", data={"name": "gate 3", "scopes": ["grids", "cases"]})
    secret = re.search(r"wg_[\w-]+", made.text)[0]
    assert secret not in admin.get("/people/tokens").text
    token = queries.token_named("gate 3")
    assert token.scopes == ["cases", "grids"]
    assert admin.post(f"/people/tokens/{token.id}/revoke").status_code == 303


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("name", {"scopes": "grids"}),
        ("scopes", {"name": "gate", "scopes": "people"}),
        ("to", {"name": "gate", "scopes": "grids", "to": "nobody"}),
        ("until", {"name": "gate", "scopes": "grids", "until": "soon"}),
    ],
)
def test_a_refused_token_says_why(
    app: Flask, world: World, field: str, sent: dict[str, str]
) -> None:
    answer = as_user(app, world.admin).post("/people/tokens", data=sent)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


def test_the_command_prints_one_token(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["tokens", "issue", "probe", "--scope", "grids"])
    assert run.exit_code == 0
    assert re.fullmatch(r"wg_[\w-]{40,}\n", run.output)
    listed = app.test_cli_runner().invoke(args=["tokens", "list"]).output
    assert "probe\tgrids\tmachine-probe\tfor ever\tnever used" in listed
    assert app.test_cli_runner().invoke(args=["tokens", "revoke", "probe"]).exit_code == 0
    assert "revoked" in app.test_cli_runner().invoke(args=["tokens", "list"]).output


def test_the_command_knows_no_other_scope(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["tokens", "issue", "probe", "--scope", "people"])
    assert run.exit_code == 2
