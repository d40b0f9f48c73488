"""Where a device stands, whoever keeps it: each catalogue says so for the devices it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Standing:
    """A device as an alarm knows it. `geom` is its place in metres, None where nobody knows it."""

    name: str
    geom: Any | None = None
    accuracy_m: float | None = None
    camera_id: int | None = None


# (source, what the source calls the device) -> where it stands, None: not of this catalogue.
Finder = Callable[[str, str], Standing | None]

FINDERS: dict[str, Finder] = {}


def found_by(name: str, finder: Finder) -> None:
    """Devices of this catalogue are found from now on."""
    FINDERS[name] = finder


def find(source: str, device: str | None) -> Standing | None:
    """Where the device stands; None where no catalogue knows it."""
    if not device:
        return None
    for finder in FINDERS.values():
        found = finder(source, device)
        if found is not None:
            return found
    return None
