"""Two people at the very same moment: one wins and the other is told, and no bond is spent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.busy import at_once, busy_house
from tests.projects.test_bonds import allocated
from tests.projects.yard import begun
from tests.world import as_user, peopled, someone
from webapp.base import audit
from webapp.base.db import db
from webapp.people import enterprises
from webapp.people.actors import Person
from webapp.people.enterprises import Described
from webapp.people.rules import Premises
from webapp.projects import queries
from webapp.projects.bonds import queries as bonds
from webapp.projects.firms import actions as firms
from webapp.projects.firms.forms import RequestForm


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house on a database of its own, in which every request is a transaction of its own."""
    with busy_house(cluster_url, tmp_path_factory.mktemp("busy")) as app:
        yield app


@dataclass(frozen=True)
class Kept:
    """A project that waits for its first step, and a bond whose money is there, written for good."""

    leader: Person
    chief: Person
    project: int
    version: int
    bond: int
    request: int


@pytest.fixture(scope="module")
def kept(busy: Flask) -> Kept:
    """They are there for the whole module."""
    with busy.test_request_context("/"):
        yard = begun(peopled())
        bond = allocated(yard)
        project = yard.project
        firm = enterprises.enter(Described(name="示例化工", premises=Premises.FACTORY), by=None)
        project.enterprise_id = firm.id
        speaks = someone("speaks", "employer")
        firms.name_contact(project, speaks.id, by=yard.leader, base_version=None)
        asked = firms.ask(project, RequestForm(words="何时通电"), by=speaks)
        db.session.commit()
        return Kept(yard.leader, yard.chief, project.id, project.version, bond.id, asked.id)


def signed_in(app: Flask, person: Person) -> FlaskClient:
    """A browser of this person, ready before the race begins."""
    with app.app_context():
        return as_user(app, person)


def sends(client: FlaskClient, address: str, **data: object) -> Callable[[], int]:
    """The status that the client is answered with."""
    return lambda: client.post(address, data=data).status_code


def test_of_two_steps_at_once_one_is_made(busy: Flask, kept: Kept) -> None:
    project = kept.project
    desks = [signed_in(busy, kept.chief) for _each in range(2)]
    address, version = f"/projects/{project}/approve", kept.version
    races = [sends(desk, address, base_version=version) for desk in desks]
    assert sorted(at_once(*races)) == [303, 409]
    with busy.app_context():
        found = queries.one(project)
        assert found is not None
        assert found.state == "approved"
        moves = [event.move for event in audit.history("project", project)]
        assert moves.count("approve") == 1


@pytest.mark.parametrize("_round", range(2))
def test_of_two_payments_at_once_none_goes_beyond_the_bond(
    busy: Flask, kept: Kept, _round: int
) -> None:
    desks = [signed_in(busy, kept.leader) for _each in range(2)]
    address = f"/bonds/{kept.bond}/spendings"
    left = 600 if _round == 0 else 300
    races = [
        sends(desk, address, day="2026-05-06", amount_wan=str(left), words="工程款")
        for desk in desks
    ]
    assert sorted(at_once(*races)) == [303, 422]
    with busy.app_context():
        bond = bonds.one(kept.bond)
        assert bond is not None
        assert bond.spent_wan == (600 if _round == 0 else 900)


def test_of_two_answers_at_once_the_enterprise_reads_one(busy: Flask, kept: Kept) -> None:
    desks = [signed_in(busy, kept.leader) for _each in range(2)]
    address = f"/projects/{kept.project}/requests/{kept.request}/answer"
    races = [sends(desk, address, note=f"第{place}周") for place, desk in enumerate(desks)]
    assert sorted(at_once(*races)) == [303, 409]
    with busy.app_context():
        moves = [event.move for event in audit.history("project_request", kept.request)]
        assert moves.count("answer") == 1
