"""Connections of one process: whoever waits for one is told so when those who have them get nowhere."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import QueuePool, exc

# So long somebody waits for a connection while others come and go; and so long while nobody does (seconds).
WAIT_S = 15.0
STUCK_S = 3.0
# How often whoever waits looks whether anybody came or went.
LOOK_S = 0.5


class Pool(QueuePool):
    """A pool in which nobody waits behind those who are held up themselves, as by a lock on a whole table.

    Every request that waits keeps a thread of the web server; where all do, it answers nothing more, not
    even that it lives. Raises `TimeoutError` of SQLAlchemy after `WAIT_S`, and after `STUCK_S` without any
    connection taken or given back.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **{**more, "timeout": LOOK_S})
        self._moved = time.monotonic()

    def _do_get(self) -> Any:
        begun = time.monotonic()
        while True:
            try:
                found = super()._do_get()
            except exc.TimeoutError:
                now = time.monotonic()
                if now - self._moved > STUCK_S or now - begun > WAIT_S:
                    raise
                continue
            self._moved = time.monotonic()
            return found

    def _do_return_conn(self, record: Any) -> None:
        self._moved = time.monotonic()
        super()._do_return_conn(record)
