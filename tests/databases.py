"""Databases of tests: a template made once by the real commands, and clones of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection
from sqlalchemy import create_engine, make_url

from house import postgres
from tests import forks

ROOT = Path(__file__).parent.parent
TEMPLATE = "wangge_template"
# The same before anything was loaded into it.
BARE = "wangge_bare"
SECRET_KEY = "a key that only tests use, long enough"
WITH_DEMO = "wangge_with_demo"
SAID = "demo-said.txt"
# Held while the template is made, and while the first who wants demo data makes it for all.
_TEMPLATE_LOCK, _DEMO_LOCK = 370671, 370672
LOADS = (
    ("geodata", "load"),
    ("people", "load"),
    ("points", "load"),
    ("cases", "load"),
    ("services", "load"),
    ("jobs", "load"),
)
STEPS = (("db", "upgrade"), *LOADS)


def make_template(cluster_url: str, *, with_demo: bool = False) -> Thread:
    """A database is being set up by the commands an operator uses, and then the one with demo data if
    that is known to be wanted; whoever wants a copy waits for it."""
    opened = _opened(cluster_url)
    _hold(opened, _TEMPLATE_LOCK)

    def make() -> None:
        with closing(opened):
            bare = empty(cluster_url, BARE)
            flask(bare, "db", "upgrade")
            flask_steps(_copied(cluster_url, TEMPLATE, of=BARE), *LOADS)
        if with_demo:
            _have_demo(cluster_url)

    making = Thread(target=make)
    making.start()
    return making


def clone(cluster_url: str, name: str, *, of: str = TEMPLATE) -> str:
    """A fresh copy of the template, or of another database; answers its address."""
    with closing(_opened(cluster_url)) as opened:
        _hold(opened, _TEMPLATE_LOCK)
        return _copied(cluster_url, name, of=of)


def copy_to(cluster_url: str, other_url: str) -> None:
    """The database of another cluster, empty so far, holds what the template holds."""
    program = postgres.server(None).program
    # Without what belongs to the extensions: those are there, and their owner's.
    dump = [str(program("pg_dump")), "--no-owner", "--no-comments"]
    dump += ["--exclude-table-data", "spatial_ref_sys"]
    dump += ["--dbname", plain(named(cluster_url, TEMPLATE))]
    load = [str(program("psql")), "-Xq", "--set=ON_ERROR_STOP=1", "--dbname", plain(other_url)]
    with TemporaryFile() as dumped:
        # Nobody else may copy a database that is being read.
        with closing(_opened(cluster_url)) as opened:
            _hold(opened, _TEMPLATE_LOCK)
            subprocess.run(dump, stdout=dumped, check=True)
        dumped.seek(0)
        subprocess.run(load, stdin=dumped, stdout=subprocess.DEVNULL, check=True)


def plain(url: str) -> str:
    """The same address without the name of the driver."""
    return url.replace("postgresql+psycopg2://", "postgresql://")


def _copied(cluster_url: str, name: str, *, of: str) -> str:
    _say(cluster_url, f"CREATE DATABASE {name} TEMPLATE {of}")
    return named(cluster_url, name)


def clone_with_demo(cluster_url: str, name: str, instance: Path) -> str:
    """A copy with the demo data, whose files and sign-ins lie in `instance`; answers its address.

    The demo data is made once for a run, by whoever wants it first; what the command said then
    lies beside the files.
    """
    made = _have_demo(cluster_url)
    _say(cluster_url, f"CREATE DATABASE {name} TEMPLATE {WITH_DEMO}")
    shutil.copytree(made, instance, dirs_exist_ok=True)
    return named(cluster_url, name)


def _have_demo(cluster_url: str) -> Path:
    made = Path(make_url(cluster_url).query["host"]) / "demo"  # type: ignore[arg-type]
    with closing(_opened(cluster_url)) as opened, opened.cursor() as cursor:
        _hold(opened, _DEMO_LOCK)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (WITH_DEMO,))
        if cursor.fetchone() is None:
            unready = f"{WITH_DEMO}_{os.getpid()}"
            said = flask(clone(cluster_url, unready), "demo", INSTANCE=str(made))
            (made / SAID).write_text(said, encoding="utf-8")
            cursor.execute(f"ALTER DATABASE {unready} RENAME TO {WITH_DEMO}")
    return made


def quieten(url: str, kinds: Sequence[str]) -> None:
    """Alarms of these kinds ring nobody for a day: they are kept as under maintenance."""
    with closing(psycopg2.connect(plain(url))) as opened, opened, opened.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alarm_shelf (quiet, kind, reason, span) SELECT 'maintenance', kind, 'tests',"
            " tstzrange(now(), now() + interval '1 day') FROM unnest(%s) AS kind",
            (list(kinds),),
        )


def empty(cluster_url: str, name: str) -> str:
    """A database with nothing but the extensions; answers its address."""
    _say(cluster_url, f"CREATE DATABASE {name}")
    return named(cluster_url, name)


def create_all(url: str) -> None:
    """The tables are there as the models say, without any migration."""
    import webapp.app  # noqa: F401  # every model is known
    from webapp.base.db import Base

    engine = create_engine(url)
    try:
        Base.metadata.create_all(engine)
    finally:
        engine.dispose()


def drop(cluster_url: str, name: str) -> None:
    """The database is gone, whoever is still connected."""
    _say(cluster_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def named(cluster_url: str, name: str) -> str:
    """The address of another database of the same cluster."""
    return make_url(cluster_url).set(database=name).render_as_string(hide_password=False)


def flask(url: str, *words: str, **settings: str) -> str:
    """Runs a command of the app against a database; answers what it printed."""
    return _said(url, ["flask", *words], settings)


def flask_steps(url: str, *steps: Sequence[str], **settings: str) -> str:
    """Runs commands of the app one after another in one process; answers what they printed."""
    return _said(url, ["steps", json.dumps(steps)], settings)


def _said(url: str, words: Sequence[str], settings: Mapping[str, str]) -> str:
    environment = {
        **os.environ,
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        # What the demo seals, the servers of the tests read.
        "SECRET_KEY": SECRET_KEY,
        **settings,
    }
    with TemporaryFile() as out, TemporaryFile() as err:
        code = forks.run(words, environment, out, err)
        for each in (out, err):
            each.seek(0)
        said, wrong = out.read().decode(), err.read().decode()
    if code:
        raise RuntimeError(f"{' '.join(words)} failed:\n{said}{wrong}")
    return said


def _say(cluster_url: str, statement: str) -> None:
    with closing(_opened(cluster_url)) as opened, opened.cursor() as cursor:
        cursor.execute(statement)


def _hold(opened: connection, lock: int) -> None:
    """Waits for the lock; it is held as long as the connection lives."""
    with opened.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (lock,))


def _opened(cluster_url: str) -> connection:
    opened = psycopg2.connect(plain(cluster_url))
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return opened


@contextmanager
def closed_to_all(url: str) -> Iterator[None]:
    """Nobody has a connection to this database, or gets one, until the block ends."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    with closing(psycopg2.connect(urlunsplit(parts._replace(path="/postgres")))) as line:
        line.autocommit = True
        with line.cursor() as sql:
            sql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            try:
                sql.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    (name,),
                )
                yield
            finally:
                sql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
