"""Positions of vessels: kept by whoever knows vessels, who stands above the intake and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from webapp.monitoring.signals import Position

# (positions, source, when they came) -> of each whether anybody knows the vessel.
Taker = Callable[[Sequence[Position], str, datetime], Sequence[bool]]

_TAKERS: list[Taker] = []


def taken_by(taker: Taker) -> None:
    """Positions go there from now on."""
    _TAKERS[:] = [taker]


def take_all(
    positions: Sequence[Position], *, source: str, received_at: datetime
) -> Sequence[bool]:
    """The positions are kept; False for those whose vessel nobody knows."""
    for taker in _TAKERS if positions else ():
        return taker(positions, source, received_at)
    return [False] * len(positions)
