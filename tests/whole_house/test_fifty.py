"""Fifty who want the same seat, number, passage, home's vote, opening, place or border at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.busy import at_once, busy_house, outcome
from tests.community.test_activities import planned
from tests.community.voting import Block, block_of
from tests.grids.redrawing import bitten, draft, neighbours
from tests.jobs.market import Market, introduced, opened, published
from tests.points.gates.conftest import Booth, built
from tests.world import World, peopled
from webapp.base import clock
from webapp.base.db import db
from webapp.community.activities import actions as activities
from webapp.community.activities.models import Activity, Participation
from webapp.community.deliberation import poll_queries, polls, recount
from webapp.community.deliberation.poll_models import Poll
from webapp.community.deliberation.procedures import Choice
from webapp.grids import actions as borders, queries as grids
from webapp.grids.models import BoundarySet
from webapp.grids.rules import SetState
from webapp.jobs import introductions
from webapp.jobs.claims import actions as claims
from webapp.jobs.claims.models import Claim
from webapp.jobs.models import Hire, Introduction
from webapp.jobs.rules import IntroductionState
from webapp.people.actors import Person
from webapp.people.rules import Premises
from webapp.points import queries as points, tickets
from webapp.points.actions import Span, set_hours
from webapp.points.gates import queries as gates, registering
from webapp.points.models import Appointment, ServicePoint, Ticket
from webapp.points.rules import Template

pytestmark = pytest.mark.thorough

MANY = 50
SEATS = 3


@dataclass
class Crowd:
    """A house in which every try is a transaction of its own, and fifty residents of one block."""

    app: Flask
    world: World
    block: Block
    point: int
    booth: Booth
    market: Market

    @property
    def residents(self) -> Sequence[Person]:
        """The fifty."""
        return self.block.residents

    def fifty(self, deed: Callable[[int], Any]) -> Counter[str]:
        """How often the deed of a number was `made`, or refused with which status; anything else by its name."""
        return Counter(
            at_once(*(partial(outcome, self.app, partial(deed, number)) for number in range(MANY)))
        )

    def counted(self, question: Any) -> int:
        """One number of the database."""
        with self.app.app_context():
            return db.session.scalar(question) or 0


@pytest.fixture(scope="module")
def crowd(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with busy_house(cluster_url, tmp_path_factory.mktemp("fifty"), DB_POOL_SIZE=str(MANY)) as app:
        with app.test_request_context("/"):
            world = peopled()
            block = block_of(world, MANY)
            (point, *_others) = points.listed(Template.WORKSTATION)
            week = {day: (Span(time(), time()),) for day in range(7)}
            set_hours(point, week, base_version=None, by=None)
            point.slot_seats = SEATS
            booth = built(app, world)
            booth.gate.per_hour = 3600
            market = opened(world)
            db.session.commit()
            read = (world.home, block.building, booth.gate, booth.point, market.employer)
            for each in (*read, *block.homes):
                db.session.refresh(each)
            found = Crowd(app, world, block, point.id, booth, market)
        yield found
        told = app.test_cli_runner().invoke(args=["check"])
        assert "everything is whole" in told.output, told.output


def test_a_slot_has_as_many_as_it_has_seats(crowd: Crowd) -> None:
    with crowd.app.test_request_context("/"):
        slot = tickets.slots(db.session.get_one(ServicePoint, crowd.point))[3][0]

    def book(number: int) -> None:
        point = db.session.get_one(ServicePoint, crowd.point)
        tickets.book(point, slot, item=None, by=crowd.residents[number])

    tried = crowd.fifty(book)
    # Whoever looks when all are gone is told that the time is not offered any more.
    assert tried["made"] == SEATS
    assert tried["409"] + tried["422"] == MANY - SEATS, tried
    seats = select(func.count()).where(Appointment.starts_at == slot)
    assert crowd.counted(seats) == SEATS


def test_fifty_numbers_are_fifty_numbers(crowd: Crowd) -> None:
    def take(number: int) -> None:
        point = db.session.get_one(ServicePoint, crowd.point)
        tickets.take(point, item=None, by=crowd.residents[number])

    assert crowd.fifty(take) == {"made": MANY}
    assert crowd.counted(select(func.count(Ticket.number.distinct()))) == MANY


def test_one_code_lets_one_in(crowd: Crowd) -> None:
    booth = crowd.booth
    with crowd.app.test_request_context("/"):
        gate = gates.by_code(booth.gate.code)
        assert gate is not None
        made = registering.register(gate, registering.windows(gate)[1][0], by=booth.resident)
        made.starts_at = clock.now()
        code = registering.code_of(made)
        db.session.commit()
    later = (clock.now() + timedelta(seconds=10)).isoformat()
    asked = [booth.event(token=code, lane=n % 2 + 1, seq=5000 + n, ts=later) for n in range(MANY)]

    def ask(number: int) -> Callable[[], str]:
        return lambda: str(booth.says("ask", asked[number]).get_json().get("reason"))

    assert Counter(at_once(*map(ask, range(MANY)))) == {"ok": 1, "used_code": MANY - 1}


def test_a_home_has_one_vote_and_fifty_homes_have_fifty(crowd: Crowd) -> None:
    with crowd.app.test_request_context("/"):
        keys = []
        for _each in range(2):
            _topic, poll = crowd.block.voting(secret=True)
            keys.append(poll.id)
        db.session.commit()

    def vote(key: int, who: Person) -> None:
        polls.cast(db.session.get_one(Poll, key), Choice.YES, by=who)

    assert crowd.fifty(lambda _number: vote(keys[0], crowd.residents[0])) == {
        "made": 1,
        "409": MANY - 1,
    }
    assert crowd.fifty(lambda number: vote(keys[1], crowd.residents[number])) == {"made": MANY}
    with crowd.app.app_context():
        assert poll_queries.marks_and_ballots(keys[0]) == (1, 1)
        assert poll_queries.marks_and_ballots(keys[1]) == (MANY, MANY)
        assert list(recount.differences()) == []


def test_an_activity_has_as_many_as_it_has_places(crowd: Crowd) -> None:
    with crowd.app.test_request_context("/"):
        key = planned(crowd.world, capacity=SEATS).id
        db.session.commit()

    def sign_up(number: int) -> None:
        activity = db.session.get_one(Activity, key)
        activities.sign_up(activity, volunteer=False, by=crowd.residents[number])

    assert crowd.fifty(sign_up) == {"made": SEATS, "409": MANY - SEATS}
    there = select(func.count()).where(Participation.activity_id == key)
    assert crowd.counted(there) == SEATS


def test_the_last_openings_are_filled_once(crowd: Crowd) -> None:
    with crowd.app.test_request_context("/"):
        market = replace(crowd.market, employer=db.session.merge(crowd.market.employer))
        posting = published(market, openings=SEATS, title="最后三名")
        racing = [
            introduced(market, posting, IntroductionState.INTERVIEW, who).id
            for who in crowd.residents[:10]
        ]
        key = posting.id
        db.session.commit()

    def hire(number: int) -> None:
        one = db.session.get_one(Introduction, racing[number % len(racing)])
        introductions.hire(one, contract_on=clock.now().date(), by=crowd.market.boss)

    assert crowd.fifty(hire) == {"made": SEATS, "409": MANY - SEATS}
    assert crowd.counted(select(func.count()).where(Hire.posting_id == key)) == SEATS


def test_an_enterprise_is_claimed_once_and_granted_once(crowd: Crowd) -> None:
    lon, lat = crowd.market.spot
    said = claims.Said(
        name="示例面馆",
        credit_code="91370611MA3C0YKP9E",
        premises=Premises.SMALL_EATERY,
        address="示例路 1 号",
        contact_post="店长",
        contact_phone="13800001113",
        lon=lon,
        lat=lat,
    )
    who = crowd.residents[0]
    assert crowd.fifty(lambda _number: claims.make(said, by=who)) == {"made": 1, "409": MANY - 1}

    def grant(_number: int) -> None:
        claim = db.session.scalars(select(Claim).where(Claim.account_id == who.id)).one()
        claims.grant(claim, by=crowd.market.head)

    assert crowd.fifty(grant) == {"made": 1, "409": MANY - 1}
    assert crowd.counted(select(func.count()).select_from(Claim)) == 1


def test_of_many_borders_one_takes_force(crowd: Crowd) -> None:
    with crowd.app.test_request_context("/"):
        pair = neighbours()
        made = [draft(bitten(*pair, radius=r), by=crowd.world.shift_leader) for r in (50, 70)]
        for each in made:
            borders.check(each, [], by=crowd.world.shift_leader)
        keys = [each.id for each in made]
        db.session.commit()

    def activate(number: int) -> None:
        mine = grids.set_by_id(keys[number % 2])
        assert mine is not None
        borders.activate(mine, by=crowd.world.admin)

    assert crowd.fifty(activate) == {"made": 1, "409": MANY - 1}
    in_force = select(func.count()).where(BoundarySet.state == SetState.ACTIVE)
    assert crowd.counted(in_force) == 1
