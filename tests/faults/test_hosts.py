"""Two web servers behind nginx, PgBouncer before their database, their files in a bucket: all as with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import psycopg2
import pytest

from house.cluster import Throwaway
from tests.brokers import soon
from tests.buckets import Stand, bucket
from tests.conftest import URL
from tests.databases import plain
from tests.faults.calls import NOBODY, Caller
from tests.faults.storm import Hall, hall, refusals, unequal, writers, written
from tests.fronts import balanced, pooled
from tests.servers import Served, Visitor, free_port
from tests.sse import Stream
from tests.world import PASSWORD

pytestmark = [pytest.mark.fault, pytest.mark.thorough]

# Fewer than the two servers would open by themselves: four processes of eight.
CONNECTIONS = 12


@dataclass
class Row:
    """The two servers, and the house as it is reached through nginx."""

    hall: Hall
    second: Served
    pooler: str
    files: Stand


@pytest.fixture(scope="module")
def row(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Row]:
    folder = tmp_path_factory.mktemp("hosts")
    with ExitStack() as open_:
        cluster = open_.enter_context(Throwaway())
        pooler = open_.enter_context(pooled(cluster, size=CONNECTIONS))
        files = open_.enter_context(bucket(folder))
        settings = {
            "DATABASE_URL": pooler,
            "DIRECT_DATABASE_URL": cluster.url,
            "PROXIES": "1",
            "FILES_URL": files.address,
        }
        first = open_.enter_context(hall(pytestconfig.stash[URL], cluster, folder, **settings))
        port = str(free_port())
        second = replace(
            first.served,
            url=f"http://127.0.0.1:{port}",
            environment={**first.served.environment, "PORT": port},
        )
        second.start_web()
        open_.callback(second.kill_web)
        houses = [each.url.removeprefix("http://") for each in (first.served, second)]
        front = open_.enter_context(balanced(folder, houses))
        yield Row(replace(first, served=replace(first.served, url=front)), second, pooler, files)


def test_a_connection_of_the_pooler_is_asked_what_the_house_asks(row: Row) -> None:
    with psycopg2.connect(plain(row.pooler)) as line, line.cursor() as sql:
        for name, value in (("lock_timeout", "10s"), ("jit", "off"), ("timezone", "UTC")):
            sql.execute(f"SHOW {name}")
            assert sql.fetchone() == (value,)
    line.close()


def test_a_page_of_one_server_hears_at_once_what_came_in_at_the_other(row: Row) -> None:
    desk = Visitor(row.second).sign_in("shift_leader", PASSWORD)
    with Stream(desk) as stream:
        stream.until("hello")
        caller = Caller.with_key(row.hall.served, row.hall.cast.case_key)
        spot = row.hall.cast.spot
        said = f'{{"class_code":"06010","lon":{spot.lon},"lat":{spot.lat},"words":"heard"}}'
        assert caller.post_json("/api/v1/cases", said.encode()).status == 201
        assert stream.until("case")[-1].data["move"] == "report"


def test_everything_is_written_while_one_of_two_is_shot_and_comes_back(row: Row) -> None:
    everybody = writers(row.hall)
    for each in everybody:
        each.begin()
    try:
        written(everybody)
        assert refusals(everybody) == [], "both servers were there"
        row.second.kill_web()
        written(everybody)
        row.second.start_web()
        written(everybody)
    finally:
        for each in everybody:
            each.end()
    assert unequal(row.hall, everybody) == {}
    assert {answer.status for each in everybody for answer in each.refused} <= {
        NOBODY,
        502,
        503,
        504,
    }
    soon(lambda: len(row.hall.receiver.came) > 10, "no webhook leaves", within_s=60)
    assert "everything is whole" in row.hall.checked()
    digests = {
        f"files/{sha[:2]}/{sha}" for (sha,) in row.hall.rows("SELECT sha256 FROM stored_file")
    }
    assert len(digests) > 10
    assert digests <= row.files.names()
    assert not (row.hall.served.instance / "files").exists(), "no host keeps one for itself"


def test_the_database_has_no_more_connections_than_the_pooler_was_given(row: Row) -> None:
    statement = """
        SELECT count(*) FILTER (WHERE application_name = 'wangge'), count(*) FROM pg_stat_activity
        WHERE datname = 'wangge' AND pid <> pg_backend_pid()
    """
    ((by_house, _all),) = row.hall.rows(statement)
    assert by_house <= CONNECTIONS
