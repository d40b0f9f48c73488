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

from webapp.base import servers
from webapp.base.config import Settings
from webapp.base.db import db

# A worker says this often (seconds) that it lives, and counts as dead when silent for so long.
HEARTBEAT_S = 5
SILENT_S = 20
# A job is taken up from a dead worker so often.
TAKEN_UP_MOST = 5

queue = procrastinate.App(connector=PsycopgConnector())

_apps: list[Flask] = []

_DEFER = text("""
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
        :queue, :name, :priority, :lock, :queueing_lock, cast(:arguments AS jsonb), :at
    )]::procrastinate_job_to_defer_v1[]))
""")

# A job in the hands of a worker that is gone or silent goes back into the queue.
_TAKE_UP = text("""
    SELECT count(procrastinate_retry_job_v2(j.id, now(), j.priority, j.queue_name, j.lock))
    FROM procrastinate_jobs j
    LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
    WHERE j.status = 'doing'
      AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :silent))
      AND j.attempts < :most
""")

# One that has taken its worker with it each time is let lie.
_LET_LIE = text("""
    SELECT count(procrastinate_finish_job_v1(j.id, 'failed', false))
    FROM procrastinate_jobs j
    LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
    WHERE j.status = 'doing'
      AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :silent))
      AND j.attempts >= :most
""")

_HEARD = text("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")

_DEPTH = text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")

_FORGET = text("""
    DELETE FROM procrastinate_jobs j WHERE j.status IN ('failed', 'cancelled', 'aborted')
      AND NOT EXISTS (SELECT FROM procrastinate_events e
                      WHERE e.job_id = j.id AND e.at > now() - interval '30 days')
""")


def task(
    name: str, *, cron: str | None = None, retry: int = 5, lock: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A function the worker can run, in an app context and a transaction of its own.

    It is run again up to `retry` times, each time later, when it raises. `cron` (in UTC, seconds
    last) makes it come round by itself. Of jobs with the same `lock` one runs at a time.
    """

    def decorate(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def run(**arguments: Any) -> None:
            if cron:
                del arguments["timestamp"]  # when it was due, which none of ours asks
            with _apps[-1].app_context():
                work(**arguments)
                db.session.commit()

        strategy = procrastinate.RetryStrategy(max_attempts=retry, exponential_wait=3)
        registered = queue.task(name=name, retry=strategy, lock=lock, pass_context=False)(run)
        if cron:
            queue.periodic(cron=cron)(registered)  # type: ignore[arg-type]  # told by name
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


def heard_s() -> float | None:
    """Seconds since a worker last said that it lives; None when there is none."""
    seconds = db.session.scalar(_HEARD)
    return None if seconds is None else float(seconds)


def depth() -> dict[str, int]:
    """How many jobs there are in each state: todo, doing, failed and so on."""
    return {state: count for state, count in db.session.execute(_DEPTH)}


@task("tasks.take_up", cron="* * * * * */15")
def take_up() -> None:
    """Jobs whose worker was killed wait in the queue again; one that kills whoever takes it has failed."""
    lost = {"silent": SILENT_S, "most": TAKEN_UP_MOST}
    db.session.execute(_TAKE_UP, lost)
    db.session.execute(_LET_LIE, lost)


@task("tasks.forget", cron="41 3 * * *")
def forget() -> None:
    """Jobs that failed for good a month ago are gone."""
    db.session.execute(_FORGET)


def init_app(app: Flask) -> None:
    """The tasks run in this app from now on."""
    _apps[:] = [app]


def work(settings: Settings) -> None:
    """Runs jobs until it is told to stop. Jobs of a killed worker are taken up again."""
    take_up()
    db.session.commit()
    conninfo = servers.itself(settings)
    with queue.replace_connector(PsycopgConnector(conninfo=conninfo)) as app:
        app.run_worker(
            concurrency=2,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=SILENT_S,
            shutdown_graceful_timeout=5,
        )
