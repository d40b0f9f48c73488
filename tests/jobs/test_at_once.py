"""Two employers, two candidates, one opening, at the very same moment: real connections, real commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.busy import at_once, busy_house
from tests.jobs.market import MORNING, Market, introduced, opened, person, published
from tests.world import as_user, peopled
from webapp.base import clock
from webapp.base.db import db
from webapp.grids.models import Grid
from webapp.jobs import desk_queries as desk
from webapp.jobs.models import Hire, Posting
from webapp.jobs.rules import IntroductionState as State
from webapp.people.actors import Person

ROUNDS = range(3)


@dataclass
class Busy:
    """A house on a database of its own with a market in it."""

    app: Flask
    market: Market
    employer_id: int
    home_id: int

    def of(self, who: Person) -> FlaskClient:
        """A browser of somebody, ready before the race begins."""
        with self.app.app_context():
            return as_user(self.app, who)


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    with busy_house(cluster_url, tmp_path_factory.mktemp("jobs")) as app:
        with app.test_request_context("/"), clock.at(MORNING):
            market = opened(peopled())
            kept = market.employer.id, market.world.home.id
            db.session.commit()
        yield Busy(app, market, *kept)


@pytest.mark.parametrize("number", ROUNDS)
def test_the_last_opening_has_one_winner_and_one_clear_message(busy: Busy, number: int) -> None:
    with busy.app.test_request_context("/"), clock.at(MORNING):
        employer = desk.employer(busy.employer_id)
        assert employer is not None
        busy.market.employer = employer
        busy.market.world.home = db.session.get_one(Grid, busy.home_id)
        posting = published(busy.market, openings=1, title=f"最后一名{number}")
        pair = [
            introduced(
                busy.market, posting, State.INTERVIEW, person(f"racer{number}{side}", None, None)
            ).id
            for side in "ab"
        ]
        posting_id = posting.id
        db.session.commit()
    one, two = busy.of(busy.market.boss), busy.of(busy.market.head)
    answers = at_once(
        *(
            lambda client=client, key=key: client.post(
                f"/jobs/introductions/{key}/hire", data={"contract_on": MORNING.date().isoformat()}
            )
            for client, key in zip((one, two), pair, strict=True)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: 1}
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert "最后一个名额" in lost.get_data(as_text=True)
    with busy.app.app_context():
        assert db.session.get_one(Posting, posting_id).filled == 1
        hires = select(func.count()).where(Hire.posting_id == posting_id)
        assert db.session.scalar(hires) == 1
