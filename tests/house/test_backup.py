"""Backups: an empty place becomes what was kept, and nobody reads them without the key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest
from flask import Flask

from house import archive, cluster
from house.trouble import ROOT
from tests import databases
from tests.house.conftest import passable


def say(deed: str, instance: Path, **more: Path | str) -> subprocess.CompletedProcess[str]:
    """`make backup` or `make restore` with these words, without its look at what is installed."""
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "PORT")}
    env |= {"INSTANCE": str(instance), **{key: str(value) for key, value in more.items()}}
    return subprocess.run(
        [sys.executable, "-m", "house.backup", deed],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def tables(url: str) -> Mapping[str, tuple[int, int]]:
    """For each table how many rows it has, and a sum over what stands in them."""
    with closing(psycopg2.connect(databases.plain(url))) as connection, connection.cursor() as sql:
        sql.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        found = {}
        for (name,) in sql.fetchall():
            sql.execute(
                f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} AS t"
            )
            rows, total = sql.fetchone() or (0, 0)
            found[name] = (rows, total)
        return found


def house_of(instance: Path) -> Flask:
    from webapp.app import create_app
    from webapp.base.config import Settings

    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": cluster.url(instance),
        "INSTANCE": str(instance),
        "SECRET_KEY": "a key that only tests use, long enough",
    }
    return create_app(Settings.from_environment(values))


def keep_a_file(app: Flask, colour: str) -> Path:
    """A file is stored by the house; answers where."""
    from webapp.base import files
    from webapp.base.db import db

    with app.app_context():
        kept = files.keep(f"as {colour} as can be".encode(), "text/plain", by=None)
        db.session.commit()
        path = files.path_of(kept)
        db.engine.dispose()
    return path


@pytest.fixture
def lived_in(settled: Path, cluster_url: str) -> Path:
    """An instance with the schema and the territory of the house, running."""
    url = cluster.start(settled)
    databases.copy_to(cluster_url, url)
    return settled


@pytest.fixture
def elsewhere_empty() -> Iterator[Path]:
    """A place where nothing is yet, on another machine as it were; what is restored there is stopped."""
    with passable() as folder:
        yield folder
        for instance in folder.iterdir():
            cluster.stop(instance)


@pytest.fixture
def kept(place: Path) -> Path:
    """Where the backups go."""
    return place / "kept"


@pytest.mark.thorough
def test_an_empty_place_becomes_what_was_kept_at_any_moment_since(
    lived_in: Path, kept: Path, elsewhere_empty: Path
) -> None:
    app = house_of(lived_in)
    (lived_in / "secret-key").write_text("what seals the data of people\n")
    red = keep_a_file(app, "red")
    done = say("backup", lived_in, BACKUP=kept)
    assert done.returncode == 0, done.stdout + done.stderr
    key = kept.with_name("key")
    key.write_text((lived_in / archive.KEY).read_text())

    blue = keep_a_file(app, "blue")
    before, moment = tables(cluster.url(lived_in)), datetime.now(UTC)
    green = keep_a_file(app, "green")
    again = say("backup", lived_in)
    assert again.returncode == 0, again.stdout + again.stderr
    after = tables(cluster.url(lived_in))
    assert after != before
    cluster.stop(lived_in)

    then = elsewhere_empty / "then"
    words = {"BACKUP": kept, "KEY": key}
    done = say("restore", then, **words, UNTIL=moment.isoformat())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All is whole" in done.stdout
    assert tables(cluster.start(then)) == before
    for path in (red, blue):
        assert (then / path.relative_to(lived_in)).read_bytes() == path.read_bytes()

    newest = elsewhere_empty / "newest"
    done = say("restore", newest, **words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert tables(cluster.start(newest)) == after
    assert (newest / green.relative_to(lived_in)).is_file()
    assert (newest / "secret-key").read_text() == (lived_in / "secret-key").read_text()

    refused = say("restore", newest, **words)
    assert refused.returncode == 1
    assert "already" in refused.stderr

    another, locked = kept.with_name("another key"), elsewhere_empty / "locked"
    another.write_text("0" * 64)
    refused = say("restore", locked, BACKUP=kept, KEY=another)
    assert refused.returncode == 1
    assert "is not the key of the backup" in refused.stderr
    assert not (locked / "pg").exists()


@pytest.mark.thorough
def test_nothing_kept_can_be_read_without_the_key(settled: Path, kept: Path) -> None:
    cluster.start(settled)
    (settled / "secret-key").write_text("the words that nobody may read\n")
    done = say("backup", settled, BACKUP=kept)
    assert done.returncode == 0, done.stdout + done.stderr
    key = (settled / archive.KEY).read_text().strip()
    for path in kept.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        assert b"nobody may read" not in held
        assert b"wangge_" not in held
        assert key.encode() not in held


@pytest.mark.parametrize(
    ("deed", "more", "words"),
    [
        ("backup", {}, "Where to?"),
        ("backup", {"BACKUP": "{instance}/kept"}, "what takes one takes both"),
        ("restore", {}, "BACKUP= names"),
        ("restore", {"BACKUP": "{instance}", "KEY": "{instance}/none"}, "There is no"),
        ("restore", {"BACKUP": "{instance}", "KEY": "{instance}/short"}, "64 hexadecimal"),
        (
            "restore",
            {"BACKUP": "{instance}", "KEY": "{instance}/key", "UNTIL": "yesterday"},
            "is no moment",
        ),
        ("restore", {"BACKUP": "{instance}", "KEY": "{instance}/key"}, "holds no backup"),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(
    place: Path, deed: str, more: dict[str, str], words: str
) -> None:
    here = place / "here"
    here.mkdir()
    (here / "short").write_text("abc")
    (here / "key").write_text("a" * 64)
    given = {name: each.format(instance=here) for name, each in more.items()}
    target = here if deed == "backup" else place / "empty"
    refused = say(deed, target, **given)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (place / "empty").exists()
