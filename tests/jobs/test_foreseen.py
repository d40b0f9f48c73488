"""A fair foreseen from what is open today, and what became of recommendations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.jobs.market import MORNING, Market, introduced, looking, person, published
from tests.whole_house.test_pages import html_faults
from tests.world import as_user
from webapp.base import clock
from webapp.jobs import foreseen, introductions, queries, seekers
from webapp.jobs.calibration import ENOUGH, Step
from webapp.jobs.matching import Matcher
from webapp.jobs.models import Introduction, Push, Visit
from webapp.jobs.rules import SEEKER_REASONS, IntroductionState as State


@pytest.fixture
def crowd(market: Market) -> list[int]:
    """Two postings of two openings each, five who look for such work; keys of the seekers."""
    published(market)
    published(market, title="收银员", must_skills=("收银",), pay_low=4000, pay_high=4300)
    people = [person(f"crowd{number}", None, None) for number in range(4)]
    found = [looking(market)]
    found += [
        looking(market, who, pay_ask=3800 + 200 * at, skills=("理货",) if at % 2 else ("收银",))
        for at, who in enumerate(people)
    ]
    return [each.id for each in found]


def test_the_fair_is_counted_as_every_pair_is(market: Market, crowd: list[int]) -> None:
    found = foreseen.foresee(market.head, least=60)
    matcher = Matcher()
    for offer in found.stable.offers:
        seeker, posting = queries.seeker(offer.seeker), queries.posting(offer.posting)
        assert seeker is not None
        assert posting is not None
        own = matcher.between(seeker, posting, asked_by_seeker=False)
        assert offer.degree == pytest.approx(own.exact, abs=1e-8)
    assert (found.seekers, found.openings) == (5, 4)
    assert found.stable.count == found.full.count == 4
    assert {offer.seeker for offer in found.full.offers} <= set(crowd)
    assert sum(len(table.offers) for table in found.tables(found.stable)) == 4


def test_who_said_no_or_wants_no_recommendations_is_not_at_the_fair(
    market: Market, crowd: list[int]
) -> None:
    before = foreseen.foresee(market.head, least=60).offers
    seeker = queries.seeker_of(market.seeker.id)
    assert seeker is not None
    posting = queries.posting(foreseen.foresee(market.head, least=60).stable.offers[0].posting)
    assert posting is not None
    known = introduced(market, posting, State.INTERESTED)
    introductions.decline(known, reason=SEEKER_REASONS[0], note=None, by=market.seeker)
    assert foreseen.foresee(market.head, least=60).offers == before - 1
    last = queries.seeker(crowd[-1])
    assert last is not None
    last.push = False
    assert foreseen.foresee(market.head, least=60).seekers == 4


def test_a_fair_without_postings_is_empty(market: Market) -> None:
    looking(market)
    found = foreseen.foresee(market.head, least=60)
    assert (found.seekers, found.openings, found.stable.count, found.full.count) == (1, 0, 0, 0)


def test_a_fair_without_seekers_is_empty(market: Market) -> None:
    published(market)
    found = foreseen.foresee(market.head, least=60)
    assert (found.seekers, found.openings, found.stable.count, found.full.count) == (0, 2, 0, 0)


def test_the_staff_read_both_plans_and_nobody_else(
    app: Flask, market: Market, crowd: list[int]
) -> None:
    for who in (market.seeker, market.boss):
        assert as_user(app, who).get("/jobs/desk/fair").status_code in (403, 404)
        assert as_user(app, who).get("/jobs/desk/outcomes").status_code in (403, 404)
    client = as_user(app, market.head)
    for address in (
        "/jobs/desk/fair",
        "/jobs/desk/fair?least=60&plan=full",
        "/jobs/desk/fair?plan=x",
    ):
        text = client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)
        assert html_faults(text) == []
        assert "招聘会预演" in text
        assert "稳定方案" in text
    assert "收银员" in text
    assert "13800138000" not in text


def test_a_recommendation_counts_when_it_has_come_as_far_as_it_comes(
    session: Session, market: Market
) -> None:
    posting = published(market)
    looking(market)
    assert session.scalar(select(func.count()).select_from(Push)) == 1
    assert foreseen.results().count == 0
    known = introduced(market, posting, State.OFFERED)
    introductions.hire(known, contract_on=MORNING.date(), by=market.boss)
    hired = foreseen.results()
    assert [band.reached for band in hired.bands] == [(1, 1, 1, 1, 1, 0, 0)]
    session.execute(update(Visit).where(Visit.days == 30).values(stays=True, state="done"))
    assert foreseen.results().bands[0].reached[Step.STAYED_30] == 1
    assert hired.calibration is None


def test_one_of_which_nothing_was_heard_counts_after_thirty_days(market: Market) -> None:
    published(market)
    looking(market)
    assert foreseen.results().count == 0
    with clock.at(MORNING + timedelta(days=31)):
        assert [band.reached for band in foreseen.results().bands] == [(1, 0, 0, 0, 0, 0, 0)]


def test_who_is_seen_is_told_beside(app: Flask, market: Market) -> None:
    first, second = published(market), published(market, title="收银员")
    seeker = looking(market)
    seekers.seen(seeker, {first.id: 1})
    seekers.opened(seeker, second.id)
    found = foreseen.results()
    assert (found.never_shown, found.gini, found.lists) == (0.5, 0.5, 1)
    text = (
        as_user(app, market.head)
        .get("/jobs/desk/outcomes", headers={"Accept": "text/html"})
        .get_data(as_text=True)
    )
    assert html_faults(text) == []
    assert f"满 {ENOUGH} 个结果后" in text
    assert "50%" in text


def test_an_introduction_is_none_of_the_fair(
    session: Session, market: Market, crowd: list[int]
) -> None:
    before = session.scalar(select(func.count()).select_from(Introduction))
    foreseen.foresee(market.head, least=60)
    assert session.scalar(select(func.count()).select_from(Introduction)) == before
