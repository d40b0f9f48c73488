"""Live consoles miss nothing, hear nothing twice, and hear only what is theirs."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from sqlalchemy import select

from tests import databases
from tests.servers import Served, Visitor, get_json, running
from tests.sse import Stream
from tests.world import PASSWORD, someone
from webapp.app import create_app
from webapp.base import live
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.live import BACKLOG, Away, Hub, Line
from webapp.grids.models import Grid

CAP = 4


# The things of this test have higher numbers than anything the house makes by itself.
FIRST = 1_000_000


class House:
    """A served house with three people, and a way to write signals into its database."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.dsn = served.database_url.replace("postgresql+psycopg2://", "postgresql://")
        self.thing = FIRST
        app = create_app(Settings.from_environment(served.environment))
        with app.app_context(), app.test_request_context("/"):
            grids = db.session.scalars(select(Grid.id).order_by(Grid.id).limit(2)).all()
            self.home, self.next_door = grids
            home = db.session.get(Grid, self.home)
            self.ids = {
                "desk": someone("desk", "dispatcher").id,
                "worker": someone("worker", "grid_worker", grid=home).id,
                "stranger": someone("stranger").id,
            }
            db.session.commit()
        self.visitors = {name: Visitor(served).sign_in(name, PASSWORD) for name in self.ids}

    def connect(self) -> Any:
        return psycopg2.connect(self.dsn)

    def next_thing(self) -> int:
        self.thing += 1
        return self.thing

    def write(self, sql: Any, *, grid: int | None = None, reader: int | None = None) -> int:
        """One signal in the transaction of the cursor; answers its thing."""
        thing, kind = self.next_thing(), "notice" if reader else "case"
        sql.execute(
            "INSERT INTO signal (kind, thing_id, move, grid_id, account_id)"
            " VALUES (%s, %s, 'report', %s, %s)",
            (kind, thing, None if reader else grid or self.home, reader),
        )
        return thing

    def tell(self, count: int = 1, **whom: Any) -> list[int]:
        """So many signals, committed one by one."""
        with closing(self.connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as sql:
                return [self.write(sql, **whom) for _each in range(count)]

    def settled(self, stream: Stream) -> None:
        """Whatever was told before has reached the reader; what comes next is news."""
        stream.until("case", self.tell()[0])

    def cut_the_hub(self) -> int:
        """The database connection of the hub is gone; answers how many there were."""
        with closing(self.connect()) as connection, connection.cursor() as sql:
            sql.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'wangge-live' AND datname = current_database()"
            )
            cut: int = sql.fetchone()[0]
        return cut


def within(seconds: float, happens: Callable[[], bool]) -> None:
    """Waits until it happens; fails when it does not in this time."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it did not happen in time"
        threading.Event().wait(0.02)


@pytest.fixture(scope="module")
def house(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    name = f"live_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name)
    instance = tmp_path_factory.mktemp("live")
    with running(url, instance, workers=1, LIVE_STREAMS=str(CAP)) as served:
        yield House(served)
    databases.drop(cluster_url, name)


def _things(seen: list[Any]) -> list[int]:
    """The things of this test among the news: the house itself tells its people something too."""
    found = [each.data["id"] for each in seen if each.event in ("case", "notice")]
    return [each for each in found if each > FIRST]


def test_a_slow_transaction_is_not_skipped_by_a_faster_one_with_a_higher_number(
    house: House,
) -> None:
    with Stream.patient(house.visitors["desk"]) as stream:
        house.settled(stream)
        with closing(house.connect()) as slow, closing(house.connect()) as fast:
            one, two = slow.cursor(), fast.cursor()
            first = house.write(one)
            second = house.write(two)
            third = house.write(one)
            fourth = house.write(two)
            fast.commit()
            after = house.tell()[0]
            slow.commit()
        seen = _things(stream.until("case", after))
        last = house.tell()[0]
        seen += _things(stream.until("case", last))
    assert seen == [first, third, second, fourth, after, last]


def test_a_reader_that_comes_back_gets_what_it_missed_once(house: House) -> None:
    with Stream.patient(house.visitors["desk"]) as stream:
        known = house.tell(3)
        assert _things(stream.until("case", known[-1])) == known
        last = stream.last
    missed = house.tell(5)
    with Stream.patient(house.visitors["desk"], last=last) as again:
        fresh = house.tell(2)
        assert _things(again.until("case", fresh[-1])) == missed + fresh


def test_a_reader_that_comes_back_while_somebody_is_slow_gets_all_of_it_later(
    house: House,
) -> None:
    with Stream.patient(house.visitors["desk"]) as stream:
        house.settled(stream)
        last = stream.last
    with closing(house.connect()) as slow, slow.cursor() as sql:
        first = house.write(sql)
        missed = house.tell(3)
        with Stream.patient(house.visitors["desk"], last=last) as again:
            assert _things(again.until("hello")) == []
            slow.commit()
            assert _things(again.until("case", missed[-1])) == [first, *missed]


def test_nobody_waits_for_a_slow_transaction_of_another_database(
    house: House, cluster_url: str
) -> None:
    elsewhere = cluster_url.replace("postgresql+psycopg2://", "postgresql://")
    with Stream.patient(house.visitors["desk"]) as stream:
        house.settled(stream)
        with closing(psycopg2.connect(elsewhere)) as slow, slow.cursor() as sql:
            sql.execute("SELECT pg_current_xact_id()")
            told = house.tell(2)
            assert _things(stream.until("case", told[-1])) == told
            missed = house.tell(2)
            with Stream.patient(house.visitors["desk"], last=stream.last) as again:
                assert _things(again.until("case", missed[-1])) == missed
        last = house.tell()[0]
        assert _things(stream.until("case", last)) == [*missed, last]


@pytest.mark.thorough
@pytest.mark.fault
def test_nothing_is_lost_or_doubled_while_database_and_reader_break_again_and_again(
    house: House,
) -> None:
    written: list[int] = []
    more = threading.Event()

    def write() -> None:
        while not more.wait(0.002):
            written.extend(house.tell())

    with Stream.patient(house.visitors["desk"]) as stream:
        house.settled(stream)
        last = stream.last
    writer = threading.Thread(target=write)
    writer.start()
    seen: list[int] = []
    try:
        for _round in range(4):
            with Stream.patient(house.visitors["desk"], last=last) as stream:
                for place, news in enumerate(stream.news()):
                    seen += _things([news])
                    if place == 20:
                        # The hub may still be on its way back from the round before.
                        within(10, lambda: house.cut_the_hub() == 1)
                    if place == 80:
                        break
                last = stream.last
    finally:
        more.set()
        writer.join()
    end = house.tell()[0]
    with Stream.patient(house.visitors["desk"], last=last) as stream:
        seen += _things(stream.until("hello"))
        if end not in seen:
            seen += _things(stream.until("case", end))
    assert seen == [*written, end]


def test_a_reader_outlives_the_web_server(house: House) -> None:
    with Stream.patient(house.visitors["desk"]) as stream:
        known = house.tell(3)
        stream.until("case", known[-1])
        last = stream.last
        house.served.kill_web()
        missed = house.tell(3)
        house.served.start_web()
    with Stream.patient(house.visitors["desk"], last=last) as stream:
        assert _things(stream.until("case", missed[-1])) == missed


def test_a_page_says_how_much_it_knows_and_gets_the_rest(house: House) -> None:
    with Stream.patient(house.visitors["desk"]) as stream:
        house.settled(stream)
        here = stream.last
    rest = house.tell(2)
    with Stream.patient(house.visitors["desk"], since=here) as stream:
        assert _things(stream.until("case", rest[-1])) == rest


@pytest.mark.parametrize("last", ["1-1", f"{2**60}-1"])
def test_a_reader_from_before_everything_or_from_another_server_loads_itself_anew(
    house: House, last: str
) -> None:
    with Stream.patient(house.visitors["desk"], last=last) as stream:
        assert stream.until("hello")[0].event == "reload"


@pytest.mark.parametrize("last", ["", "x", "1", "-1-1", "9" * 50 + "-1", "\u00b2-1"])
def test_a_cursor_that_is_none_is_a_fresh_start(house: House, last: str) -> None:
    visitor = house.visitors["desk"]
    with Stream.patient(visitor, last=last) as stream:
        assert stream.status == 200
        assert [each.event for each in stream.until("hello")] == ["hello"]


def test_a_worker_hears_of_the_own_grid_and_of_own_notices_only(house: House) -> None:
    with Stream.patient(house.visitors["worker"]) as stream:
        house.settled(stream)
        house.tell(grid=house.next_door)
        own = house.tell(grid=house.home)
        house.tell(reader=house.ids["desk"])
        notice = house.tell(reader=house.ids["worker"])
        assert _things(stream.until("notice", notice[0])) == own + notice


def test_somebody_without_a_post_has_no_stream(house: House) -> None:
    with Stream.patient(house.visitors["stranger"]) as stream:
        assert stream.status == 403
    with Stream.patient(Visitor(house.served)) as stream:
        assert stream.status in (302, 401)


def test_one_stream_too_many_is_told_to_wait_and_the_house_still_answers(house: House) -> None:
    visitor = house.visitors["worker"]
    streams = [Stream.patient(visitor) for _each in range(CAP)]
    try:
        refused = Stream(visitor)
        assert refused.status == 503
        assert refused.answer.headers["Retry-After"] == "5"
        assert "ok" in visitor.get("/healthz")
        assert get_json(f"{house.served.url}/readyz")["database"] == "ok"
    finally:
        for stream in streams:
            stream.close()
    with Stream.patient(visitor) as stream:
        assert stream.status == 200


def test_a_reader_is_not_let_in_before_the_hub_knows_what_it_will_hear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "READY_S", 0.1)
    hub = Hub("postgresql:///nothing?host=/nowhere", idle_s=0)
    with pytest.raises(Away):
        hub.open()
    assert hub.count() == 0


def test_a_reader_too_slow_to_be_waited_for_is_dropped_and_replays_the_rest(house: House) -> None:
    hub = Hub(house.served.database_url, idle_s=0)
    slow, swift = hub.open(), hub.open()
    told: list[int] = []
    heard: list[int] = []
    with closing(house.connect()) as connection, connection.cursor() as sql:
        for count in (BACKLOG, 500):
            told += [house.write(sql) for _each in range(count)]
            connection.commit()
            while len(heard) < len(told):
                lines = swift.get(10)
                assert lines
                heard += [each.thing_id for each in lines if each.thing_id > FIRST]
    assert heard == told
    assert slow.dropped
    late = slow.get(10)
    assert slow.get(10) == []
    missed = hub.since(late[-1].place)
    assert missed is not None
    assert [each.thing_id for each in late + missed if each.thing_id > FIRST] == told
    assert hub.count() == 1
    hub.close(swift)


def test_two_readers_who_come_back_are_told_from_the_memory_of_the_hub(house: House) -> None:
    hub = Hub(house.served.database_url, idle_s=0)
    reader = hub.open()
    here = hub.cursor
    told = house.tell(3)
    heard: list[Line] = []
    while len(heard) < len(told):
        heard += reader.get(10)
    kept = [line for line in heard if line.place > here]
    one, two = hub.since(here), hub.since(kept[0].place)
    hub.close(reader)
    # They are the same lines, not read from the database once more.
    assert [*map(id, one or [])][: len(kept)] == [*map(id, kept)]
    assert [*map(id, two or [])][: len(kept) - 1] == [*map(id, kept[1:])]


def test_a_storm_of_news_wakes_a_reader_a_few_times_and_misses_nothing(house: House) -> None:
    hub = Hub(house.served.database_url, idle_s=0)
    reader = hub.open()
    told: list[int] = []
    rounds: list[int] = []
    with closing(house.connect()) as connection, connection.cursor() as sql:
        for _each in range(200):
            told.append(house.write(sql))
            connection.commit()
    heard: list[int] = []
    while len(heard) < len(told):
        lines = reader.get(10)
        assert lines
        heard += [each.thing_id for each in lines if each.thing_id > FIRST]
        rounds.append(len(lines))
    hub.close(reader)
    assert heard == told
    assert max(rounds) > 1
