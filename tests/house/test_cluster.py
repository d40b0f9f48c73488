"""The private cluster: ours alone, and there again whatever happened to it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from house import cluster, postgres
from house.trouble import ROOT, Trouble
from tests import databases
from tests.brokers import soon


def ask(url: str, sql: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(sql)).scalar()
    finally:
        engine.dispose()


def postmaster_of(instance: Path) -> int:
    return int((instance / "pg/postmaster.pid").read_text().split("\n")[0])


def kill(pid: int) -> None:
    """SIGKILL, and the process is gone when this returns."""
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([handle], [], [], 10)[0]
    os.close(handle)


def test_a_throwaway_cluster_has_postgis_and_no_tcp_port() -> None:
    with cluster.Throwaway() as throwaway:
        assert str(ask(throwaway.url, "SELECT postgis_version()")).startswith("3.")
        assert ask(throwaway.url, "SHOW listen_addresses") == ""
        assert ask(throwaway.url, "SHOW jit") == "off"
        folder = Path(str(ask(throwaway.url, "SHOW unix_socket_directories")))
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    with pytest.raises(OperationalError):
        ask(throwaway.url, "SELECT 1")


def test_databases_of_a_throwaway_cluster_are_born_with_the_extensions(cluster_url: str) -> None:
    url = databases.empty(cluster_url, "another")
    names = ask(url, "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension")
    databases.drop(cluster_url, "another")
    assert names == "btree_gist pg_trgm plpgsql postgis"


def test_a_killed_test_run_leaves_nothing_behind() -> None:
    words = (
        "import os, signal\n"
        "from house.cluster import Throwaway\n"
        "with Throwaway() as one:\n"
        "    print(one.url, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", words]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    folder = Path(killed.stdout.partition("host=")[2].partition("&")[0])
    with cluster.Throwaway():
        # Another process of this run may be at it.
        soon(lambda: not folder.exists(), "what was left behind is still there")


def test_an_instance_keeps_its_data_over_stop_and_start(settled: Path) -> None:
    url = cluster.start(settled)
    ask(url, "SELECT 1")
    assert cluster.running(settled)
    system = ask(url, "SELECT system_identifier FROM pg_control_system()")
    cluster.stop(settled)
    assert not cluster.running(settled)
    assert cluster.start(settled) == url
    assert ask(url, "SELECT system_identifier FROM pg_control_system()") == system
    assert cluster.start(settled) == url, "starting a running cluster changes nothing"


def test_the_database_is_utf8_and_its_role_is_no_superuser(instance: Path) -> None:
    url = cluster.start(instance)
    assert ask(url, "SELECT datcollate FROM pg_database WHERE datname = 'wangge'") == "C.UTF-8"
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(url, "SHOW jit") == "off"
    assert ask(url, "SHOW max_parallel_workers_per_gather") == "0"


def test_a_killed_server_comes_back_with_everything_committed(settled: Path) -> None:
    url = cluster.start(settled)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT 7 AS number"))
    engine.dispose()
    kill(postmaster_of(settled))
    assert not cluster.running(settled)
    assert cluster.start(settled) == url
    assert ask(url, "SELECT number FROM kept") == 7


def test_a_pid_file_that_names_another_program_does_not_keep_the_house_shut(settled: Path) -> None:
    url = cluster.start(settled)
    cluster.stop(settled)
    (settled / "pg/postmaster.pid").write_text(f"{os.getppid()}\n{settled / 'pg'}\n")
    assert not cluster.running(settled)
    cluster.start(settled)
    assert ask(url, "SELECT 1") == 1


@pytest.mark.thorough
def test_an_interrupted_creation_is_begun_anew(instance: Path) -> None:
    (instance / "pg.new").mkdir(parents=True)
    instance.chmod(0o711)
    (instance / "pg.new/PG_VERSION").write_text("15\n")
    assert ask(cluster.start(instance), "SELECT 1") == 1
    assert not (instance / "pg.new").exists()


@pytest.mark.thorough
def test_a_long_path_has_its_socket_elsewhere(place: Path) -> None:
    deep = place / ("d" * 90) / "instance"
    deep.parent.mkdir(mode=0o711)
    try:
        url = cluster.start(deep)
        assert ask(url, "SELECT 1") == 1
        assert str(deep) not in url
        assert (deep / "cluster.json").exists()
        assert cluster.start(deep) == url
    finally:
        cluster.stop(deep)
    assert not Path(url.partition("host=")[2].partition("&")[0]).exists()
    assert not cluster.running(deep)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_machine_does_not_get_in(settled: Path) -> None:
    url = cluster.start(settled)
    socket = url.partition("host=")[2].partition("&")[0]
    Path(socket).chmod(0o711)  # even if the folder were open, the kernel tells the server who asks
    Path(socket, ".s.PGSQL.5432").chmod(0o777)
    psql = postgres.server().program("psql")
    command = [psql, "-h", socket, "-U", "wangge", "-c", "SELECT 1", "wangge"]
    refused = subprocess.run(
        command, user="nobody", cwd="/", capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0
    assert "Peer authentication failed" in refused.stderr


def test_a_full_disk_is_told_before_anything_is_written(place: Path) -> None:
    with pytest.raises(Trouble, match=r"^The disk is too full: \d+ MB are free at .* needs \d+ MB"):
        cluster.check_room(place / "not/yet/there", 10**9)


@pytest.mark.parametrize("version", ["3.3.2", "3.4 USE_GEOS=1 USE_PROJ=1 USE_STATS=1", "10.0"])
def test_a_postgis_that_will_do(version: str) -> None:
    assert postgres.too_old(version) is None


def test_an_old_postgis_is_one_sentence() -> None:
    assert postgres.too_old("3.2.7") == (
        "PostGIS 3.2 is too old: Wangge needs PostGIS 3.3 or newer."
    )
