"""Work on the phone: when it was done there, where the phone was, how near that is, in which words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import hypot
from typing import Any

from flask_babel import gettext as _
from pydantic import AwareDatetime, Field, field_validator

from webapp.base import clock
from webapp.base.datum import Datum
from webapp.base.spatial import shape_of, to_metric
from webapp.base.web import Form

# A phone that doubts its own position by more than this (metres) proves nothing.
DOUBT_M = 100.0
# Whoever visits a point or a door stands this near to it (metres), or says why not.
VISIT_M = 80.0
# A phone's clock may run a little ahead; an unsent report may be some weeks old.
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)


@dataclass(frozen=True)
class Stood:
    """Where the phone says it was at the moment of a step, and whither its camera looked."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    datum: Datum = Datum.WGS84
    heading: float | None = None

    @property
    def is_sure(self) -> bool:
        """True when the phone knows where it is well enough to prove anything."""
        return self.accuracy_m is None or self.accuracy_m <= DOUBT_M


def away_m(thing: Any, lon: float, lat: float, datum: Datum = Datum.WGS84) -> float | None:
    """Metres from a point in degrees to a thing that stands somewhere; None when it does not."""
    if thing.geom is None:
        return None
    x, y = to_metric(lon, lat, datum)
    here = shape_of(thing.geom).centroid
    return hypot(x - here.x, y - here.y)


class HappenedForm(Form):
    """Something done on a phone: when it was done there, and the mark by which it arrives once."""

    client_id: uuid.UUID | None = None
    happened_at: AwareDatetime | None = None
    # Where the person stood, if they chose to say so.
    here_lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    here_lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    here_accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)

    @field_validator("happened_at")
    @classmethod
    def _not_in_the_future(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value > clock.now() + AHEAD:
            raise ValueError(_("This lies in the future. Is the clock of the phone right?"))
        if value < clock.now() - OLDEST:
            raise ValueError(_("This is more than 30 days ago."))
        return value.astimezone(UTC)


class StoodForm(HappenedForm):
    """Something done on a phone that may say where it was at that moment."""

    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    heading: float | None = Field(default=None, ge=0, le=360, allow_inf_nan=False)

    @property
    def stood(self) -> Stood | None:
        """Where the phone was; None when it did not say."""
        if self.lon is None or self.lat is None:
            return None
        return Stood(self.lon, self.lat, self.accuracy_m, self.datum, self.heading)


class StepForm(StoodForm):
    """A step of a patrol or a visit: the version the person saw, where the phone was, words."""

    base_version: int | None = Field(default=None, ge=0)
    insisted: bool = False
    note: str | None = Field(default=None, max_length=2000)


class ConflictForm(HappenedForm):
    """A step that gives way to what somebody else has done."""

    step: str = Field(max_length=40, pattern=r"^[a-z_]+$")
    note: str | None = Field(default=None, max_length=2000)


def nearness(
    thing: Any, stood: Stood | None, note: str | None
) -> tuple[dict[str, bool], dict[str, Any]]:
    """Whether it is near enough, and what of it stands in the log."""
    metres = away_m(thing, stood.lon, stood.lat, stood.datum) if stood else None
    near = stood is not None and stood.is_sure and metres is not None and metres <= VISIT_M
    seen = {"away_m": round(metres, 1)} if metres is not None else {}
    if stood is not None and stood.accuracy_m is not None:
        seen["accuracy_m"] = round(stood.accuracy_m, 1)
    return {"nearness_point": near or bool(note)}, seen


def moment(moved: dict[str, Any]) -> datetime:
    """When it was done on the phone, or now."""
    at: datetime | None = moved.get("client_at")
    return at or clock.now()


def said(note: str | None, **more: Any) -> dict[str, Any]:
    """What of a step stands in the log: its words, if there are any, and what else."""
    return {**({"note": note} if note else {}), **more}
