"""Houses of their own for the tests of the house."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from house import cluster
from tests.house.small_house import SmallHouse


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder the database's user can pass through, which pytest's own (0700) is not."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def instance(place: Path) -> Iterator[Path]:
    """Where a cluster can live; it is stopped at the end."""
    yield place / "instance"
    cluster.stop(place / "instance")


@pytest.fixture
def small_house(place: Path) -> Iterator[SmallHouse]:
    """A whole house with the smallest application; it is stopped at the end."""
    house = SmallHouse(place)
    yield house
    house.say("stop")


@pytest.fixture
def free_port() -> str:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
