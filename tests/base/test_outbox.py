"""What was put off is done, once, though the worker be killed in the middle of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from tests import databases
from tests.servers import Served, running
from webapp.app import create_app
from webapp.base import notices, tasks
from webapp.base.config import Settings
from webapp.base.db import db

WITHIN_S = 30.0


@pytest.fixture(scope="module")
def house(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    name = f"outbox_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name)
    with running(url, tmp_path_factory.mktemp("outbox"), workers=1) as served:
        yield served
    databases.drop(cluster_url, name)


@pytest.fixture
def sql(house: Served) -> Iterator[Any]:
    """A cursor on the database of the house, each statement on its own."""
    dsn = house.database_url.replace("postgresql+psycopg2://", "postgresql://")
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _send(house: Served, words: str, *, channel: str = "console", times: int = 1) -> int:
    app = create_app(Settings.from_environment(house.environment))
    with app.app_context():
        row = notices.Dispatch(channel=channel, address="13800000000", body=words)
        db.session.add(row)
        db.session.flush()
        for _each in range(times):
            tasks.defer("notices.deliver", dispatch_id=row.id)
        db.session.commit()
        return row.id


def _until(sql: Any, question: str, *values: object) -> Any:
    """The answer of the database, as soon as there is one."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        sql.execute(question, values)
        if row := sql.fetchone():
            return row
        time.sleep(0.05)
    raise TimeoutError(question)


def _times_said(house: Served, words: str) -> int:
    return (house.instance / "worker.log").read_text(encoding="utf-8").count(words)


SENT = "SELECT body, error FROM dispatch_out WHERE id = %s AND sent_at IS NOT NULL"
DONE = "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE args @> %s)"


def test_a_text_leaves_the_house_soon_and_is_erased(house: Served, sql: Any) -> None:
    row = _send(house, "the code is 246810")
    assert _until(sql, SENT, row) == (None, None)
    assert _times_said(house, "the code is 246810") == 1


def test_a_text_asked_for_twice_is_sent_once(house: Served, sql: Any) -> None:
    row = _send(house, "the code is 135791", times=3)
    _until(sql, DONE, f'{{"dispatch_id": {row}}}')
    assert _times_said(house, "the code is 135791") == 1


def test_a_job_of_a_killed_worker_is_done_by_the_next(house: Served, sql: Any) -> None:
    lock = "SELECT FROM dispatch_out WHERE id = %s FOR UPDATE"
    doing = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND args @> %s"
    dsn = house.database_url.replace("postgresql+psycopg2://", "postgresql://")
    house.kill_worker()
    row = _send(house, "the code is 112358")
    with closing(psycopg2.connect(dsn)) as held, held.cursor() as holding:
        holding.execute(lock, (row,))
        house.start_worker()
        _until(sql, doing, f'{{"dispatch_id": {row}}}')
        house.kill_worker()
    sql.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    house.start_worker()
    assert _until(sql, SENT, row) == (None, None)
    assert _times_said(house, "the code is 112358") == 1


@pytest.mark.thorough
@pytest.mark.fault
def test_a_channel_that_fails_is_tried_again_and_says_why(house: Served, sql: Any) -> None:
    row = _send(house, "nobody hears this", channel="pigeon")
    failed = "SELECT error, body FROM dispatch_out WHERE id = %s AND error IS NOT NULL"
    error, body = _until(sql, failed, row)
    assert "pigeon" in error
    assert body is not None, "it is kept until it could be sent"
    assert b"nobody hears this" not in bytes(body)
    again = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now()"
    assert _until(sql, again)
    sql.execute("UPDATE dispatch_out SET channel = 'console' WHERE id = %s", (row,))
    sql.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    assert _until(sql, SENT, row) == (None, None)


def test_a_job_that_nobody_knows_is_not_taken_into_the_queue(house: Served) -> None:
    app = create_app(Settings.from_environment(house.environment))
    with app.app_context(), pytest.raises(LookupError, match=r"tasks\.nothing"):
        tasks.defer("tasks.nothing")


WAYS: dict[str, Callable[[], None]] = {
    "tasks.take_up": tasks.take_up,
    "tasks.forget": tasks.forget,
}


@pytest.mark.parametrize("name", WAYS)
def test_the_rounds_of_the_clock_run(house: Served, name: str) -> None:
    app = create_app(Settings.from_environment(house.environment))
    with app.app_context():
        WAYS[name]()
        db.session.commit()
        assert set(tasks.depth()) <= {"todo", "doing", "failed"}
        heard = tasks.heard_s()
    assert heard is not None
    assert heard < tasks.SILENT_S


def test_a_job_that_took_its_worker_with_it_each_time_is_let_lie(house: Served, sql: Any) -> None:
    jobs = []
    for tries in (tasks.TAKEN_UP_MOST - 1, tasks.TAKEN_UP_MOST):
        sql.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('default', 'tasks.forget', %s, 'doing', %s) RETURNING id",
            ('{"timestamp": 0}', tries),
        )
        jobs += sql.fetchone()
    app = create_app(Settings.from_environment(house.environment))
    with app.app_context():
        tasks.take_up()
        db.session.commit()
    sql.execute("SELECT id, status FROM procrastinate_jobs WHERE id = ANY(%s)", (jobs,))
    known, (first, second) = dict(sql.fetchall()), jobs
    # A job that is done is gone.
    assert known.get(first, "done") in ("todo", "doing", "done")
    assert known[second] == "failed"


def test_rounds_come_by_themselves_and_do_not_fail(house: Served, sql: Any) -> None:
    came = "SELECT 1 FROM procrastinate_periodic_defers WHERE task_name = 'tasks.take_up'"
    assert _until(sql, came)
    over = "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = %s)"
    assert _until(sql, over, "tasks.take_up")
