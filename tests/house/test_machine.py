"""Debian packages come without a database server of the system."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from house import machine
from house.trouble import Trouble


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system folder of our own in place of the machine's."""
    monkeypatch.setattr(machine, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(machine, "NO_CLUSTER", tmp_path / "createcluster.d/wangge.conf")
    return tmp_path


def allowed(policy: Path, *words: str) -> bool:
    return subprocess.run([policy, *words], check=False).returncode == 0


def test_no_cluster_is_made_and_no_server_touched_during_an_installation(etc: Path) -> None:
    with machine.no_system_cluster():
        assert "create_main_cluster = false" in (etc / "createcluster.d/wangge.conf").read_text()
        assert not allowed(etc / "policy-rc.d", "--quiet", "postgresql", "(start)", "2")
        assert not allowed(etc / "policy-rc.d", "postgresql@15-main.service", "restart")
        assert not allowed(etc / "policy-rc.d", "mosquitto", "start")
        assert allowed(etc / "policy-rc.d", "cron", "restart")
    assert list(etc.iterdir()) == []


def test_a_policy_of_the_administrator_stays_as_it_is(etc: Path) -> None:
    (etc / "policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    with machine.no_system_cluster():
        assert (etc / "policy-rc.d").read_text() == "#!/bin/sh\nexit 101\n"
    assert (etc / "policy-rc.d").read_text() == "#!/bin/sh\nexit 101\n"


def test_a_policy_left_by_a_killed_installation_has_no_effect_and_is_removed(etc: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with machine.no_system_cluster():
        left = (
            (etc / "policy-rc.d").read_text().replace(f"/proc/{os.getpid()}", f"/proc/{gone.pid}")
        )
    (etc / "policy-rc.d").write_text(left)
    (etc / "policy-rc.d").chmod(0o755)
    assert allowed(etc / "policy-rc.d", "postgresql", "start")
    with machine.no_system_cluster():
        pass
    assert not (etc / "policy-rc.d").exists()


def test_an_unknown_system_is_one_sentence() -> None:
    with pytest.raises(Trouble, match="not on Slackware 15: install it, or name a server in"):
        machine.server_package({"ID": "slackware", "PRETTY_NAME": "Slackware 15"})


def test_each_release_has_its_own_server() -> None:
    debian = {"ID": "debian", "VERSION_ID": "12"}
    assert machine.server_package(debian) == "postgresql-15-postgis-3"


def test_a_given_server_needs_no_postgis_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.postgres, "found", lambda: False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert any("postgis" in package for package in machine.missing("run"))
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert machine.missing("run") == []
