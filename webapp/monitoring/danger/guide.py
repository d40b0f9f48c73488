"""Distances that are kept from a leak or a fire whatever a model says, and the levels that harm.

The sources of every number stand in docs/danger.md.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask_babel import lazy_gettext as _l

# The guide's moderate and high wind begin at 10 and 20 km/h; in m/s.
MODERATE, HIGH = 10 / 3.6, 20 / 3.6


class Size(StrEnum):
    """How much ammonia can get out, by what it is kept in."""

    SMALL = "small"
    CYLINDERS = "cylinders"
    TANK = "tank"
    TRUCK = "truck"
    LARGE = "large"


SIZE_WORDS = {
    Size.SMALL: _l("Small: up to 200 litres, one cylinder"),
    Size.CYLINDERS: _l("Several cylinders"),
    Size.TANK: _l("A small tank, up to about 4 t"),
    Size.TRUCK: _l("A road tanker or the charge of a cold store, up to about 20 t"),
    Size.LARGE: _l("A rail tank car or a storage tank"),
}


@dataclass(frozen=True)
class Kept:
    """Metres all around, and downwind by day and by night in low, moderate and high wind.

    `source` says whence, `compared` whether somebody compared the figures with a text of it.
    """

    around: float
    day: tuple[float, float, float]
    night: tuple[float, float, float]
    source: str = "own"
    compared: bool = False

    def downwind(self, wind_ms: float, *, by_day: bool) -> float:
        """How far downwind people are protected."""
        step = 0 if wind_ms < MODERATE else 1 if wind_ms < HIGH else 2
        return (self.day if by_day else self.night)[step]


class Level(StrEnum):
    """Levels of ammonia that harm whoever breathes them for an hour, the worst first."""

    DEADLY = "deadly"
    HARMFUL = "harmful"
    NOTICED = "noticed"


# AEGL-3, AEGL-2, AEGL-1 of ammonia for 60 minutes, ppm.
PPM = {Level.DEADLY: 1100.0, Level.HARMFUL: 160.0, Level.NOTICED: 30.0}

LEVEL_WORDS = {
    Level.DEADLY: _l("Life in danger (AEGL-3, 1100 ppm)"),
    Level.HARMFUL: _l("Lasting harm, hard to escape (AEGL-2, 160 ppm)"),
    Level.NOTICED: _l("Smelled, eyes burn (AEGL-1, 30 ppm)"),
}


class Fire(StrEnum):
    """What burns."""

    BUILDING = "building"
    HALL = "hall"
    WOODS = "woods"
    LIQUID = "liquid"
    GAS = "gas"


FIRE_WORDS = {
    Fire.BUILDING: _l("A building"),
    Fire.HALL: _l("A factory or store hall"),
    Fire.WOODS: _l("Woods or grass"),
    Fire.LIQUID: _l("A tank of flammable liquid"),
    Fire.GAS: _l("A vessel of flammable gas"),
}

# Whence the figures are; what stands in the file and not here is shown as it stands there.
SOURCE_WORDS = {
    "erg1": _l("ERG 2024, table 1, UN1005"),
    "erg3": _l("ERG 2024, table 3, UN1005"),
    "erg115": _l("ERG, guide 115"),
    "erg128": _l("ERG, guide 128"),
    "own": _l("an assumption of ours"),
}


def _read() -> tuple[dict[Size, Kept], dict[Fire, Kept]]:
    with (Path(__file__).parent / "data" / "distances.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    kept = {(row["danger"], row["what"]): _kept(row) for row in rows}
    return (
        {size: kept["ammonia", size.value] for size in Size},
        {fire: kept["fire", fire.value] for fire in Fire},
    )


def _kept(row: dict[str, str]) -> Kept:
    winds = ("low", "moderate", "high")
    low, moderate, high = (float(row[f"day_{each}"]) for each in winds)
    still, middling, strong = (float(row[f"night_{each}"]) for each in winds)
    return Kept(
        around=float(row["around"]),
        day=(low, moderate, high),
        night=(still, middling, strong),
        source=row["source"],
        compared=row["compared"] == "yes",
    )


# Every figure, its source, and whether it was compared with a text stands in a file that an office may
# change. Of a fire the distance downwind is how far its smoke is feared.
AMMONIA, FIRES = _read()
