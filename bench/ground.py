"""The ground of a run: a throwaway cluster with the default territory, and the app on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, text

from bench import cpu
from house.cluster import Throwaway

ROOT = Path(__file__).parent.parent
SETUP = (
    ("db", "upgrade"),
    ("geodata", "load"),
    ("cases", "load"),
    ("people", "load"),
    ("points", "load"),
    ("services", "load"),
    ("jobs", "load"),
    ("demo",),
)

# A throwaway cluster gives up safety for speed; what is measured must not.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Signed:
    """A browser in which somebody has signed in: the header by which it is known, and the token of its forms."""

    cookie: str
    token: str


@dataclass(frozen=True)
class Ground:
    """A database set up by the commands an operator uses, and the app that works on it.

    `postmaster` is the process above all those of the database.
    """

    url: str
    environment: dict[str, str]
    app: Flask
    postmaster: int

    def flask(self, *words: str) -> str:
        """Runs a command of the app; answers what it printed."""
        return commanded(self.environment, *words)

    @cached_property
    def token(self) -> str:
        """The header by which a machine with every scope of cases signs in."""
        return self._issued("bench")

    @cached_property
    def token_of_desk(self) -> str:
        """The same with the rights of a dispatcher, who sees every case."""
        return self._issued("desk", "--account", "dispatcher")

    def _issued(self, name: str, *more: str) -> str:
        said = self.flask("tokens", "issue", name, "--scope", "cases", *more)
        return "Bearer " + next(word for word in said.split() if word.startswith("wg_"))

    def cookie_of(self, username: str) -> str:
        """The header by which a browser in which somebody of the demo has signed in is known."""
        return self.signed_in(username).cookie

    def signed_in(self, username: str) -> Signed:
        """A browser in which somebody of the demo has signed in."""
        logins = json.loads((Path(self.environment["INSTANCE"]) / "demo-logins.json").read_text())
        # Those that are not listed have the same.
        listed = {each["username"]: each["password"] for each in logins}
        word = listed.get(username, logins[0]["password"])
        browser = self.app.test_client()
        self.app.config["WTF_CSRF_ENABLED"] = False
        answer = browser.post("/sign-in", data={"username": username, "password": word})
        self.app.config["WTF_CSRF_ENABLED"] = True
        if answer.status_code != 303:
            raise RuntimeError(f"{username} cannot sign in: {answer.status_code}")
        token = browser.get("/session").get_json()["csrf_token"]
        cookie = browser.get_cookie("session")
        if cookie is None:
            raise RuntimeError("signing in gave no cookie")
        return Signed(f"session={cookie.value}", token)


@contextmanager
def ground() -> Iterator[Ground]:
    """A ground that is gone afterwards."""
    with Throwaway() as cluster, tempfile.TemporaryDirectory(prefix="wangge-bench-") as instance:
        environment = {
            **os.environ,
            "WANGGE_ENV": "test",
            "DATABASE_URL": cluster.url,
            "SECRET_KEY": "a key that only benchmarks use, long enough",
            "INSTANCE": instance,
            "WANGGE_LOCALE": "zh_CN",
        }
        for step in SETUP:
            commanded(environment, *step)
        postmaster = _made_durable(cluster.url)
        yield Ground(cluster.url, environment, _app(environment), postmaster)


def _made_durable(url: str) -> int:
    """What is committed is on the disk, as with `make run`; answers the process of the server."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in DURABLE:
            connection.execute(text(f"ALTER SYSTEM SET {setting} = on"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("VACUUM ANALYZE"))
        backend: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        above = cpu.parent_of(backend)
    engine.dispose()
    return above


def _app(environment: dict[str, str]) -> Flask:
    # Modules read some settings when they are imported.
    os.environ.update(environment)
    from webapp.app import create_app

    return create_app()


def commanded(environment: dict[str, str], *words: str) -> str:
    """What a command of the app prints."""
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"flask {' '.join(words)} failed:\n{run.stdout}{run.stderr}")
    return run.stdout
