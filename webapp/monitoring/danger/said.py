"""What is said about a danger, and the zone that follows from it. The words are kept as they were said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from webapp.base import drawn
from webapp.base.flow import Unacceptable
from webapp.base.spatial import to_metric
from webapp.monitoring.danger import drawing
from webapp.monitoring.danger.drawing import Drawn, Spot, Wind
from webapp.monitoring.danger.guide import Fire, Size
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.danger.rules import MODELLED, DangerKind
from webapp.monitoring.weather.rules import CALM

# Nothing larger (m²) is a zone of one incident: it is a slip of the hand.
MOST_M2 = 400e6


@dataclass(frozen=True)
class Said:
    """Where it is dangerous and why. Degrees WGS 84; the wind as whence it comes and m/s.

    `grids` are keys of whole grids, `corners` an area drawn by hand, as the map says it
    (`base.drawn`): it goes before everything else.
    """

    kind: DangerKind
    lon: float | None = None
    lat: float | None = None
    wind_from: float | None = None
    wind_ms: float | None = None
    sky: Sky | None = None
    size: Size | None = None
    rate_kg_s: float | None = None
    burns: Fire | None = None
    grids: tuple[int, ...] = ()
    corners: str | None = None

    def kept(self) -> dict[str, Any]:
        """As it is kept: nothing of what was not said."""
        said = {**asdict(self), "grids": list(self.grids)}
        return {name: value for name, value in said.items() if value not in (None, [])}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """As it was said."""
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in kept.items() if name in known}
        enums = {"kind": DangerKind, "sky": Sky, "size": Size, "burns": Fire}
        for name, enum in enums.items():
            if name in values:
                values[name] = enum(values[name])
        return cls(**{**values, "grids": tuple(values.get("grids", ()))})

    @property
    def spot(self) -> Spot | None:
        """Where it comes from, metres."""
        return (
            to_metric(self.lon, self.lat) if self.lon is not None and self.lat is not None else None
        )

    @property
    def wind(self) -> Wind | None:
        """The wind, where both its direction and its speed are known."""
        if self.wind_ms is None:
            return None
        if self.wind_from is None:
            return Wind(0.0, 0.0)
        return Wind(self.wind_from, self.wind_ms)


def by_model(said: Said) -> Drawn | None:
    """What the model says; None where there is none for this danger, or nothing to go by.

    Raises `Unacceptable` with the words for each thing that the model wants and was not told.
    """
    if said.kind not in MODELLED:
        return None
    spot, wind = said.spot, said.wind
    wants: dict[str, Any] = {"lon": spot}
    if said.kind == DangerKind.AMMONIA:
        wants |= {"wind_ms": wind, "sky": said.sky, "size": said.size}
        if wind is not None and said.wind_from is None and not _is_calm(said):
            wants["wind_from"] = None
    else:
        wants["burns"] = said.burns
    missing = {name: _l("The model needs this.") for name, value in wants.items() if value is None}
    if missing:
        raise Unacceptable(_l("Please check the marked fields."), fields=missing)
    if said.kind == DangerKind.AMMONIA and spot and wind and said.sky and said.size:
        return drawing.ammonia(
            spot, wind=wind, sky=said.sky, size=said.size, rate_kg_s=said.rate_kg_s
        )
    if spot and said.burns:
        return drawing.fire(spot, wind=wind, burns=said.burns)
    return None


def area_of(said: Said, grids: list[BaseGeometry]) -> BaseGeometry:
    """The area of the zone: drawn by hand, else by the model, else the grids that were chosen.

    Raises `Unacceptable` where there is none, or where it cannot be one.
    """
    if said.corners:
        area = drawing.whole([drawn.shape(said.corners)])
    else:
        made = by_model(said)
        area = made.area if made is not None else drawing.whole(grids)
    if area.is_empty:
        words = _l("Draw an area on the map, or choose grids.")
        raise Unacceptable(words, fields={"corners": words})
    if area.area > MOST_M2:
        words = _l("This area is larger than any zone.")
        raise Unacceptable(words, fields={"corners": words})
    return area


def levels_of(kept: Mapping[str, Any]) -> Drawn | None:
    """What the model says of words that were kept, for the map; None where it says nothing."""
    try:
        return by_model(Said.of(kept))
    except Unacceptable:
        return None


def _is_calm(said: Said) -> bool:
    return said.wind_ms is not None and said.wind_ms < CALM
