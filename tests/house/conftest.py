"""Houses of their own for the tests of the house."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from house import cluster
from tests.house.small_house import SmallHouse


@contextmanager
def passable() -> Iterator[Path]:
    """A folder the database's user can pass through, which pytest's own (0700) is not."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of the test's own."""
    with passable() as folder:
        yield folder


@pytest.fixture(scope="session")
def stopped() -> Iterator[Path]:
    """The data of a cluster that was furnished once, started by nobody: to be copied."""
    with passable() as folder:
        cluster.start(folder / "instance")
        cluster.stop(folder / "instance")
        yield folder / "instance/pg"


@pytest.fixture
def instance(place: Path) -> Iterator[Path]:
    """Where a cluster can live; it is stopped at the end."""
    yield place / "instance"
    cluster.stop(place / "instance")


@pytest.fixture
def settled(instance: Path, stopped: Path) -> Path:
    """An instance whose cluster was made earlier: to make one is most of what a start costs."""
    cluster.make_instance(instance)
    subprocess.run(["cp", "-a", stopped, instance], check=True)
    return instance


@pytest.fixture
def bare_house(place: Path) -> Iterator[SmallHouse]:
    """A whole house with the smallest application, never started; it is stopped at the end."""
    house = SmallHouse(place)
    yield house
    house.say("stop")


@pytest.fixture
def small_house(settled: Path, bare_house: SmallHouse) -> SmallHouse:
    """The same where the cluster was made earlier."""
    return bare_house


@pytest.fixture
def free_port() -> str:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
