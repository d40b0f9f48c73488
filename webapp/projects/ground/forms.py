"""What is said about parcels, surveys and utilities."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from pydantic import Field, field_validator

from webapp.base import drawn
from webapp.projects.forms import VersionForm
from webapp.projects.ground.rules import Source, UtilityKind

MOST = 100_000_000


def _as_lines(text: str) -> str:
    found = drawn.rings(text)
    if len(found) != 1:
        raise ValueError(_("This is no single polygon of GeoJSON."))
    return "\n".join(f"{lon} {lat}" for lon, lat in found[0])


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
