"""A second server: it answers what may lag, whoever changed something sees it, and it takes over with nothing lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from house.cluster import Throwaway
from tests.brokers import soon
from tests.conftest import URL
from tests.faults.calls import NOBODY, Caller
from tests.faults.pairs import Pair, following
from tests.faults.storm import Hall, app_on, hall, unequal, writers, written
from tests.servers import get_json
from tests.world import PASSWORD
from webapp.base.reading import SEEN

pytestmark = [pytest.mark.fault, pytest.mark.thorough]

FEED = "/feeds/cases.rss"
READERS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wangge-following'"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with Throwaway() as first, following(first) as made:
        yield made


@pytest.fixture(scope="module")
def here(
    pytestconfig: pytest.Config, pair: Pair, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("standby")
    with hall(pytestconfig.stash[URL], pair.first, folder, DATABASE_URL=pair.url) as made:
        pair.level()
        yield made


def reported(here: Hall, words: str) -> dict[str, str]:
    """A case came in, as a program reads it."""
    spot = here.cast.spot
    said = {"class_code": "06010", "lon": spot.lon, "lat": spot.lat, "words": words}
    caller = Caller.with_key(here.served, here.cast.case_key)
    answer = caller.post_json("/api/v1/cases", json.dumps(said).encode())
    assert answer.status == 201, answer
    told: dict[str, str] = json.loads(answer.body)
    return told


def test_the_house_says_how_far_its_standby_is_behind(here: Hall, pair: Pair) -> None:
    def lag() -> float:
        body = Caller(here.served).ask("GET", "/metrics").body.decode()
        found = re.search(r"^wangge_standby_lag_seconds (\S+)$", body, re.MULTILINE)
        assert found, "the lag is not told"
        return float(found[1])

    assert get_json(f"{here.served.url}/readyz")["standby"] == "ok"
    soon(lambda: lag() == 0, "the second does not follow")
    pair.apart()
    reported(here, "while it lags")
    soon(lambda: lag() > 0.5, "the lag is not told")
    pair.level()
    soon(lambda: lag() == 0, "the second does not follow")


def test_what_may_lag_is_answered_by_the_standby_and_whoever_wrote_reads_what_he_wrote(
    here: Hall, pair: Pair
) -> None:
    app = app_on(pair.url, here.instance)
    app.config["WTF_CSRF_METHODS"] = []
    desk, somebody = app.test_client(), app.test_client()
    sign_in = {"username": "dispatcher", "password": PASSWORD}
    assert desk.post("/sign-in", data=sign_in).status_code == 303

    def public(words: str) -> str:
        case = reported(here, words)
        assert desk.post(f"{case['url']}/accept").status_code == 303
        return case["number"]

    known = public("known to both")
    pair.level()
    visitor = Caller(here.served)
    assert known in visitor.ask("GET", FEED).body.decode()
    assert int(pair.asked(READERS, second=True)) > 0
    assert pair.asked(READERS) == "0"
    pair.apart()
    late = public("not yet known to the second")
    assert late not in visitor.ask("GET", FEED).body.decode()
    # Somebody changed something, and then is anybody: the cookie remembers how far the log was.
    assert somebody.post("/sign-in", data=sign_in).status_code == 303
    assert somebody.post("/sign-out").status_code == 303
    assert late in somebody.get(FEED).text
    pair.level()
    assert late in visitor.ask("GET", FEED).body.decode()
    again = somebody.get(FEED)
    assert late in again.text
    with somebody.session_transaction() as remembered:
        assert SEEN not in remembered


def test_the_second_takes_over_and_nothing_acknowledged_is_lost(here: Hall, pair: Pair) -> None:
    """The first is shot while everybody writes; the second is promoted; nobody starts the house anew."""
    pair.together()
    everybody = writers(here)
    for each in everybody:
        each.begin()
    try:
        written(everybody)
        pair.first.fall()
        pair.promote()
        here.url = pair.second_url
        written(everybody)
    finally:
        for each in everybody:
            each.end()
    assert unequal(here, everybody) == {}
    assert {answer.status for each in everybody for answer in each.refused} <= {NOBODY, 503}
    assert "everything is whole" in here.checked()
    assert get_json(f"{here.served.url}/readyz")["standby"] == "away"
