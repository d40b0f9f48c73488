"""What takes long to count is kept by each process for those who ask next, and counted anew beside them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from flask import Flask, current_app

T = TypeVar("T")

# What is counted faster (seconds) is counted for everybody anew.
SLOW_S = 1.0
# So long a count is new; so long it is shown while the next one is made.
FRESH_S = 60.0
STALE_S = 300.0
# So many counts are kept; the ones nobody has asked for longest go first.
MOST = 64


@dataclass
class _Place(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    found: T | None = None
    at: float = 0.0

    def holds(self, within_s: float) -> bool:
        return self.found is not None and time.monotonic() <= self.at + within_s


class Shelf(Generic[T]):
    """Counts by key. Whoever asks first waits, and whoever asks meanwhile waits with them.

    Only what was slow once has a place. A count says by itself as of which moment it is.
    """

    def __init__(self, *, slow_s: float = SLOW_S) -> None:
        self.slow_s = slow_s
        self._places: OrderedDict[Hashable, _Place[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """What was counted under this key, at most `STALE_S` ago. `count` must need no request."""
        with self._lock:
            place = self._places.get(key)
            if place is not None:
                self._places.move_to_end(key)
        if place is None:
            return self._counted(key, count)
        if (found := place.found) is not None and place.holds(STALE_S):
            if not place.holds(FRESH_S):
                self._renew(key, place, count)
            return found
        with place.lock:
            if (found := place.found) is not None and place.holds(FRESH_S):
                return found
            return self._counted(key, count)

    def clear(self) -> None:
        """Nothing is kept: what is asked for next is counted."""
        with self._lock:
            self._places.clear()

    def _renew(self, key: Hashable, place: _Place[T], count: Callable[[], T]) -> None:
        """It is counted beside whoever asks, unless somebody counts already."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        if place.lock.acquire(blocking=False):
            anew = (app, key, place, count)
            threading.Thread(target=self._anew, args=anew, daemon=True).start()

    def _anew(self, app: Flask, key: Hashable, place: _Place[T], count: Callable[[], T]) -> None:
        try:
            with app.app_context():
                self._counted(key, count)
        except Exception:  # whoever asks once it is too old is told what is wrong
            app.logger.exception("a count beside those who ask broke")
        finally:
            place.lock.release()

    def _counted(self, key: Hashable, count: Callable[[], T]) -> T:
        begun = time.monotonic()
        found = count()
        now = time.monotonic()
        with self._lock:
            if now - begun < self.slow_s:
                self._places.pop(key, None)
                return found
            place = self._places.setdefault(key, _Place())
            place.found, place.at = found, now
            while len(self._places) > MOST:
                self._places.popitem(last=False)
        return found
