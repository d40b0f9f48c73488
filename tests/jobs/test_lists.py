"""Lists ask no more questions the longer they are, and what must be quick is counted in questions."""

from __future__ import annotations

from flask import Flask

from tests.jobs.market import Market, introduced, looking, person, published
from tests.whole_house.test_pages import _asked
from tests.world import as_user
from webapp.jobs.rules import IntroductionState as State

LISTS = {
    "/jobs": "seeker",
    "/jobs/mine": "seeker",
    "/jobs/mine/introductions": "seeker",
    "/jobs/firms": "boss",
    "/jobs/desk": "head",
    "/jobs/desk/postings": "head",
    "/jobs/desk/employers": "head",
    "/jobs/desk/seekers": "head",
    "/jobs/desk/introductions": "head",
    "/jobs/desk/visits": "head",
}


def _grown(market: Market, since: int, count: int) -> None:
    for number in range(since, since + count):
        posting = published(market, title=f"理货员{number}")
        who = person(f"somebody{number}", None, None)
        introduced(market, posting, State.INTERVIEW, who)
        introduced(market, posting, State.INTERESTED, market.seeker)


def test_longer_lists_ask_no_more_questions(app: Flask, market: Market) -> None:
    looking(market)
    browsers = {who: as_user(app, getattr(market, who)) for who in set(LISTS.values())}

    def questions() -> dict[str, int]:
        for address, who in LISTS.items():
            browsers[who].get(address)
        return {address: _asked(app, browsers[who], address) for address, who in LISTS.items()}

    _grown(market, 0, 2)
    few = questions()
    _grown(market, 2, 4)
    assert questions() == few


def test_more_candidates_ask_no_more_questions(app: Flask, market: Market) -> None:
    posting = published(market)
    address = f"/jobs/postings/{posting.id}/candidates"
    browser = as_user(app, market.boss)
    for number in range(3):
        looking(market, person(f"first{number}", None, None), pay_ask=4300)
    browser.get(address)
    few = _asked(app, browser, address)
    for number in range(6):
        looking(market, person(f"second{number}", None, None), pay_ask=4300)
    assert _asked(app, browser, address) == few
