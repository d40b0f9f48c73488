"""Where a device stands, whoever keeps it: each catalogue says so for the devices it knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Standing:
    """A device as an alarm knows it. `geom` is its place in metres, None where nobody knows it."""

    name: str
    geom: Any | None = None
    accuracy_m: float | None = None
    camera_id: int | None = None


# (source, what the source calls its devices) -> where those stand that are of this catalogue.
Finder = Callable[[str, Collection[str]], Mapping[str, Standing]]

FINDERS: dict[str, Finder] = {}


def found_by(name: str, finder: Finder) -> None:
    """Devices of this catalogue are found from now on."""
    FINDERS[name] = finder


def one_by_one(finder: Callable[[str, str], Standing | None]) -> Finder:
    """The finder of a catalogue that is asked for one device at a time."""

    def find_each(source: str, devices: Collection[str]) -> Mapping[str, Standing]:
        asked = ((device, finder(source, device)) for device in devices)
        return {device: found for device, found in asked if found is not None}

    return find_each


def find_all(source: str, devices: Collection[str | None]) -> dict[str, Standing]:
    """Where the devices of a source stand, those that some catalogue knows."""
    found: dict[str, Standing] = {}
    for finder in FINDERS.values():
        unknown = sorted({each for each in devices if each and each not in found})
        if not unknown:
            break
        found.update(finder(source, unknown))
    return found
