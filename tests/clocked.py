"""A client for tests that hold the clock."""

from __future__ import annotations

import contextvars
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient

from webapp.base import clock


class Clocked(FlaskClient):
    """A client whose requests share nothing with the test but the time it is."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Sends one request at the moment the clock of the test shows."""
        return contextvars.Context().run(self._at, clock.now(), args, kwargs)

    def _at(self, moment: datetime, args: Any, kwargs: Any) -> Any:
        with clock.at(moment):
            return super().open(*args, **kwargs)
