"""New code under an open house: nobody goes without an answer."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from tests.house.small_house import SmallHouse
from tests.house.test_serve import get, read_until


class Callers:
    """Some who ask again and again, each time anew; what they heard and what went wrong."""

    def __init__(self, port: str) -> None:
        self.port = port
        self.heard: list[str] = []
        self.wrong: list[OSError] = []
        self.enough = Event()

    def ask(self) -> None:
        while not self.enough.is_set():
            try:
                self.heard.append(get(self.port, "/healthz"))
            except OSError as error:
                self.wrong.append(error)


@contextmanager
def called(port: str) -> Iterator[Callers]:
    """They ask while this lasts."""
    callers = Callers(port)
    threads = [Thread(target=callers.ask) for _each in range(4)]
    for thread in threads:
        thread.start()
    yield callers
    callers.enough.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def open_house(small_house: SmallHouse, free_port: str) -> Iterator[subprocess.Popen[str]]:
    """A small house that is open at the free port."""
    running = small_house.start("run", PORT=free_port)
    read_until(running, "make stop")
    yield running
    small_house.say("stop")
    running.wait(timeout=20)


@pytest.mark.thorough
def test_whoever_asks_while_new_code_comes_is_answered(
    small_house: SmallHouse, free_port: str, open_house: subprocess.Popen[str]
) -> None:
    before = get(free_port, "/pid")
    wsgi = small_house.root / "wsgi.py"
    wsgi.write_text(wsgi.read_text().replace('return "well"', 'return "better"'))
    with called(free_port) as callers:
        code, said = small_house.say("renew", PORT=free_port)
        after = len(callers.heard)
    assert code == 0, said
    assert not callers.wrong
    assert set(callers.heard) == {"well", "better"}
    assert set(callers.heard[after + 4 :]) <= {"better"}
    assert get(free_port, "/healthz") == "better"
    assert get(free_port, "/pid") != before
    assert open_house.poll() is None


@pytest.mark.thorough
def test_code_that_cannot_start_leaves_the_house_as_it_was(
    small_house: SmallHouse, free_port: str, open_house: subprocess.Popen[str]
) -> None:
    wsgi = small_house.root / "wsgi.py"
    broken = "\nif 'gunicorn' in __import__('sys').argv[0]: raise RuntimeError('no paper')\n"
    wsgi.write_text(wsgi.read_text() + broken)
    with called(free_port) as callers:
        code, said = small_house.say("renew", PORT=free_port)
    assert code == 1
    assert "It goes on as it was: The web server did not come up" in said.splitlines()[-1]
    assert not callers.wrong
    assert set(callers.heard) == {"well"}
    assert open_house.poll() is None


def test_a_house_that_does_not_run_cannot_be_renewed(bare_house: SmallHouse) -> None:
    code, said = bare_house.say("renew")
    assert code == 1
    assert "Wangge is not running" in said
