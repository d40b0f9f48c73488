"""Garbage goes, in every process of the house, and what is collected meets no object that is half made."""

from __future__ import annotations

import os
import subprocess
import sys

# An object gets one attribute more than the objects of its class share, and with it a dictionary, while what it
# follows is garbage: on Python 3.11 the collector, asked by that dictionary, ran `gone` in the middle of it.
IN_THE_MIDDLE = """
import gc, time, weakref
from webapp.base import collecting

class Followed:
    pass

class Follower:
    def __init__(self, followed):
        self.followed = weakref.ref(followed, self.gone)
    def gone(self, _reference):
        self.more = None

kept = []
for number in range(40):
    followed = Followed()
    setattr(Follower(followed), f"attribute_{number}", None)
    kept.append(followed)
gc.disable()
gc.set_threshold(1)
followed = Followed()
followed.itself = followed
follower = Follower(followed)
dictionaries = [{} for _ in range(200)]
del followed
collecting.begin()
follower.more = None
while follower.followed() is not None:
    time.sleep(0.01)
for number in range(40):
    setattr(follower, f"later_{number}", number)
print(follower.later_39)
"""

GOES = """
import os, time, weakref
import wsgi

class Cycle:
    pass

def goes():
    cycle = Cycle()
    cycle.itself, seen = cycle, weakref.ref(cycle)
    del cycle
    until = time.monotonic() + 60
    while seen() is not None and time.monotonic() < until:
        kept = [[] for _ in range(1000)]
        time.sleep(0.01)
    return seen() is None

here = goes()
child = os.fork()
if child == 0:
    os._exit(0 if goes() else 3)
print(here, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def run(program: str) -> str:
    """What it says; freed memory is filled with what is no address."""
    environment = {
        **os.environ,
        "PYTHONMALLOC": "debug",
        "WANGGE_ENV": "test",
        "DATABASE_URL": "postgresql+psycopg2://nowhere",
    }
    ran = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, (ran.returncode, ran.stderr)
    return ran.stdout.strip()


def test_an_object_is_not_met_by_the_collector_while_it_gets_its_dictionary() -> None:
    assert run(IN_THE_MIDDLE) == "39"


def test_cycles_go_in_a_process_of_the_house_and_in_one_forked_from_it() -> None:
    assert run(GOES) == "True 0"
