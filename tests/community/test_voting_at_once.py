"""Two who vote for one home, or witness one sheet, at the very same moment: real connections, real commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.busy import at_once, busy_house
from tests.community.voting import Block, block_of
from tests.world import HASH, as_user, peopled, someone
from webapp.base.db import db
from webapp.community.deliberation import poll_queries, polls, recount
from webapp.community.deliberation.poll_models import Poll
from webapp.community.deliberation.procedures import Choice
from webapp.people.actors import Person
from webapp.people.models import Account


@dataclass
class Busy:
    """A house on a database of its own with a block whose homes vote."""

    app: Flask
    block: Block
    second: Person

    def vote(self) -> Poll:
        _topic, poll = self.block.voting(secret=True)
        db.session.commit()
        return poll

    def browser(self, who: Person) -> FlaskClient:
        with self.app.app_context():
            return as_user(self.app, who)


@pytest.fixture(scope="module")
def busy(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    with busy_house(cluster_url, tmp_path_factory.mktemp("votes")) as app:
        with app.test_request_context("/"):
            world = peopled()
            block = block_of(world)
            second = someone("second", "grid_secretary", grid=world.home)
            for who in block.residents:
                account = db.session.get_one(Account, who.id)
                account.username, account.password_hash = f"resident{account.id}", HASH
            db.session.commit()
            for each in (world.home, block.building, *block.homes):
                db.session.refresh(each)
        yield Busy(app, block, second)


def test_a_home_that_votes_twice_at_once_has_one_vote(busy: Busy) -> None:
    with busy.app.test_request_context("/"):
        poll = busy.vote()
        address, key = f"/public/topics/{poll.topic_id}/vote", poll.id
    one, two = (busy.browser(busy.block.residents[0]) for _each in range(2))
    answers = at_once(
        lambda: one.post(address, data={"choice": "yes"}).status_code,
        lambda: two.post(address, data={"choice": "no"}).status_code,
    )
    assert Counter(answers) == {200: 1, 409: 1}
    with busy.app.app_context():
        assert poll_queries.marks_and_ballots(key) == (1, 1)


def test_a_home_on_a_sheet_and_online_at_once_has_one_vote(busy: Busy) -> None:
    with busy.app.test_request_context("/"):
        poll = busy.vote()
        topic, key = poll.topic_id, poll.id
    online, desk = busy.browser(busy.block.residents[1]), busy.browser(busy.block.world.worker)
    sheet = {"numbers": "1-3", "yes": "3"}
    answers = at_once(
        lambda: online.post(f"/public/topics/{topic}/vote", data={"choice": "no"}).status_code,
        lambda: desk.post(f"/topics/{topic}/paper", data=sheet).status_code,
    )
    assert sorted(answers) in ([200, 409], [303, 409])
    with busy.app.app_context():
        took, ballots = poll_queries.marks_and_ballots(key)
        assert took == ballots == (1 if 200 in answers else 3)
        assert list(recount.differences()) == []


def test_two_witnesses_at_once_are_both_written_and_one_of_them_twice_is_one(busy: Busy) -> None:
    with busy.app.test_request_context("/"):
        poll = busy.vote()
        counts, worker = {Choice.YES: 3}, busy.block.world.worker
        sheet = polls.enter_sheet(poll, numbers=[1, 2, 3], counts=counts, file=None, by=worker)
        address, key = f"/topics/sheets/{sheet.id}/witness", poll.id
        db.session.commit()
    leader, again = (busy.browser(busy.block.leader) for _each in range(2))
    twice = at_once(
        lambda: leader.post(address).status_code, lambda: again.post(address).status_code
    )
    assert Counter(twice) == {303: 1, 409: 1}
    other, late = (busy.browser(busy.second) for _each in range(2))
    both = at_once(lambda: other.post(address).status_code, lambda: late.post(address).status_code)
    assert Counter(both) == {303: 1, 409: 1}
    with busy.app.app_context():
        assert poll_queries.figures(key).yes == 3
