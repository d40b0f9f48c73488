"""Until when an enterprise is answered, by the working time that the house counts with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from webapp.base.clock import Calendar
from webapp.projects.firms.rules import ANSWERED_WITHIN

_OFFICE: list[Callable[[], Calendar]] = [Calendar]


def counted_by(office: Callable[[], Calendar]) -> None:
    """The office says from now on when it works."""
    _OFFICE[:] = [office]


def due(since: datetime) -> datetime:
    """When an answer to a question of this moment is late."""
    return _OFFICE[0]().due(since, ANSWERED_WITHIN)
