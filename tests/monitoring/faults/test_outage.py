"""The web server and the database are shot while sources speak and consoles listen: nothing is lost or doubled."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from house.cluster import Throwaway
from tests import databases
from tests.brokers import soon
from tests.conftest import URL
from tests.servers import Served, Visitor, running
from tests.sse import Stream
from tests.world import PASSWORD, someone
from webapp.app import create_app
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format

pytestmark = [pytest.mark.fault, pytest.mark.thorough]

STREAMS = 200
SPEAKERS = 4
# Messages that are taken between two blows: more than a thousand in all.
EACH = 150


@dataclass(frozen=True)
class Answer:
    """What one request was told; 0: nobody answered."""

    status: int
    retry_after: str | None = None


def moved(name: str) -> bytes:
    """Something moved at a device of its own."""
    now = datetime.now(UTC).isoformat()
    return json.dumps({"id": name, "ts": now, "kind": "motion", "camera": name}).encode()


@dataclass
class House:
    """A served house on a database of its own, with a source and somebody at the desk."""

    cluster: Throwaway
    served: Served
    key: str
    desk: Visitor

    def rows(self, statement: str) -> list[Any]:
        with (
            closing(psycopg2.connect(databases.plain(self.cluster.url))) as line,
            line.cursor() as sql,
        ):
            sql.execute(statement)
            return sql.fetchall()

    def say(self, body: bytes) -> Answer:
        """The answer to one message."""
        line = http.client.HTTPConnection(urlsplit(self.served.url).netloc, timeout=20)
        try:
            line.request(
                "POST",
                "/api/v1/intake/generic",
                body,
                {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
            )
            told = line.getresponse()
            told.read()
            return Answer(told.status, told.getheader("Retry-After"))
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            line.close()


@pytest.fixture(scope="module")
def house(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    instance = tmp_path_factory.mktemp("outage")
    with ExitStack() as open_:
        cluster = open_.enter_context(Throwaway())
        databases.copy_to(pytestconfig.stash[URL], cluster.url)
        with closing(psycopg2.connect(databases.plain(cluster.url))) as line, line.cursor() as sql:
            # A cluster of tests gives up what a crash would take; this one is made to crash.
            sql.execute("ALTER DATABASE wangge SET synchronous_commit = on")
            line.commit()
        key = _peopled(cluster.url, instance)
        settings = {"LIVE_STREAMS": str(STREAMS), "WEB_THREADS": str(STREAMS + 24)}
        served = open_.enter_context(running(cluster.url, instance, workers=1, **settings))
        yield House(cluster, served, key, Visitor(served).sign_in("desk", PASSWORD))


def _peopled(url: str, instance: Path) -> str:
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": databases.SECRET_KEY,
        "INSTANCE": str(instance),
    }
    app = create_app(Settings.from_environment(values))
    with app.test_request_context("/"):
        someone("desk", "dispatcher")
        source = keeping.set_up("box", Described("箱子", tuple(Format)), by=None)
        key = keeping.new_key(source, by=None)
        db.session.commit()
        db.engine.dispose()
    return key


@dataclass
class Flow:
    """Sources that speak without a pause until `end`, each saying everything until it is taken."""

    house: House
    taken: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    hellos: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    # Only when all has been said nobody listens any more.
    _deaf: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        for number in range(SPEAKERS):
            self._threads.append(threading.Thread(target=self._speak, args=(number,)))
        self._threads.append(threading.Thread(target=self._listen))
        for each in self._threads:
            each.start()
        soon(lambda: self.hellos, "nobody listens")

    def more(self, count: int) -> None:
        """So many messages more are taken."""
        before = len(self.taken)
        soon(lambda: len(self.taken) >= before + count, "nothing is taken any more", within_s=120)

    def end(self) -> None:
        self._over.set()
        *speakers, listener = self._threads
        for each in speakers:
            each.join()
        self._deaf.set()
        listener.join()

    def _speak(self, number: int) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            name = f"{number}-{turn}"
            body = moved(name)
            while (answer := self.house.say(body)).status != 202:
                self.answers.append(answer)
                time.sleep(0.02)
            self.taken.append(name)

    def _listen(self) -> None:
        last: str | None = None
        while not self._deaf.is_set():
            try:
                with Stream(self.house.desk, last=last) as stream:
                    if stream.status != 200:
                        time.sleep(0.05)
                        continue
                    for news in stream.news():
                        last = news.id
                        self.hellos += news.event == "hello"
                        if news.event == "alarm" and news.data["move"] == "raise":
                            self.seen.append(news.data["id"])
                        if self._deaf.is_set() and news.event == "hello":
                            return
            except (OSError, http.client.HTTPException, TimeoutError):
                time.sleep(0.05)
        with Stream.patient(self.house.desk, last=last) as stream:
            rest = stream.until("hello")
        self.seen += [each.data["id"] for each in rest if each.data.get("move") == "raise"]


@pytest.fixture(scope="module")
def flow(house: House) -> Flow:
    """The web server is shot five times, the database twice, and all the time sources speak."""
    made = Flow(house)
    made.begin()
    try:
        for _time in range(5):
            made.more(EACH)
            house.served.kill_web()
            house.served.start_web()
        for _time in range(2):
            made.more(EACH)
            house.cluster.fall()
            told = len(made.answers)
            soon(
                lambda told=told: any(each.status == 503 for each in made.answers[told:]),
                "nobody is told to wait",
            )
            house.cluster.rise()
        made.more(EACH)
    finally:
        made.end()
    return made


def test_what_was_answered_202_is_there_once_however_often_the_web_server_is_shot(
    house: House, flow: Flow
) -> None:
    """F1."""
    kept = house.rows("SELECT message_id, count(*) FROM intake_message GROUP BY message_id")
    alarms = house.rows("SELECT own_id, count FROM alarm")
    assert {count for _name, count in kept} == {1}
    assert sorted(name for name, _count in alarms) == sorted(flow.taken)
    assert {count for _name, count in alarms} == {1}
    assert len(kept) == len(flow.taken) >= 1000


def test_a_database_that_was_shot_is_answered_by_503_and_found_again_by_itself(flow: Flow) -> None:
    """F2."""
    told = {each.status for each in flow.answers}
    assert told == {0, 503}
    assert {each.retry_after for each in flow.answers if each.status == 503} <= {"3", "5"}


def test_a_console_misses_nothing_while_both_are_shot(house: House, flow: Flow) -> None:
    """F13."""
    raised = [key for (key,) in house.rows("SELECT id FROM alarm ORDER BY id")]
    assert sorted(flow.seen) == raised


def test_one_console_more_than_there_is_room_for_waits_and_the_house_answers(house: House) -> None:
    """F14."""
    with ExitStack() as opened:
        for _each in range(STREAMS):
            stream = opened.enter_context(Stream.patient(house.desk))
            assert stream.status == 200
        refused = opened.enter_context(Stream(house.desk))
        assert (refused.status, refused.answer.headers["Retry-After"]) == (503, "5")
        assert house.desk.get("/healthz") == "ok\n"
        assert house.say(moved("beside")).status == 202
