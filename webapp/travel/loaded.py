"""The roads as this process holds them: read once, and again when others were loaded."""

from __future__ import annotations

from threading import Lock

import numpy as np

from webapp.base.db import db
from webapp.travel import queries
from webapp.travel.network import Edges, Network, Reach
from webapp.travel.rules import Mode

# By database and version: tests work on several databases in one process.
_held: dict[tuple[str, int | None], Network] = {}
_reading = Lock()


def roads(version: int | None = None) -> Network:
    """The roads of a version, or the newest. Reading them all costs one process a moment once.

    Without a version it costs one small question, so whoever asks the database anyway asks for it.
    """
    version = queries.version() if version is None else version
    key = str(db.engine.url), version
    found = _held.get(key)
    if found is not None:
        return found
    with _reading:
        if key not in _held:
            read = queries.edges(version) if version is not None else _nothing()
            _held.clear()
            _held[key] = Network(read)
        return _held[key]


def reach(x: float, y: float, mode: Mode, *, inbound: bool = False) -> Reach:
    """A search over the newest roads from a point (metres), or of the ways that end there."""
    return roads().reach(x, y, mode, inbound=inbound)


def _nothing() -> Edges:
    whole = np.array([], dtype=np.int64)
    real = np.array([], dtype=float)
    things = np.array([], dtype=object)
    return Edges(whole, whole, things, real, real, whole, things)
