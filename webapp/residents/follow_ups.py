"""What can be done for a need that was found on a visit: other features say it, and open it themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from webapp.residents.visit_rules import Need


@dataclass(frozen=True)
class Way:
    """A way on from a visit: its words and the page that it leads to."""

    words: LazyString
    href: str


# What a feature offers for needs found at a place (degrees WGS 84); None: nothing for these.
Offer = Callable[[Collection[Need], tuple[float, float]], Way | None]

_OFFERS: list[Offer] = []


def register(offer: Offer) -> None:
    """The feature is asked from now on."""
    if offer not in _OFFERS:
        _OFFERS.append(offer)


def ways(needs: Collection[Need], lonlat: tuple[float, float] | None) -> list[Way]:
    """What is offered for these needs at this place; nothing where nobody offers anything."""
    if not needs or lonlat is None:
        return []
    found = (offer(needs, lonlat) for offer in _OFFERS)
    return [each for each in found if each is not None]
