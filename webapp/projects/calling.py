"""What can be done against something that holds a project up: features above say it, and open it themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from webapp.projects.models import Blocker


@dataclass(frozen=True)
class Way:
    """A way on from a blocker: its words and the page that it leads to."""

    words: LazyString
    href: str


# What a feature offers for a blocker of a site at a point (degrees WGS 84); None: nothing for this one.
Offer = Callable[[Blocker, tuple[float, float]], Way | None]

_OFFERS: list[Offer] = []


def register(offer: Offer) -> None:
    """The feature is asked from now on."""
    if offer not in _OFFERS:
        _OFFERS.append(offer)


def ways(blocker: Blocker, lonlat: tuple[float, float] | None) -> list[Way]:
    """What is offered against this; nothing where nobody offers anything, or no site is drawn."""
    if lonlat is None:
        return []
    return [way for way in (offer(blocker, lonlat) for offer in _OFFERS) if way is not None]
