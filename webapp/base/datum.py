"""From the shifted coordinates of Chinese web maps to WGS 84, and back.

State surveys are CGCS2000, phones are WGS 84: at phone accuracy they are the same numbers (the
difference is below a metre). Gaode, Tencent and WeChat deliver GCJ-02, Baidu delivers BD-09: at
Dajijia these lie about 460 m and 1,280 m off, which is another grid for most points. The formulas
of both were never published officially; these are the ones in general use.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Degrees = NDArray[np.float64]
    Forward = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

__all__ = ["Datum", "from_wgs84", "to_wgs84"]


class Datum(StrEnum):
    """What a pair of longitude and latitude is measured against."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


# The ellipsoid of Krasovsky 1940, on which GCJ-02 computes its shift: metres, and eccentricity².
SEMI_MAJOR: Final = 6378245.0
ECCENTRICITY2: Final = 0.00669342162296594323
BAIDU_WAVE: Final = np.pi * 3000 / 180
CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north in degrees: outside this box no map service shifts anything."""
ROUNDS: Final = 6
"""Rounds of the fixed-point inverse; each leaves about a thousandth of the error before it."""


@overload
def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: Degrees, lat: Degrees, datum: Datum) -> tuple[Degrees, Degrees]: ...
def to_wgs84(
    lon: float | Degrees, lat: float | Degrees, datum: Datum
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    """The WGS 84 longitude and latitude, in degrees, of coordinates given in `datum`.

    Takes two numbers or two arrays of one shape and answers in kind, exact to 1e-9 degrees.
    Coordinates outside China come back as they are.
    """
    x, y = _arrays(lon, lat)
    china = _in_china(x, y)
    if datum is Datum.BD09:
        u, v = _inverse(_gcj_to_bd, *_bd_to_gcj_nearly(x, y), x, y)
        u, v = _inverse(_wgs_to_gcj, u, v, u, v)
    elif datum is Datum.GCJ02:
        u, v = _inverse(_wgs_to_gcj, x, y, x, y)
    else:
        u, v = x, y
    return _like(lon, np.where(china, u, x), np.where(china, v, y))


@overload
def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: Degrees, lat: Degrees, datum: Datum) -> tuple[Degrees, Degrees]: ...
def from_wgs84(
    lon: float | Degrees, lat: float | Degrees, datum: Datum
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    """The longitude and latitude in `datum`, in degrees, of WGS 84 coordinates.

    Takes two numbers or two arrays of one shape and answers in kind.
    Coordinates outside China come back as they are.
    """
    x, y = _arrays(lon, lat)
    china = _in_china(x, y)
    u, v = x, y
    if datum in (Datum.GCJ02, Datum.BD09):
        u, v = _wgs_to_gcj(u, v)
    if datum is Datum.BD09:
        u, v = _gcj_to_bd(u, v)
    return _like(lon, np.where(china, u, x), np.where(china, v, y))


def _arrays(lon: float | Degrees, lat: float | Degrees) -> tuple[Degrees, Degrees]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _like(
    given: float | Degrees, lon: Degrees, lat: Degrees
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    if isinstance(given, np.ndarray):
        return lon, lat
    return float(lon), float(lat)


def _in_china(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _wgs_to_gcj(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    phi = np.radians(lat)
    flat = 1 - ECCENTRICITY2 * np.sin(phi) ** 2
    across = SEMI_MAJOR / np.sqrt(flat) * np.cos(phi)
    along = SEMI_MAJOR * (1 - ECCENTRICITY2) / (flat * np.sqrt(flat))
    return lon + np.degrees(east / across), lat + np.degrees(north / along)


def _inverse(
    forward: Forward, lon: Degrees, lat: Degrees, shifted_lon: Degrees, shifted_lat: Degrees
) -> tuple[Degrees, Degrees]:
    """The place that `forward` shifts to the given one, beginning the search at lon, lat."""
    for _ in range(ROUNDS):
        x, y = forward(lon, lat)
        lon, lat = lon - (x - shifted_lon), lat - (y - shifted_lat)
    return lon, lat


def _gcj_to_bd(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * BAIDU_WAVE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * BAIDU_WAVE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd_to_gcj_nearly(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The closed form in general use, 15 cm off at most: a good place to start from."""
    x, y = lon - 0.0065, lat - 0.006
    radius = np.hypot(x, y) - 2e-5 * np.sin(y * BAIDU_WAVE)
    angle = np.arctan2(y, x) - 3e-6 * np.cos(x * BAIDU_WAVE)
    return radius * np.cos(angle), radius * np.sin(angle)
