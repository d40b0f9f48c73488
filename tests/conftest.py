"""One throwaway cluster for the run, one database for each worker, one undone transaction a test."""

from __future__ import annotations

import contextvars
import gc
import os
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import is_hypothesis_test, settings
from sqlalchemy.orm import Session

from house.cluster import Throwaway
from tests import databases, examples

pytest_plugins = ["tests.world", "tests.browser"]

CLUSTER = pytest.StashKey[Throwaway]()
URL = pytest.StashKey[str]()
MAKING = pytest.StashKey[Thread]()

# Roughly how many seconds a test takes that has one of these; any other takes a tenth of one.
COSTS = {
    "new_page": 4,
    "readings": 5,
    "small_house": 3,
    "bare_house": 3,
    "instance": 3,
    "elsewhere": 10,
    "lines": 3,
    "wire": 8,
    "hooked": 12,
    "hall": 12,
    "single_house": 2,
    "flow": 8,
    "films_folder": 4,
    "films": 1,
    "rebuilt": 25,
    "empty": 6,
    "own": 6,
    "demo": 2,
    "world": 0.2,
}

# The same examples in each run, so that whoever changed nothing sees nothing new fail; no example has
# a deadline, for a busy machine is slow.
settings.register_profile("house", max_examples=examples.of(100), derandomize=True, deadline=None)
settings.load_profile("house")

# Files without a database that take longer than this are done while it is being made.
AHEAD_S = 2.0
# Until the tests are collected next to nothing is garbage.
gc.disable()

# What needs the demo data, and for how long others are done while it is being made.
WITH_DEMO = {"served", "full_house", "demo"}
MEANWHILE_S = 90.0


def pytest_configure(config: pytest.Config) -> None:
    """The process that hands out the tests starts the cluster and makes the template database."""
    given = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[URL] = given["cluster"]
    elif not config.option.collectonly and not config.option.help:
        cluster = Throwaway()
        config.stash[CLUSTER] = cluster.__enter__()
        config.stash[URL] = cluster.url
        config.stash[MAKING] = databases.make_template(
            cluster.url, with_demo=config.args_source is config.ArgsSource.TESTPATHS
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest are handed out first, so that both workers end together; before
    them such as want no database while it is being made, and others while the demo data is. Where
    properties are tried on all their examples they belong to the thorough run."""
    costs: defaultdict[Path, float] = defaultdict(float)
    waiting: dict[Path, bool] = {}
    for item in items:
        names: Sequence[str] = getattr(item, "fixturenames", ())
        costs[item.path] += max((COSTS.get(name, 0.1) for name in names), default=0.1)
        if "cluster_url" in names:
            waiting[item.path] = waiting.get(item.path, False) or not WITH_DEMO.isdisjoint(names)
        if examples.ALL in os.environ and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.thorough)
    longest = sorted(costs, key=lambda path: (-costs[path], path))
    turns = {path: 0 for path in longest if costs[path] > AHEAD_S and path not in waiting}
    spent = 0.0
    for path in longest:
        if waiting.get(path) is False and spent < MEANWHILE_S:
            turns[path] = 1
            spent += costs[path]
    items.sort(key=lambda item: (turns.get(item.path, 2), -costs[item.path], item.path))


def pytest_collection_finish() -> None:
    """What has been imported stays: the collector need not walk over it again and again. It looks
    less often at the rest, of which a test leaves little."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Workers use the same cluster."""
    node.workerinput["cluster"] = node.config.stash[URL]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The cluster goes with the run."""
    cluster = config.stash.get(CLUSTER, None)
    if cluster is not None:
        config.stash[MAKING].join()
        cluster.__exit__(None, None, None)


@pytest.fixture(scope="session")
def cluster_url(pytestconfig: pytest.Config) -> str:
    """The address of the throwaway cluster, as superuser."""
    return pytestconfig.stash[URL]


@pytest.fixture(scope="session")
def own_database(cluster_url: str) -> Iterator[str]:
    """The address of a database of one's own: migrated, with the default geodata and classes."""
    name = f"test_{uuid.uuid4().hex[:10]}"
    yield databases.clone(cluster_url, name)
    databases.drop(cluster_url, name)


class Browser(FlaskClient):
    """A client whose requests share nothing with the test that sends them, nor with each other."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Sends one request. In the context of a test Flask would lend it the test's own `g`."""
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def house(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The app on a database of its own, in which the people of the world hold their posts."""
    from tests import world
    from webapp.app import create_app
    from webapp.base.config import Settings

    instance = tmp_path_factory.mktemp("instance")
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": own_database,
        "SECRET_KEY": "a key that only tests use, long enough",
        "INSTANCE": str(instance),
    }
    app = create_app(Settings.from_environment(values))
    app.test_client_class = Browser
    world.settle(app)
    return app


@contextmanager
def undone(house: Flask) -> Iterator[Flask]:
    """Whatever is written inside is undone afterwards, commits included."""
    from webapp.base.db import db

    with house.app_context():
        engine = db.engine
        maker = db.sessionmaker
    connection = engine.connect()
    outer = connection.begin()
    before = dict(maker.kw)
    maker.configure(bind=connection, join_transaction_mode="create_savepoint")
    maker.kw.pop("binds", None)
    try:
        yield house
    finally:
        maker.kw.clear()
        maker.kw.update(before)
        outer.rollback()
        connection.close()


@pytest.fixture
def app(house: Flask) -> Iterator[Flask]:
    """The app; whatever the test writes is undone afterwards, commits included."""
    with undone(house):
        yield house


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of a test that calls actions and queries itself; an app context is open."""
    from webapp.base.db import db

    with app.test_request_context("/"):
        yield db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor. Forms carry their tokens in tests of forgery only."""
    app.config["WTF_CSRF_METHODS"] = []
    return app.test_client()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return Path(__file__).parent.parent


os.environ.setdefault("WANGGE_ENV", "test")
