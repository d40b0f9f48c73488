"""What is missing is fetched once, by whoever may, from where there is one; then nothing is."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import create_engine, text

from house import assets, given, machine
from house.trouble import ROOT, Trouble, told
from tests import databases

LACKING = ["postgresql-15-postgis-3", "chromium"]
NOWHERE = "http://127.0.0.1:9"


def refused(words: list[str], *, sudo: bool, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the setup runs for somebody who is not root when these packages are missing."""
    ran: list[list[str]] = []
    monkeypatch.setattr(machine, "missing", lambda _job: words)
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(machine, "works", lambda _command: sudo)
    monkeypatch.setattr(machine, "run", lambda command, what: ran.append(command))
    monkeypatch.setattr(machine, "install", lambda _packages: pytest.fail("it installs"))
    machine.provide("run")
    return ran


def test_without_rights_the_one_command_is_told_and_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Trouble) as trouble:
        refused(LACKING, sudo=False, monkeypatch=monkeypatch)
    first, command, last = str(trouble.value).splitlines()
    assert "which only an administrator may: type" in first
    assert last == "and start again."
    words = shlex.split(command)
    assert words[0] == "sudo"
    assert words[-len(LACKING) :] == LACKING
    assert "house.machine" in words


def test_that_command_is_for_root_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine, "install", lambda _packages: pytest.fail("it installs"))
    with pytest.raises(Trouble, match="Only root may install packages"):
        machine.main()


def test_a_sudo_that_asks_nothing_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    (command,) = refused(LACKING, sudo=True, monkeypatch=monkeypatch)
    assert command[0] == "sudo"
    assert command[-len(LACKING) :] == LACKING


def test_where_nothing_is_missing_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused([], sudo=False, monkeypatch=monkeypatch) == []


def test_a_second_setup_needs_no_network_and_says_nothing() -> None:
    """Every way out leads nowhere: proxies, package indexes and npm's registry."""
    out = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    out |= {"PIP_INDEX_URL": NOWHERE, "NPM_CONFIG_REGISTRY": NOWHERE}
    done = subprocess.run(
        [sys.executable, "-m", "house.setup", "run"],
        cwd=ROOT,
        env=os.environ | out,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.replace("Waiting for another setup of this folder to end\n", "")
    assert (done.returncode, said, done.stderr) == (0, "", "")


def test_node_of_the_system_is_used_when_it_is_young_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(assets.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(assets, "works", lambda command: command[0] == "/usr/bin/node")
    assert assets._npm() == ["/usr/bin/npm"]


@pytest.mark.parametrize("system", [None, "/usr/bin/"])
def test_without_one_node_comes_from_its_wheel(
    monkeypatch: pytest.MonkeyPatch, system: str | None
) -> None:
    ran: list[list[object]] = []

    def run(command: list[object], what: str) -> str:
        ran.append(command)
        return "/wheel\n"

    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setattr(assets.shutil, "which", lambda name: system and system + name)
    monkeypatch.setattr(assets, "works", lambda _command: False)
    monkeypatch.setattr(assets, "run", run)
    home = Path("/wheel")
    assert assets._npm() == [home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js"]
    assert assets.NODE_WHEEL in ran[0]
    assert os.environ["PATH"].startswith("/wheel/bin:")


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), "The disk is full: make room"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "x"), "The disk is full: make room"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "No right to use /x: run as"),
        (Trouble("It rains."), "It rains."),
        (KeyboardInterrupt(), "Interrupted."),
    ],
)
def test_every_failure_is_one_sentence(
    failure: BaseException, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _told(failure) == 1
    said = capsys.readouterr().err
    assert said.startswith(sentence)
    assert said.count("\n") == 1


def _told(failure: BaseException) -> object:
    def job() -> NoReturn:
        raise failure

    deed: Callable[[], int] = job
    with pytest.raises(SystemExit) as left:
        told(deed)
    return left.value.code


def test_a_given_server_with_an_old_postgis_is_refused_and_left_as_it_was(
    cluster_url: str,
) -> None:
    url = databases.empty(cluster_url, "old_postgis")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pg_extension SET extversion = '3.2.7' WHERE extname = 'postgis'")
        )
        connection.execute(text("DROP EXTENSION pg_trgm"))
    with pytest.raises(Trouble, match=r"^PostGIS 3\.2 is too old"):
        given.check(url)
    with engine.connect() as connection:
        names = set(connection.scalars(text("SELECT extname FROM pg_extension")))
    engine.dispose()
    databases.drop(cluster_url, "old_postgis")
    assert "pg_trgm" not in names
