"""What is said about parcels, surveys and utilities."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask_babel import gettext as _
from pydantic import Field, field_validator

from webapp.base import drawn
from webapp.projects.forms import VersionForm
from webapp.projects.ground.rules import Source, UtilityKind

MOST = 100_000_000


def _ring(said: Any) -> list[list[float]]:
    """The outer ring of a polygon of GeoJSON, alone, in a feature, or the only one of a collection."""
    if not isinstance(said, dict):
        raise TypeError
    if said.get("type") == "FeatureCollection":
        (said,) = said["features"]
    if said.get("type") == "Feature":
        said = said["geometry"]
    if said.get("type") != "Polygon" or len(said["coordinates"]) != 1:
        raise ValueError
    ring: list[list[float]] = said["coordinates"][0]
    return ring


def _as_lines(text: str) -> str:
    try:
        return "\n".join(f"{float(at[0])} {float(at[1])}" for at in _ring(json.loads(text)))
    except (ValueError, TypeError, KeyError, IndexError):
        raise ValueError(_("This is no single polygon of GeoJSON.")) from None


class AmountsForm(VersionForm):
    """What is cut, filled and moved."""

    cut_m3: int = Field(default=0, ge=0, le=MOST)
    fill_m3: int = Field(default=0, ge=0, le=MOST)
    pipes_m: int = Field(default=0, ge=0, le=MOST)
    graves: int = Field(default=0, ge=0, le=MOST)
    trees: int = Field(default=0, ge=0, le=MOST)


class ParcelForm(AmountsForm):
    """A new parcel: corners in degrees WGS 84 or a polygon of GeoJSON, and what is planned on it."""

    name: str = Field(min_length=1, max_length=40)
    corners: str = Field(max_length=20_000)
    stated_m2: int | None = Field(default=None, ge=1, le=MOST)
    provenance: str = Field(min_length=2, max_length=200)

    @field_validator("corners")
    @classmethod
    def _an_area(cls, value: str) -> str:
        lines = _as_lines(value) if value.startswith("{") else value
        return drawn.plain(drawn.in_one_line(lines))


class SurveyForm(AmountsForm):
    """How far a parcel was on a day."""

    day: date
    source: Source
    percent: int = Field(ge=0, le=100)
    words: str | None = Field(default=None, max_length=500)


class NoteForm(VersionForm):
    """A move of a parcel."""

    note: str | None = Field(default=None, max_length=500)


class UtilityForm(VersionForm):
    """Who sees to a utility of a site, and until when."""

    site: int | None = Field(default=None, ge=1)
    kind: UtilityKind
    supplier: str = Field(min_length=2, max_length=80)
    owner: int = Field(ge=1)
    promised_on: date
    words: str | None = Field(default=None, max_length=500)


class DoneForm(VersionForm):
    """The day on which a utility was there."""

    done_on: date
