"""The house says truly whether it is alive and whether it can do its work."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from webapp.base import intake
from webapp.base.db import db


@pytest.fixture
def worker(session: Session) -> None:
    """A worker was heard just now."""
    session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    session.flush()


def test_alive_does_not_ask_the_database(app: Flask, client: FlaskClient) -> None:
    asked = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *what: asked.append(what))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok\n")
    assert answer.mimetype == "text/plain"
    assert asked == []


@pytest.mark.usefixtures("worker")
def test_ready_when_everything_is(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "database": "ok",
        "schema": "ok",
        "worker": "ok",
        "intake": "silent",
    }
    intake.beat()
    assert client.get("/readyz").get_json()["intake"] == "ok"


def test_without_a_worker_production_is_not_ready(app: Flask, client: FlaskClient) -> None:
    assert client.get("/readyz").get_json()["worker"] == "silent"
    assert client.get("/readyz").status_code == 200
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, env="production")
    try:
        answer = client.get("/readyz")
    finally:
        app.extensions["settings"] = before
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


@pytest.mark.usefixtures("worker")
def test_a_worker_that_has_been_silent_is_not_there(session: Session, client: FlaskClient) -> None:
    session.execute(
        text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    )
    assert client.get("/readyz").get_json()["worker"] == "silent"


def test_an_old_schema_is_not_ready(session: Session, client: FlaskClient) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["schema"]) == (503, "old")


def test_demo_accounts_are_not_ready_for_production(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    session.execute(
        text("INSERT INTO account (name, username, demo) VALUES ('demo', 'demo-x', true)")
    )
    assert client.get("/readyz").status_code == 200
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, env="production")
    try:
        answer = client.get("/readyz")
    finally:
        app.extensions["settings"] = before
    assert (answer.status_code, answer.get_json()["demo"]) == (503, "present")
