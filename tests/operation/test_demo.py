"""Demo data are there at once, once, and nowhere that real people are."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests import databases
from webapp.app import create_app
from webapp.base import audit, clock
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.cases.models import Case
from webapp.cases.rules import Source, State
from webapp.grids import queries as grids
from webapp.ledgers.rules import LEDGERS
from webapp.ledgers.sources import SOURCES
from webapp.operation import stories
from webapp.people.models import Account, Post
from webapp.people.rules import ROLES
from webapp.services.applications import queries as applications
from webapp.services.applications.models import Application
from webapp.services.applications.rules import State as ApplicationState
from webapp.services.news import queries as news


@dataclass
class Installation:
    """A database with demo data, its folder, and what the command said."""

    app: Flask
    url: str
    instance: Path
    said: str

    def again(self) -> str:
        """What the command says when it is run once more."""
        return databases.flask(self.url, "demo", INSTANCE=str(self.instance))


@pytest.fixture(scope="module")
def demo(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    name = f"demo_{uuid.uuid4().hex[:10]}"
    instance = tmp_path_factory.mktemp("demo")
    url = databases.clone_with_demo(cluster_url, name, instance)
    said = (instance / databases.SAID).read_text(encoding="utf-8")
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        "INSTANCE": str(instance),
        "SECRET_KEY": databases.SECRET_KEY,
    }
    app = create_app(Settings.from_environment(values))
    with app.app_context():
        yield Installation(app, url, instance, said)
    databases.drop(cluster_url, name)


def test_it_says_in_one_line_what_it_did(demo: Installation) -> None:
    assert re.search(r"^\d+ accounts and 60 cases added$", demo.said, re.MULTILINE)


# The figures of domain.md 4.6 that belong to projects, residents and communities.
FIGURES = {
    "SELECT count(*) FROM project": 11,
    "SELECT count(*) FROM project WHERE state IN ('handed_over', 'entered', 'building')": 5,
    "SELECT count(*) FROM project WHERE state = 'levelling'": 6,
    "SELECT count(DISTINCT leader_id) FROM project": 7,
    "SELECT count(*) FROM project_bond": 6,
    "SELECT count(*) FROM project_tough": 4,
    "SELECT count(*) FROM relocation_household h JOIN project p ON p.id = h.project_id"
    " WHERE p.name = '东岛咀海岸公园'": 25,
    "SELECT count(*) FROM livelihood_item": 97,
    "SELECT count(*) FROM livelihood_item WHERE state IN"
    " ('funded', 'building', 'built', 'accepted', 'archived')": 72,
    "SELECT count(*) FROM activity WHERE kind = 'talk'": 70,
}


def test_the_figures_of_the_article_are_there(demo: Installation) -> None:
    found = {each: db.session.scalar(text(each)) for each in FIGURES}
    assert found == FIGURES
    greenhouses = db.session.scalar(
        text(
            "SELECT sum(h.greenhouse_m2) FROM relocation_household h"
            " JOIN project p ON p.id = h.project_id WHERE p.name = '东岛咀海岸公园'"
        )
    )
    assert 4000 <= greenhouses < 4200
    assert len(LEDGERS) == len(SOURCES) == 34


@pytest.mark.thorough
def test_a_second_time_nothing_is_added(demo: Installation) -> None:
    logins = (demo.instance / "demo-logins.json").read_bytes()
    assert "0 accounts and 0 cases added" in demo.again()
    assert (demo.instance / "demo-logins.json").read_bytes() == logins


def test_the_sign_ins_are_for_their_owner_and_lead_home(demo: Installation) -> None:
    file = demo.instance / "demo-logins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [row["username"] for row in rows][:3] == ["worker", "leader", "dispatcher"]
    for row in rows:
        assert set(row) == {"role", "username", "password", "home"}
        assert len(row["password"]) >= 10
        client = demo.app.test_client()
        demo.app.config["WTF_CSRF_METHODS"] = []
        answer = client.post(
            "/sign-in", data={"username": row["username"], "password": row["password"]}
        )
        assert answer.headers["Location"] == row["home"], row
        assert client.get(row["home"]).status_code == 200


@pytest.mark.thorough
def test_lost_sign_ins_are_renewed(demo: Installation) -> None:
    file = demo.instance / "demo-logins.json"
    before = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    assert "0 accounts and 0 cases added" in demo.again()
    after = json.loads(file.read_text(encoding="utf-8"))
    assert [row["username"] for row in after] == [row["username"] for row in before]
    assert after[0]["password"] != before[0]["password"]


def test_every_living_grid_has_its_worker_and_nobody_has_a_name(demo: Installation) -> None:
    watched = set(db.session.scalars(select(Post.grid_id).where(Post.role == "grid_worker")))
    assert watched == {grid.id for grid in grids.living()}
    assert len(watched) == 97
    titles = (
        "居民|项目负责人|企业联系人|代办员|网格员|网格长|受理员|派遣员|值班长|督查员|经办人|站长|窗口|街道分管领导"
        "|系统管理员|渔港管理员|船长|安监员|包项目领导|项目"
    )
    for account in db.session.scalars(select(Account).where(Account.demo)):
        assert re.match(titles, account.name), account.name
    roles = set(db.session.scalars(select(Post.role).distinct()))
    assert roles <= set(ROLES)


def test_residents_and_enterprises_follow_the_workstations(demo: Installation) -> None:
    assert news.following() == (2179, 89)


def test_cases_stand_at_every_stage_and_lie_where_they_should(demo: Installation) -> None:
    told = select(Case.state, func.count()).where(Case.source == Source.WORKER)
    stages = dict(db.session.execute(told.group_by(Case.state)).all())
    assert stages == {state: count for state, (count, _from, _to) in stories.STAGES.items()}
    lost = db.session.scalars(select(Case).where(Case.grid_id.is_(None))).all()
    assert lost
    assert {case.state for case in lost} == {State.REPORTED}
    home = select(func.count()).where(Case.handler_id == Account.id, Account.username == "worker")
    assert db.session.scalar(home)


def test_they_are_marked_as_examples_and_have_their_pictures(demo: Installation) -> None:
    for case in db.session.scalars(select(Case)):
        assert (case.words or "").startswith("【示例】")
        assert case.media, case.number
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) > 80


def test_residents_have_reported_what_the_public_may_and_may_not_read(demo: Installation) -> None:
    told = db.session.scalars(select(Case).where(Case.source == Source.PUBLIC)).all()
    assert {case.confidential for case in told} == {case.private for case in told} == {True, False}
    assert [case.reopenings for case in told].count(1) == 1
    old = clock.now() - timedelta(days=90)
    assert [case.happened_at < old for case in told].count(True) == 1


def test_45_online_matters_were_handled_and_some_stand_at_every_level(demo: Installation) -> None:
    handled = applications.handled()
    assert (handled.count, handled.online) == (45, 45)
    assert handled.compression is not None
    assert handled.compression >= 0.64
    states = set(db.session.scalars(select(Application.state).distinct()))
    assert states == set(ApplicationState) - {"accepted", "closed_expired"}
    assert any(each.supplement for each in db.session.scalars(select(Application)))
    assert "【示例】" in " ".join(
        each.note or "" for each in db.session.scalars(select(Application))
    )


def test_a_client_of_open311_finds_one_of_everything(demo: Installation) -> None:
    client = demo.app.test_client()
    services = client.get("/open311/v2/services.json").get_json()
    assert {each["type"] for each in services} == {"realtime", "batch"}
    assert {each["metadata"] for each in services} == {True, False}
    assert any({"&", "<"} <= set(each["service_name"]) for each in services)
    asked = client.get("/open311/v2/services/01037.json").get_json()["attributes"]
    kinds = {each["datatype"] for each in asked}
    assert kinds >= {"number", "singlevaluelist", "multivaluelist"}
    told = client.get("/open311/v2/requests.json").get_json()
    assert any({"&", "<"} <= set(each["description"] or "") for each in told)
    assert any(each["media_url"] for each in told)
    old = clock.now() - timedelta(days=90)
    for case in db.session.scalars(select(Case).where(Case.source == Source.PUBLIC)):
        answer = client.get(f"/open311/v2/requests/{case.number}.xml")
        if case.private:
            assert answer.status_code == 404
        if case.received_at < old:
            assert answer.status_code == 200
            assert case.number not in {each["service_request_id"] for each in told}


def test_nothing_happened_in_the_future_and_the_log_is_in_order(demo: Installation) -> None:
    now = clock.now()
    for case in db.session.scalars(select(Case)):
        moments = [event.at for event in audit.history("case", case.id)]
        assert moments == sorted(moments)
        young = timedelta(days=9 if case.source == Source.WORKER else 101)
        assert now - young < case.happened_at <= moments[-1] <= now
        assert case.happened_at <= case.received_at
    assert audit.broken_links() == []


def test_the_check_finds_everything_whole(demo: Installation) -> None:
    said = databases.flask(demo.url, "check", "--files", INSTANCE=str(demo.instance))
    assert "everything is whole" in said
    assert re.search(r"^the newest event is of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+08:00$", said, re.M)


def test_production_refuses(demo: Installation) -> None:
    with pytest.raises(RuntimeError, match="no place in production"):
        databases.flask(
            demo.url,
            "demo",
            INSTANCE=str(demo.instance),
            WANGGE_ENV="production",
            SECRET_KEY="k" * 40,
        )


def test_without_geodata_it_says_what_to_do(cluster_url: str, tmp_path: Path) -> None:
    name = f"bare_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name, of=databases.BARE)
    with pytest.raises(RuntimeError, match="geodata load"):
        databases.flask(url, "demo", INSTANCE=str(tmp_path))
    databases.drop(cluster_url, name)
