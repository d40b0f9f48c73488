"""A whole house with demo data in this process, for tests that look at every page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests import databases
from tests.conftest import Browser
from webapp.app import create_app
from webapp.base.config import Settings


@contextmanager
def with_demo(cluster_url: str, instance: Path) -> Iterator[Flask]:
    """The app with demo data on a database of its own."""
    name = f"full_{uuid.uuid4().hex[:10]}"
    url = databases.clone_with_demo(cluster_url, name, instance)
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "a key that only tests use, long enough",
        "INSTANCE": str(instance),
    }
    app = create_app(Settings.from_environment(values))
    app.test_client_class = Browser
    app.config["WTF_CSRF_METHODS"] = []
    yield app
    databases.drop(cluster_url, name)


@pytest.fixture(scope="package")
def full_house(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app with its demo data; tests of this package only read it."""
    with with_demo(cluster_url, tmp_path_factory.mktemp("full")) as app:
        yield app
