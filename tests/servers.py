"""Real servers for tests: gunicorn and the worker on a database of their own, on a free port."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import psycopg2

from tests import forks
from tests.databases import ROOT
from tests.forks import Process

READY_WITHIN_S = 60.0
END_WITHIN_S = 10.0


@dataclass
class Served:
    """A running house: its address, its database, its demo sign-ins, its two processes."""

    url: str
    database_url: str
    instance: Path
    environment: Mapping[str, str]
    web: Process
    worker: Process

    @property
    def logins(self) -> list[dict[str, str]]:
        """The demo sign-ins: role, username, password, home."""
        rows: list[dict[str, str]] = json.loads(
            (self.instance / "demo-logins.json").read_text(encoding="utf-8")
        )
        return rows

    def password(self, username: str) -> str:
        """The password of a demo account; all of them have the one that the listed sign-ins tell."""
        listed = {row["username"]: row["password"] for row in self.logins}
        return listed.get(username, self.logins[0]["password"])

    def kill_web(self) -> None:
        """The web server and all its processes die without a word."""
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def start_web(self) -> None:
        """A new web server answers where the one before did."""
        self.web = start(self.environment, self.instance, "web", *_gunicorn(self.environment))
        _wait_until_ready(self)

    def kill_worker(self) -> None:
        """The worker dies without a word."""
        _end_now(self.worker)

    def start_worker(self) -> None:
        """A new worker takes jobs from the queue."""
        self.worker = start(self.environment, self.instance, "worker", "flask", "worker")
        _wait_until_ready(self)

    def keep_worker(self) -> None:
        """A worker that ended with its database is started again, as the house does (house/children.py)."""
        if self.worker.poll() is not None:
            self.start_worker()


class Visitor:
    """A program with a cookie jar that speaks to a served house as a browser does."""

    def __init__(self, served: Served) -> None:
        self.base = served.url
        self.jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        """What a page says."""
        with self._opener.open(self.base + path, timeout=30) as answer:
            said: bytes = answer.read()
        return said.decode()

    def sign_in(self, username: str, password: str) -> Visitor:
        """The visitor is this account from now on."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/sign-in"))
        assert found, "the sign-in page carries no token"
        form = {"csrf_token": found[1], "username": username, "password": password}
        with self._opener.open(
            self.base + "/sign-in", urlencode(form).encode(), timeout=30
        ) as answer:
            assert not answer.url.endswith("/sign-in"), f"{username} was not let in"
        return self

    @property
    def cookies(self) -> str:
        """The cookie header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


@contextmanager
def running(
    database_url: str, instance: Path, *, workers: int = 2, **settings: str
) -> Iterator[Served]:
    """The house runs until the block ends; then every process of it is gone."""
    port = free_port()
    environment = {
        **os.environ,
        "WANGGE_ENV": "test",
        "DATABASE_URL": database_url,
        "INSTANCE": str(instance),
        "PORT": str(port),
        "SECRET_KEY": "a key that only tests use, long enough",
        "WEB_CONCURRENCY": str(workers),
        **settings,
    }
    served = Served(
        url=f"http://127.0.0.1:{port}",
        database_url=database_url,
        instance=instance,
        environment=environment,
        web=start(environment, instance, "web", *_gunicorn(environment)),
        worker=start(environment, instance, "worker", "flask", "worker"),
    )
    try:
        _wait_until_ready(served)
        yield served
    finally:
        for process in (served.web, served.worker):
            process.terminate()
        for process in (served.web, served.worker):
            _end(process)


def ask(served: Served, statement: str, *values: Any) -> Any:
    """One row of the database of the running house."""
    dsn = served.database_url.replace("postgresql+psycopg2://", "postgresql://")
    with psycopg2.connect(dsn) as connection, connection.cursor() as sql:
        sql.execute(statement, values)
        return sql.fetchone()


def code_on_the_phone(served: Served, phone: str) -> str:
    """The newest code that has left for a phone, from the log of the console; on its way it is sealed."""
    for _each in range(300):
        (waiting,) = ask(served, "SELECT count(*) FROM dispatch_out WHERE body IS NOT NULL")
        if waiting:
            time.sleep(0.1)
            continue
        for log in served.instance.rglob("*.log"):
            words = log.read_text(encoding="utf-8")
            said = re.findall(rf"to {re.escape(phone)}: [^\n]*?(?<!\w)([0-9]{{6}})(?!\w)", words)
            if said:
                return str(said[-1])
        time.sleep(0.1)
    raise AssertionError("no code is on its way")


def answers(port: int) -> bool:
    """True when a program of this machine takes connections at the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get_json(url: str) -> Any:
    """What an address answers, whatever its status."""
    with suppress(OSError), urlopen(url, timeout=5) as answer:
        return json.load(answer)
    return None


def _gunicorn(environment: Mapping[str, str]) -> list[str]:
    return [
        *("gunicorn", environment.get("WEB_DOOR", "wsgi:app")),
        *("--bind", f"127.0.0.1:{environment['PORT']}"),
        *("--workers", environment["WEB_CONCURRENCY"]),
        *("--worker-class", "gthread", "--threads", environment.get("WEB_THREADS", "24")),
        *("--graceful-timeout", "2", "--keep-alive", "30"),
        *("--log-level", "warning", "--no-control-socket"),
        "--preload",  # the house is imported once for all of them
    ]


def start(environment: Mapping[str, str], instance: Path, name: str, *words: str) -> Process:
    """A program of the house runs; what it says is in `NAME.log`. It dies with us."""
    with (instance / f"{name}.log").open("ab") as log:
        return forks.start(words, environment, log)


def start_other(environment: Mapping[str, str], instance: Path, name: str, *words: str) -> Process:
    """The same of a program that is not the house's."""
    with (instance / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", *words],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_until_ready(served: Served) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    well = {"database": "ok", "schema": "ok", "worker": "ok"}
    while not well.items() <= (get_json(f"{served.url}/readyz") or {}).items():
        dead = [name for name in ("web", "worker") if getattr(served, name).poll() is not None]
        if dead or time.monotonic() > deadline:
            words = "".join(
                f"\n--- {log.name}\n{log.read_text(errors='replace')[-3000:]}"
                for log in sorted(served.instance.glob("*.log"))
            )
            raise RuntimeError(f"the servers did not come up{words}")
        time.sleep(0.1)


def _end(process: Process) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=END_WITHIN_S)
    _end_now(process)


def _end_now(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
