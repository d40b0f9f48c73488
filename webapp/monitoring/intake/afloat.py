"""Positions of vessels: kept by whoever knows vessels, who stands above the intake and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from webapp.monitoring.signals import Position

# (position, source, when it came) -> whether anybody knows the vessel.
Taker = Callable[[Position, str, datetime], bool]

_TAKERS: list[Taker] = []


def taken_by(taker: Taker) -> None:
    """Positions go there from now on."""
    _TAKERS[:] = [taker]


def take(position: Position, *, source: str, received_at: datetime) -> bool:
    """The position is kept; False where nobody knows the vessel."""
    return any(taker(position, source, received_at) for taker in _TAKERS)
