"""When garbage is collected: between two steps of a thread, never in the middle of one (docs/decisions/0030).

Python before 3.12 collects wherever memory is asked for, also while it is giving an object its dictionary. What
is run by a weak reference then may change the same object, and both dictionaries share freed memory.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from threading import Thread

# How often a thread looks whether there is enough to collect for.
LOOK_S = 0.05
# All there is is looked through at most once in so many times as long as that took.
RESTS = 50


def begin() -> None:
    """From now on garbage is collected in this process, and in those that are forked from it."""
    if sys.version_info >= (3, 12):
        gc.enable()
        return
    gc.disable()
    os.register_at_fork(after_in_child=_start)
    _start()


def _start() -> None:
    Thread(target=_collect, name="collect", daemon=True).start()


def _collect() -> None:
    """By the counts and thresholds of the collector itself, which it counts on while it is switched off."""
    due = 0.0
    while True:
        time.sleep(LOOK_S)
        counts, limits = gc.get_count(), gc.get_threshold()
        full = [old for old in range(3) if counts[old] > limits[old]]
        if 0 not in full:
            continue
        begun = time.monotonic()
        if full[-1] == 2 and begun >= due:
            gc.collect(2)
            now = time.monotonic()
            due = now + RESTS * (now - begun)
        else:
            gc.collect(min(full[-1], 1))
