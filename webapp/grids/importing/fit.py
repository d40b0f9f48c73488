"""In which coordinate system a file of borders is, found by laying it on the borders in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError
from shapely import Point
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from webapp.base.datum import CHINA, Datum, to_wgs84
from webapp.base.language import N_
from webapp.grids.importing.findings import Finding, Word
from webapp.grids.importing.reading import Reading, in_degrees

FITS: Final = 0.5
"""Share of common ground (intersection over union) from which a coordinate system is believed."""
SAME_GROUND: Final = 0.9
"""From this share on a file is a revision of the borders in force."""
CLEARLY_BETTER: Final = 0.02
"""By so much another reading has to beat what the file states, before a person is asked."""
DETAIL: Final = 2000
"""Borders are compared with details down to this part of their extent."""
CM_120E: Final = 4549
"""CGCS2000 / 3-degree Gauss-Krueger with central meridian 120 E; 3 degrees further is +1."""
ZONE_REACH: Final = 2.5
"""Degrees from the central meridian up to which lengths in a 3-degree zone are still good."""
ZONE_40: Final = 4528
"""The same with the zone number before the easting; zones are numbered 25 to 45."""
THREE_DEGREE_ZONES: Final = range(25, 46)
ZONE_13: Final = 4491
"""The first zone, 6 degrees wide, with its number before the easting."""
SIX_DEGREE_ZONES: Final = range(13, 24)
WEB_MERCATOR: Final = 3857
LONLAT: Final = 4326
LOST_DATUMS: Final = ("Beijing 1954", "Xian 1980", "New Beijing")

Coordinates = NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """One way to read the coordinates of a file."""

    crs: str
    """EPSG:number or WKT."""
    datum: Datum = Datum.WGS84
    """The shift of its longitudes and latitudes; WGS84 stands for unshifted."""
    swapped: bool = False
    """The first coordinate is the northern one."""
    share: float | None = None
    """Common ground with the borders in force, 0 to 1; None where there are none."""
    stated: bool = False
    """The file itself says so."""
    centre: tuple[float, float] | None = None
    """Longitude and latitude (WGS 84 degrees) of the middle of the borders."""
    away_m: float | None = None
    """Distance of the middle from the middle of the borders in force, in metres."""

    @property
    def crs_name(self) -> str:
        """The name of the coordinate system as surveyors know it."""
        crs = _crs(self.crs)
        code = crs.to_epsg()
        return f"{crs.name} (EPSG:{code})" if code else crs.name

    @classmethod
    def of(cls, key: str) -> Candidate:
        """The candidate that a `key` names. Raises `ValueError` for anything else."""
        crs, datum, order = key.split("|")
        return cls(crs, Datum(datum), order == "swapped")

    @property
    def key(self) -> str:
        """The candidate in one word, for forms: CRS, datum and axis order."""
        return "|".join((self.crs, self.datum, "swapped" if self.swapped else "straight"))

    def reads_as(self, other: Candidate) -> bool:
        """Both read coordinates in the same way."""
        return self.key == other.key


def fit(
    reading: Reading,
    *,
    outline: BaseGeometry | None,
    target_srid: int,
    chosen: Candidate | None = None,
) -> list[Candidate]:
    """All ways to read the coordinates that can be, the best first.

    With an `outline` (the area of the borders in force, in `target_srid`) the best is the one with
    most common ground; without one, those whose coordinates can be in China, the stated one first.
    What a person has `chosen` is among them if the coordinates can be in it at all.
    """
    shape = _ground(reading)
    if shape is None:
        return []
    near = None if outline is None else outline.simplify(_detail(outline.bounds))
    possible = list(_possible(reading, shape, near, target_srid))
    if chosen is not None and not any(each.reads_as(chosen) for each in possible):
        possible.append(chosen)
    placed = [_placed(shape, candidate, target_srid, near) for candidate in possible]
    found = [
        each
        for each in placed
        if each is not None
        and (each.share != 0 or each.stated or (chosen is not None and each.reads_as(chosen)))
    ]
    # Equal candidates stay in the order of likelihood.
    return sorted(found, key=lambda each: -(each.share or 0))


def judge(
    reading: Reading,
    candidates: Sequence[Candidate],
    *,
    outline: BaseGeometry | None,
    illustrative: bool = False,
    chosen: Candidate | None = None,
) -> tuple[Candidate | None, list[Finding]]:
    """The way to read the coordinates, and what a person has to confirm or mend about it.

    `chosen` is what a person has decided: then only the place is checked, and not even that where
    the borders in force are `illustrative`. None means that the file cannot be placed (E02, E17).
    """
    stated = next((each for each in candidates if each.stated), None)
    if chosen is not None:
        same = next((each for each in candidates if each.reads_as(chosen)), None)
        if same is None:
            return None, [_cannot_be(chosen.crs)]
        return same, [] if illustrative else _off_the_ground(same, illustrative=False)
    if reading.crs is not None and (lost := lost_datum(reading.crs)):
        return None, [_lost(lost)]
    if not candidates:
        return None, [_no_system(reading)]
    if illustrative and not is_same_ground(candidates[0]):
        # Made-up borders cannot tell half a kilometre: a shift is for a person to see.
        candidates = [each for each in candidates if each.datum is Datum.WGS84] or candidates
    best = candidates[0]
    if outline is None:
        best = stated or best
        return best, [_unproven(best, NOTHING_IN_FORCE)]
    best_share = best.share or 0
    if stated is not None and (stated.share or 0) >= best_share - CLEARLY_BETTER:
        return stated, _off_the_ground(stated, illustrative=illustrative) or _hardly_proven(
            stated, illustrative
        )
    if best_share >= FITS:
        return best, _guessed(best, reading)
    if stated is not None:
        return stated, _off_the_ground(stated, illustrative=illustrative)
    return None, [_no_system(reading)]


def to_metric(candidate: Candidate, target_srid: int) -> Callable[[BaseGeometry], BaseGeometry]:
    """A function that takes a shape from the file's coordinates to metres in `target_srid`."""

    def move(shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda points: _moved(points, candidate, target_srid))

    return move


def to_lonlat(shape: BaseGeometry, srid: int) -> BaseGeometry:
    """A shape in metres of `srid` in WGS 84 degrees, longitude first."""
    transformer = _transformer(f"EPSG:{srid}", f"EPSG:{LONLAT}")

    def degrees(points: Coordinates) -> Coordinates:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shape, degrees)


def is_known(crs: str) -> bool:
    """The text names a coordinate system that leads to degrees on the Earth."""
    try:
        return _crs(crs).geodetic_crs is not None
    except CRSError:
        return False


def lost_datum(crs: str) -> str | None:
    """The name of an old Chinese datum, for which no public way to today's coordinates exists."""
    datum = _crs(crs).geodetic_crs
    name = datum.name if datum is not None else ""
    return next((lost for lost in LOST_DATUMS if name.startswith(lost)), None)


def zone_of(lon: float) -> int:
    """The EPSG number of CGCS2000 in the 3-degree zone around a longitude."""
    return CM_120E + round((lon - 120) / 3)


def _ground(reading: Reading) -> BaseGeometry | None:
    """Everything the borders cover, roughly, in the file's own coordinates."""
    shapes = np.array(
        [each.geometry for each in reading.features if each.geometry is not None], dtype=object
    )
    if not len(shapes):
        return None
    rough = shapely.simplify(shapes, _detail(shapely.total_bounds(shapes)))
    covered = shapely.union_all(shapely.make_valid(rough, method="structure", keep_collapsed=False))
    return covered if covered.area > 0 else None


def _detail(bounds: Sequence[float] | Coordinates) -> float:
    west, south, east, north = bounds
    return float(max(east - west, north - south)) / DETAIL


def _possible(
    reading: Reading, shape: BaseGeometry, outline: BaseGeometry | None, target_srid: int
) -> Iterator[Candidate]:
    """What the file states, then everything else that occurs in practice, once each."""
    if reading.crs is not None:
        yield Candidate(reading.crs, stated=True)
    # With nothing to compare, a shift of half a kilometre cannot be told: a person may choose it.
    datums = (Datum.WGS84,) if outline is None else (Datum.WGS84, Datum.GCJ02, Datum.BD09)
    for swapped in (False, True):
        systems = [f"EPSG:{each}" for each in _usual(shape, swapped, outline, target_srid)]
        if reading.crs is not None:
            systems.insert(0, reading.crs)
        for datum in datums:
            for system in dict.fromkeys(systems):
                if (system, datum, swapped) != (reading.crs, Datum.WGS84, False):
                    yield Candidate(system, datum, swapped)


def _usual(
    shape: BaseGeometry, swapped: bool, outline: BaseGeometry | None, target_srid: int
) -> Iterator[int]:
    """The systems in which coordinates of this size occur, the likeliest first."""
    west, south, _, _ = shape.bounds
    if in_degrees(np.array([shape])):
        yield LONLAT
        return
    millions = int((south if swapped else west) // 1_000_000)
    if millions in THREE_DEGREE_ZONES:
        yield ZONE_40 - 40 + millions
    elif millions in SIX_DEGREE_ZONES:
        yield ZONE_13 - 13 + millions
    else:
        yield target_srid
        yield from _zones(outline, target_srid)
    yield WEB_MERCATOR


def _zones(outline: BaseGeometry | None, target_srid: int) -> Iterator[int]:
    if outline is None:
        yield from (CM_120E + step for step in range(-15, 6))
        return
    lon, _ = _lonlat(outline.centroid, target_srid)
    middle = zone_of(lon)
    yield from (middle, middle - 1, middle + 1)
    utm = 32600 + int((lon + 180) // 6) + 1
    yield from (utm, utm - 1, utm + 1)


def _placed(
    shape: BaseGeometry, candidate: Candidate, target_srid: int, outline: BaseGeometry | None
) -> Candidate | None:
    """The candidate with its centre and share; None where the coordinates cannot be in it."""
    move = to_metric(candidate, target_srid)
    try:
        corners = move(shapely.box(*shape.bounds))
        centre = _lonlat(corners.centroid, target_srid)
        if not _can_be(candidate, centre):
            return None
        if outline is None:
            return replace(candidate, centre=centre)
        near = corners.intersects(shapely.box(*outline.bounds))
        share = _common(move(shape), outline) if near else 0.0
        away = corners.centroid.distance(outline.centroid)
    except (ProjError, GEOSException):
        return None
    return replace(candidate, centre=centre, share=share, away_m=away)


def _can_be(candidate: Candidate, centre: tuple[float, float]) -> bool:
    lon, lat = centre
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return False
    west, south, east, north = CHINA
    if not candidate.stated:
        return west <= lon <= east and south <= lat <= north
    area = _crs(candidate.crs).area_of_use
    if area is None:
        return True
    return area.west - 3 <= lon <= area.east + 3 and area.south - 3 <= lat <= area.north + 3


def _common(shape: BaseGeometry, outline: BaseGeometry) -> float:
    shape = shape if shape.is_valid else shapely.make_valid(shape, method="structure")
    shared = shape.intersection(outline).area
    return float(shared / (shape.area + outline.area - shared))


def _moved(points: Coordinates, candidate: Candidate, target_srid: int) -> Coordinates:
    x, y = points[:, 0], points[:, 1]
    if candidate.swapped:
        x, y = y, x
    if candidate.datum in (Datum.WGS84, Datum.CGCS2000):
        x, y = _transformer(candidate.crs, f"EPSG:{target_srid}").transform(x, y, errcheck=True)
    else:
        lonlat = f"EPSG:{LONLAT}"
        x, y = _transformer(candidate.crs, lonlat).transform(x, y, errcheck=True)
        x, y = to_wgs84(np.asarray(x), np.asarray(y), candidate.datum)
        x, y = _transformer(lonlat, f"EPSG:{target_srid}").transform(x, y, errcheck=True)
    return np.column_stack([x, y])


def _lonlat(point: Point, srid: int) -> tuple[float, float]:
    lon, lat = _transformer(f"EPSG:{srid}", f"EPSG:{LONLAT}").transform(point.x, point.y)
    return float(lon), float(lat)


@lru_cache(maxsize=256)
def _crs(crs: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(crs)


@lru_cache(maxsize=256)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_crs(source), _crs(target), always_xy=True)


def _off_the_ground(candidate: Candidate, *, illustrative: bool) -> list[Finding]:
    if candidate.share is None or candidate.share >= FITS:
        return []
    message = N_(
        "Only %(share)s %% is common ground with the borders in force; their middles are"
        " %(away)s km apart."
    )
    away = round((candidate.away_m or 0) / 1000, 1)
    params = {"share": round(100 * candidate.share), "away": away}
    mend = (
        N_("The borders in force are only illustrative: choose the coordinate system to confirm.")
        if illustrative
        else N_("Is it the file of this subdistrict, and all of it?")
    )
    return [Finding("E04", message, params, mend)]


def other_zone(candidate: Candidate, srid: int) -> list[Finding]:
    """A question where the place lies outside the zone in which this installation stores."""
    if candidate.centre is None or srid not in range(CM_120E - 15, CM_120E + 6):
        return []
    lon, _ = candidate.centre
    if abs(lon - (120 + 3 * (srid - CM_120E))) <= ZONE_REACH:
        return []
    message = N_("The place lies outside the zone of EPSG:%(srid)s, in which borders are stored.")
    mend = N_("For a new place set SRID=%(better)s before anything is stored.")
    return [Finding("W17", message, {"srid": srid, "better": zone_of(lon)}, mend)]


def _lost(datum: str) -> Finding:
    message = N_("The file is in %(datum)s, for which no public conversion exists.")
    mend = N_("Ask the surveyors for the same borders in CGCS2000.")
    return Finding("E17", message, {"datum": datum}, mend)


ASK: Final = N_("Ask the sender for the coordinate system, or for the borders in CGCS2000.")


def _no_system(reading: Reading) -> Finding:
    if reading.crs is not None:
        return _cannot_be(reading.crs)
    message = N_("The file does not say its coordinate system, and none could be found.")
    return Finding("E02", message, mend=ASK)


def _cannot_be(crs: str) -> Finding:
    message = N_("The coordinates cannot be in %(crs)s, and nothing else fits.")
    return Finding("E17", message, {"crs": _crs(crs).name}, ASK)


NOTHING_IN_FORCE: Final = N_(
    "There are no borders yet to compare with; the file is read as %(crs)s."
)
ONLY_ILLUSTRATIVE: Final = N_(
    "The borders in force are only illustrative and prove little; the file is read as %(crs)s."
)


def _unproven(candidate: Candidate, message: str) -> Finding:
    mend = N_("Look on the map whether it lies right, then confirm.")
    return Finding("W17", message, {"crs": candidate.crs_name}, mend)


def _hardly_proven(candidate: Candidate, illustrative: bool) -> list[Finding]:
    if illustrative and not is_same_ground(candidate):
        return [_unproven(candidate, ONLY_ILLUSTRATIVE)]
    return []


def is_same_ground(candidate: Candidate) -> bool:
    """The file covers what the borders in force cover, and not only lies at the same place."""
    return candidate.share is not None and candidate.share >= SAME_GROUND


DATUM_WORDS: Final = {
    Datum.GCJ02: N_("GCJ-02 (Gaode, Tencent, WeChat)"),
    Datum.BD09: N_("BD-09 (Baidu)"),
}


def _guessed(best: Candidate, reading: Reading) -> list[Finding]:
    """What of the best reading the file does not say itself."""
    params: dict[str, object] = {"share": round(100 * (best.share or 0), 1)}
    confirm = N_("Look on the map whether it lies right, then confirm.")
    findings = []
    if best.datum in DATUM_WORDS:
        message = N_("The borders are shifted as in %(datum)s; put right, %(share)s %% agree.")
        words = {**params, "datum": Word(DATUM_WORDS[best.datum])}
        findings.append(Finding("W15", message, words, confirm))
    if best.swapped:
        message = N_("Longitude and latitude are swapped; put right, %(share)s %% agree.")
        findings.append(Finding("W16", message, params, confirm))
    if best.crs != reading.crs:
        message = (
            N_("The file does not say its coordinate system; as %(crs)s %(share)s %% agree.")
            if reading.crs is None
            else N_("The stated system does not fit; as %(crs)s %(share)s %% agree.")
        )
        findings.append(Finding("W17", message, {**params, "crs": best.crs_name}, confirm))
    return findings
