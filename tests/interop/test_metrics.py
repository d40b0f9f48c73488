"""Figures of the running house, for those who may know them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import databases
from tests.servers import Served, Visitor, running
from tests.world import World, as_user
from webapp.base.db import db
from webapp.people import actions


@pytest.fixture(scope="module")
def pair(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    name = f"metrics_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name)
    with running(url, tmp_path_factory.mktemp("metrics"), workers=2) as served:
        yield served
    databases.drop(cluster_url, name)


def _figures(served: Served, token: str) -> dict[str, float]:
    request = Request(f"{served.url}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        lines = answer.read().decode().splitlines()
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    }


@pytest.mark.thorough
def test_all_processes_are_counted_together(pair: Served) -> None:
    database = pair.database_url
    said = databases.flask(database, "tokens", "issue", "prometheus", "--scope", "machines")
    found = re.search(r"wg_[\w-]+", said)
    assert found
    before = _figures(pair, found[0])
    visitor = Visitor(pair)
    for _each in range(20):
        visitor.get("/healthz")
    after = _figures(pair, found[0])
    counted = 'wangge_requests_total{endpoint="health.alive",method="GET",status="200"}'
    assert after[counted] - before.get(counted, 0) == 20
    assert after['wangge_request_seconds_count{endpoint="health.alive"}'] >= 20
    assert after["wangge_worker_silence_seconds"] < 20


def _asked(client: FlaskClient, **headers: str) -> int:
    far = {"REMOTE_ADDR": "192.0.2.7"}
    return client.get("/metrics", headers=headers, environ_overrides=far).status_code


def test_they_are_nobody_elses_business(client: FlaskClient, app: Flask, world: World) -> None:
    assert _asked(client) in (302, 401)
    assert _asked(as_user(app, world.worker)) == 403
    assert _asked(as_user(app, world.admin)) == 200


@pytest.mark.parametrize("scope, status", [("machines", 200), ("grids", 403)])
def test_the_token_of_a_machine_reads_them_if_it_is_for_that(
    client: FlaskClient, world: World, scope: str, status: int
) -> None:
    owner = actions.machine_account("prometheus", by=None)
    _token, secret = actions.issue_token(
        name="prometheus", scopes=[scope], account=owner, expires_at=None, by=None
    )
    db.session.commit()
    assert _asked(client, Authorization=f"Bearer {secret}") == status


def test_a_program_of_the_same_machine_needs_no_token(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert "# TYPE wangge_open_cases gauge" in answer.text


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_behind_a_proxy_nobody_is_of_the_same_machine(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "192.0.2.7"}).status_code in (302, 401)


def test_production_wants_a_token_from_everybody(client: FlaskClient, app: Flask) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, env="production")
    try:
        assert client.get("/metrics").status_code in (302, 401)
    finally:
        app.extensions["settings"] = before
