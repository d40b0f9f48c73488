"""Two at the very same moment: one building head, one seed of a council, one opinion of a phone that sends it twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.busy import at_once, busy_house
from tests.community.voting import block_of
from tests.world import as_user, peopled
from webapp.base.db import db
from webapp.community.deliberation import councils
from webapp.community.deliberation.council_models import Council
from webapp.community.deliberation.council_rules import Strata
from webapp.community.deliberation.forms import CouncilForm
from webapp.community.opinions.models import Opinion
from webapp.community.roles.models import NeighbourRole
from webapp.people.actors import Person


@dataclass(frozen=True)
class Kept:
    """A house in which what is committed stays, with a block and a council whose list is sealed."""

    app: Flask
    worker: Person
    leader: Person
    grid: str
    at: tuple[float, float]
    building: int
    council: int


@pytest.fixture(scope="module")
def kept(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """One house for all races of this file."""
    with busy_house(cluster_url, tmp_path_factory.mktemp("busy")) as app:
        with app.test_request_context():
            world = peopled()
            block = block_of(world, many=4)
            said = CouncilForm(
                title="议事会",
                grid=world.home.code,
                seats=2,
                strata=Strata.NONE,
                source="下一期开奖号码",
            )
            council = councils.fix_list(said, world.home, by=block.leader)
            made = Kept(
                app,
                world.worker,
                block.leader,
                world.home.display_code,
                world.spot(world.home),
                block.building.id,
                council.id,
            )
            db.session.commit()
        yield made


def two(kept: Kept, person: Person) -> list[FlaskClient]:
    """Two browsers of somebody, ready before the race begins."""
    with kept.app.app_context():
        return [as_user(kept.app, person) for _each in range(2)]


def sends(client: FlaskClient, address: str, said: dict[str, object]) -> Callable[[], int]:
    """The status that the client is answered with."""
    return lambda: client.post(address, data=said, headers={"Accept": "text/html"}).status_code


def test_of_two_heads_of_a_building_at_once_one_is_given(kept: Kept) -> None:
    races = [
        sends(
            client,
            "/neighbours",
            {
                "kind": "building_head",
                "grid": kept.grid,
                "building": kept.building,
                "name": f"楼长{place}",
                "since": "2026-01-05",
            },
        )
        for place, client in enumerate(two(kept, kept.worker))
    ]
    assert sorted(at_once(*races)) == [303, 409]
    with kept.app.app_context():
        heads = select(NeighbourRole).where(NeighbourRole.building_id == kept.building)
        assert len(db.session.scalars(heads).all()) == 1


def test_of_two_seeds_at_once_one_is_kept(kept: Kept) -> None:
    races = [
        sends(client, f"/councils/{kept.council}/draw", {"seed": seed})
        for client, seed in zip(two(kept, kept.leader), ("01 02", "03 04"), strict=True)
    ]
    assert sorted(at_once(*races)) == [303, 409]
    with kept.app.app_context():
        council = db.session.get(Council, kept.council)
        assert council is not None
        assert council.seed in ("01 02", "03 04")


def test_a_phone_that_sends_an_opinion_twice_at_once_has_said_it_once(kept: Kept) -> None:
    lon, lat = kept.at
    said = {
        "kind": "help",
        "theme": "elderly",
        "words": "楼道要扶手",
        "lon": lon,
        "lat": lat,
        "client_id": str(uuid.uuid4()),
    }
    answers = at_once(*(sends(client, "/opinions/new", said) for client in two(kept, kept.worker)))
    assert set(answers) <= {303, 409}
    assert 303 in answers
    with kept.app.app_context():
        assert len(db.session.scalars(select(Opinion)).all()) == 1
