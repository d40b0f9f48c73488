"""How far a gas that leaks at the ground is carried: a Gaussian plume with Briggs' open-country widths.

Pure: metres, seconds, kg. The sources of every number stand in docs/danger.md.
"""

from __future__ import annotations

from enum import StrEnum
from math import exp, log, pi, sqrt

from webapp.monitoring.weather.rules import CALM

# The widths are known from 100 m to 10 km; nothing is said about what lies farther.
FARTHEST = 10_000.0
NEAREST = 1.0

# 17.03 g/mol at 25 °C and 101.325 kPa (24.45 l/mol): kg in a cubic metre for one ppm.
KG_M3_OF_PPM = 17.03 / 24.45 * 1e-6


class Sky(StrEnum):
    """What the sun or the night does to the air near the ground."""

    SUN = "sun"
    DAY_CLOUD = "day_cloud"
    NIGHT_CLOUD = "night_cloud"
    NIGHT_CLEAR = "night_clear"


DAYTIME = frozenset((Sky.SUN, Sky.DAY_CLOUD))


class Stability(StrEnum):
    """How readily air mixes upwards (Pasquill): A mixes most, F least."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


# Up to which wind (m/s), and the class under each sky. Where the table of Turner has two classes, the
# one in which the gas is carried farther.
_BY_WIND: tuple[tuple[float, dict[Sky, str]], ...] = (
    (2.0, dict(zip(Sky, "BBFF", strict=True))),
    (3.0, dict(zip(Sky, "BCEF", strict=True))),
    (5.0, dict(zip(Sky, "CCDE", strict=True))),
    (float("inf"), dict(zip(Sky, "DDDD", strict=True))),
)

# Width: a·x / sqrt(1 + 0.0001·x). Height: b·x·(1 + c·x)^d.
_WIDTH = dict(zip(Stability, (0.22, 0.16, 0.11, 0.08, 0.06, 0.04), strict=True))
_HEIGHT = {
    Stability.A: (0.20, 0.0, 0.0),
    Stability.B: (0.12, 0.0, 0.0),
    Stability.C: (0.08, 0.0002, -0.5),
    Stability.D: (0.06, 0.0015, -0.5),
    Stability.E: (0.03, 0.0003, -1.0),
    Stability.F: (0.016, 0.0003, -1.0),
}


def stability(wind_ms: float, sky: Sky) -> Stability:
    """The class of the air by wind at ten metres and sky."""
    classes = next(classes for until, classes in _BY_WIND if wind_ms < until)
    return Stability(classes[sky])


def width(stable: Stability, metres: float) -> float:
    """How wide the plume is (one sigma, metres) so far downwind."""
    return _WIDTH[stable] * metres / sqrt(1 + 0.0001 * metres)


def height(stable: Stability, metres: float) -> float:
    """How high the plume is (one sigma, metres) so far downwind."""
    factor, grows, power = _HEIGHT[stable]
    return float(factor * metres * (1 + grows * metres) ** power)


def concentration(
    rate_kg_s: float, wind_ms: float, stable: Stability, metres: float, aside: float = 0.0
) -> float:
    """What is breathed at the ground (kg/m³) so far downwind, and so far beside the middle."""
    wide, high = width(stable, metres), height(stable, metres)
    middle = rate_kg_s / (pi * max(wind_ms, CALM) * wide * high)
    return middle * exp(-(aside**2) / (2 * wide**2))


def reach(rate_kg_s: float, wind_ms: float, stable: Stability, ppm: float) -> float:
    """How far downwind (metres) the middle of the plume is at or above so many ppm; `FARTHEST` at most."""
    wanted = ppm * KG_M3_OF_PPM
    if concentration(rate_kg_s, wind_ms, stable, NEAREST) <= wanted:
        return 0.0
    if concentration(rate_kg_s, wind_ms, stable, FARTHEST) >= wanted:
        return FARTHEST
    # It falls with every metre, so halving finds the place.
    near, far = NEAREST, FARTHEST
    while far - near > 0.5:
        middle = (near + far) / 2
        above = concentration(rate_kg_s, wind_ms, stable, middle) > wanted
        near, far = (middle, far) if above else (near, middle)
    return far


def half_width(
    rate_kg_s: float, wind_ms: float, stable: Stability, ppm: float, metres: float
) -> float:
    """How far beside the middle (metres) there are so many ppm, so far downwind; 0 where there are fewer."""
    middle = concentration(rate_kg_s, wind_ms, stable, metres)
    wanted = ppm * KG_M3_OF_PPM
    return width(stable, metres) * sqrt(2 * log(middle / wanted)) if middle > wanted else 0.0
