"""Work that is done later, by the worker: a job is deferred in the transaction of its cause."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import procrastinate
from flask import Flask
from procrastinate import PsycopgConnector
from sqlalchemy import text

from webapp.base.db import db

queue = procrastinate.App(connector=PsycopgConnector())

_apps: list[Flask] = []

_DEFER = text("""
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
        :queue, :name, :priority, :lock, :queueing_lock, cast(:arguments AS jsonb), :at
    )]::procrastinate_job_to_defer_v1[]))
""")


def task(
    name: str, *, cron: str | None = None, retry: int = 5
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A function the worker can run, in an app context and a transaction of its own.

    It is run again up to `retry` times, each time later, when it raises. `cron` (in UTC) makes it
    come round by itself.
    """

    def decorate(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def run(**arguments: Any) -> None:
            with _apps[-1].app_context():
                work(**arguments)
                db.session.commit()

        strategy = procrastinate.RetryStrategy(max_attempts=retry, exponential_wait=3)
        registered = queue.task(name=name, retry=strategy, pass_context=False)(run)
        if cron:
            queue.periodic(cron=cron)(registered)
        return work

    return decorate


def defer(
    name: str,
    *,
    lock: str | None = None,
    priority: int = 0,
    at: datetime | None = None,
    **arguments: Any,
) -> int:
    """The job is in the queue once this transaction commits; answers its number."""
    if name not in queue.tasks:
        raise LookupError(f"no task is called {name}")
    job: int = db.session.execute(
        _DEFER,
        {
            "queue": "default",
            "name": name,
            "priority": priority,
            "lock": lock,
            "queueing_lock": None,
            "arguments": json.dumps(arguments),
            "at": at,
        },
    ).scalar_one()
    return job


def init_app(app: Flask) -> None:
    """The tasks run in this app from now on."""
    _apps[:] = [app]


def work(database_url: str) -> None:
    """Runs jobs until it is told to stop. Jobs of a killed worker are taken up again."""
    conninfo = database_url.replace("postgresql+psycopg2://", "postgresql://")
    with queue.replace_connector(PsycopgConnector(conninfo=conninfo)) as app:
        app.run_worker(concurrency=2, wait=True, delete_jobs="successful")
