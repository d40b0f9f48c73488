"""Figures about the running house, in the text form that Prometheus reads.

Requests are counted by every process in files under the instance folder, so that whichever process
is asked answers for all. The figures say how many people work here and when: outside the machine
they are for those who have the right.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from sqlalchemy import exc

from webapp.base import reading, tasks
from webapp.base.access import may, me, public
from webapp.base.config import Settings
from webapp.base.db import db, is_away
from webapp.base.live import Hub
from webapp.interop import processes, queries
from webapp.interop.processes import State

bp = Blueprint("metrics", __name__)

# Seconds: a page should be there within a quarter of one.
STEPS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Figures:
    """The counters of this process, and the sum over all of them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_dead(folder)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        # The library decides when it is first imported whether it counts for many processes.
        from prometheus_client import Counter, Gauge, Histogram

        self.folder = folder
        self.requests = Counter(
            "wangge_requests",
            "Requests answered.",
            ["method", "endpoint", "status"],
            registry=None,
        )
        self.seconds = Histogram(
            "wangge_request_seconds",
            "Time from the request to its answer.",
            ["endpoint"],
            buckets=STEPS,
            registry=None,
        )
        self.streams = Gauge(
            "wangge_live_streams",
            "Live streams that are open.",
            ["state"],
            multiprocess_mode="livesum",
            registry=None,
        )

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        from prometheus_client import CollectorRegistry, generate_latest, multiprocess

        for pid in _pids(self.folder):
            if not _lives(pid):
                multiprocess.mark_process_dead(pid, str(self.folder))  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, str(self.folder))  # type: ignore[no-untyped-call]
        registry.register(_Health())
        registry.register(_FromDatabase())
        return generate_latest(registry)

    def health(self) -> bytes:
        """Which processes are well, and nothing else: what can be said without the database."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        registry.register(_Health())
        return generate_latest(registry)


class _Health:
    """How the processes are, and what room is left."""

    def collect(self) -> Any:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        settings: Settings = current_app.extensions["settings"]
        up = GaugeMetricFamily(
            "wangge_process_up",
            "1: the process is well, 0: it is silent or away.",
            labels=["process"],
        )
        starts = CounterMetricFamily(
            "wangge_process_starts", "How often the house started it.", labels=["process"]
        )
        for each in processes.all_of_them(settings):
            if each.state in (State.WELL, State.SILENT, State.AWAY):
                up.add_metric([each.name], int(each.state is State.WELL))
            if each.starts is not None:
                starts.add_metric([each.name], each.starts)
        yield up
        yield starts
        store = processes.store(settings.instance)
        yield GaugeMetricFamily(
            "wangge_disk_free_ratio",
            "Room left where the files are.",
            value=store.free / store.whole,
        )
        if store.backup_s is not None:
            yield GaugeMetricFamily(
                "wangge_backup_age_seconds", "Since the last backup.", value=store.backup_s
            )


class _FromDatabase:
    """Figures that are asked for when somebody looks."""

    def collect(self) -> Any:
        from prometheus_client.core import GaugeMetricFamily

        jobs = GaugeMetricFamily("wangge_jobs", "Jobs of the worker.", labels=["state"])
        for state, count in sorted(tasks.depth().items()):
            jobs.add_metric([state], count)
        yield jobs
        heard = tasks.heard_s()
        if heard is not None:
            yield GaugeMetricFamily(
                "wangge_worker_silence_seconds", "Since a worker was last heard.", value=heard
            )
        open_cases = GaugeMetricFamily(
            "wangge_open_cases", "Cases not yet closed.", labels=["state"]
        )
        for state, count in sorted(queries.open_cases().items()):
            open_cases.add_metric([state], count)
        yield open_cases
        behind = reading.lag_s()
        if behind is not None:
            yield GaugeMetricFamily(
                "wangge_standby_lag_seconds",
                "How far the standby that answers is behind.",
                value=behind,
            )


def init_app(app: Flask, instance: Path) -> None:
    """Every request is counted and timed by the name of its view."""
    figures = Figures((instance / "metrics").resolve())
    app.extensions["figures"] = figures
    hub: Hub = app.extensions["live_hub"]
    hub.counted = lambda streams: figures.streams.labels("open").set(streams)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(answer: Response) -> Response:
        endpoint = request.endpoint or "nowhere"
        figures.requests.labels(request.method, endpoint, answer.status_code).inc()
        began = g.get("began")
        if began is not None:
            figures.seconds.labels(endpoint).observe(time.perf_counter() - began)
        return answer


# What a proxy adds to a request that it passes on.
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@bp.get("/metrics")
@public("to programs of the same machine; others need the right to read the figures")
def show() -> Response:
    """Requests, streams, jobs, open cases and processes of the whole house together.

    Without the database nobody can be known: then whoever asks hears only which processes are well.
    """
    figures: Figures = current_app.extensions["figures"]
    try:
        if not (_asked_here() or may(me(), "machines.metrics")):
            abort(403 if me().id is not None else 401)
        text = figures.text()
    except exc.SQLAlchemyError as error:
        if not is_away(error):
            raise
        db.session.rollback()
        text = figures.health()
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _asked_here() -> bool:
    """A program of this machine asks, nobody behind a proxy; production wants its token all the same."""
    settings: Settings = current_app.extensions["settings"]
    if settings.production or any(name in request.headers for name in PASSED_ON):
        return False
    return request.remote_addr in ("127.0.0.1", "::1")


def _forget_dead(folder: Path) -> None:
    """Figures of an earlier start are gone; those of processes that run beside us are kept."""
    if not any(_lives(pid) for pid in _pids(folder)):
        for file in folder.glob("*.db"):
            file.unlink(missing_ok=True)


def _pids(folder: Path) -> set[int]:
    names = {file.stem.rpartition("_")[2] for file in folder.glob("*.db")}
    return {int(name) for name in names if name.isdecimal()}


def _lives(pid: int) -> bool:
    return Path("/proc", str(pid)).exists()
