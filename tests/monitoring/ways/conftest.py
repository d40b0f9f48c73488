"""Sources that the house may reach on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.monitoring.ways.platforms import PASSWORD, USER, Board, Channels, Recorder, served
from tests.world import World, someone
from webapp.base.access import Actor
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.ways import actions
from webapp.monitoring.ways.forms import WayForm
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WayKind
from webapp.people.actors import Person


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The operator allows addresses of this machine."""
    settings = replace(app.extensions["settings"], camera_hosts="127.0.0.0/8")
    monkeypatch.setitem(app.extensions, "settings", settings)
    return app


@pytest.fixture
def officer(here: Flask, session: Session, world: World) -> Person:
    """Who keeps machines."""
    return someone("safety", "safety_officer")


@pytest.fixture
def source(officer: Person) -> Source:
    """A source of every format, which the house does not reach yet."""
    return keeping.set_up("box", Described("箱子", tuple(Format)), by=None)


@pytest.fixture
def board(source: Source) -> Iterator[Board]:
    """ThingsBoard."""
    with served(Board()) as platform:
        yield platform


@pytest.fixture
def recorder(source: Source) -> Iterator[Recorder]:
    """Frigate."""
    with served(Recorder()) as platform:
        yield platform


@pytest.fixture
def channels(source: Source) -> Iterator[Channels]:
    """WVP."""
    with served(Channels()) as platform:
        yield platform


def reach(
    source: Source,
    kind: WayKind,
    address: str,
    by: Actor,
    *,
    user: str = USER,
    password: str = PASSWORD,
    key: str = "",
) -> Way:
    """The house reaches the source like this from now on."""
    known = actions.queries.way(source.id, kind)
    said = WayForm(
        address=address,
        user=user,
        password=password,
        key=key,
        version=known.version if known else None,
    )
    return actions.keep(source, kind, said, by=by)
