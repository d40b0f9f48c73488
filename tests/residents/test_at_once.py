"""Two workers write at the same moment: one person has one home, one household one head."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from tests.busy import at_once, busy_house
from tests.residents.village import building, id_number
from tests.world import as_user, peopled
from webapp.base.db import db
from webapp.residents import actions, queries
from webapp.residents.forms import DwellingForm, HouseholdForm
from webapp.residents.models import Resident


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house in which what is committed stays."""
    folder: Path = tmp_path_factory.mktemp("busy")
    with busy_house(cluster_url, folder) as app:
        yield app


def test_of_two_who_register_one_person_at_once_one_is_told(busy: Flask) -> None:
    with busy.app_context():
        world = peopled()
        block = actions.register(building(world.spot(world.home)), by=world.worker)
        homes = []
        for door in ("1", "2"):
            flat = actions.add_dwelling(block, DwellingForm(door=door), by=world.worker)
            home = actions.move_in(flat, HouseholdForm.of({"name": "示例"}), by=world.worker)
            homes.append(home.id)
        db.session.commit()
        phones = [as_user(busy, world.worker) for _home in homes]
    number = id_number(date(1980, 1, 1))
    said = {"name": "示例甲", "relation": "child", "id_number": number}
    answers = at_once(
        *(
            lambda phone=phone, home=home: (
                phone.post(  # type: ignore[misc]  # bound for its turn
                    f"/households/{home}/residents", data=said
                ).status_code
            )
            for phone, home in zip(phones, homes, strict=True)
        )
    )
    assert sorted(answers) == [303, 422]
    with busy.app_context():
        assert sum(len(queries.residents_of(home)) for home in homes) == 3
        assert db.session.query(Resident).filter_by(name="示例甲").count() == 1
