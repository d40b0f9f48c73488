"""The house says truly whether it is alive and whether it can do its work."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, exc, text
from sqlalchemy.orm import Session

from tests.world import World, as_user
from webapp.base import intake, tasks
from webapp.base.db import db
from webapp.interop import processes, queries


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


@pytest.fixture
def noted(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """An instance whose house notes what runs: cameras are named, and their watch has died."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, instance=tmp_path, camera_hosts="127.0.0.1")
    now = time.time()
    running = {name: {"alive": True, "since": now - 60, "starts": 1} for name in ("web", "worker")}
    died = {"watch": {"alive": False, "since": now - 5, "starts": 4}}
    note = {"at": now, "processes": running | died}
    (tmp_path / processes.NOTE).write_text(json.dumps(note))
    yield tmp_path
    app.extensions["settings"] = before


@pytest.mark.usefixtures("worker")
def test_an_administrator_sees_how_every_process_is(app: Flask, world: World, noted: Path) -> None:
    intake.beat()
    said = as_user(app, world.admin).get("/health").text
    assert all(f">{name}</span>" in said for name in processes.NAMES)
    with app.app_context():
        states = {each.name: each for each in processes.all_of_them(app.extensions["settings"])}
    assert {name: str(each.state) for name, each in states.items() if name != "broker"} == {
        "house": "well",
        "database": "well",
        "web": "well",
        "worker": "well",
        "intake": "well",
        "watch": "away",
        "ais": "off",
    }
    assert states["watch"].starts == 4
    assert processes.store(noted).backup_at is None
    (noted / processes.BACKUP).touch()
    assert (processes.store(noted).backup_s or 99) < 10
    assert as_user(app, world.worker).get("/health").status_code == 403


@pytest.mark.usefixtures("noted")
def test_an_old_note_tells_nothing(app: Flask) -> None:
    settings = app.extensions["settings"]
    file = settings.instance / processes.NOTE
    file.write_text(json.dumps(json.loads(file.read_text()) | {"at": time.time() - 60}))
    with app.app_context():
        states = {each.name: str(each.state) for each in processes.all_of_them(settings)}
        assert (states["house"], states["watch"]) == ("silent", "unknown")
        file.unlink()
        states = {each.name: str(each.state) for each in processes.all_of_them(settings)}
        assert (states["house"], states["web"]) == ("unknown", "well")


@pytest.mark.usefixtures("noted", "worker")
def test_alerts_are_told_which_process_is_well(client: FlaskClient) -> None:
    said = client.get("/metrics").text
    assert 'wangge_process_up{process="worker"} 1.0' in said
    assert 'wangge_process_up{process="watch"} 0.0' in said
    assert 'wangge_process_starts_total{process="watch"} 4.0' in said
    assert 'process="ais"' not in said


def test_without_the_database_it_is_told_that_it_is_away_and_nothing_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise exc.OperationalError("SELECT", {}, Exception("the server is gone"))

    monkeypatch.setattr(queries, "schema", away)
    monkeypatch.setattr(tasks, "depth", away)
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert 'wangge_process_up{process="database"} 0.0' in answer.text
    assert "wangge_requests" not in answer.text
