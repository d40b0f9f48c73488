"""What is said about ports, vessels, crews, seasons and voyages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from flask_babel import gettext as _
from pydantic import Field, field_validator, model_validator

from webapp.base.web import Form
from webapp.ports.rules import VesselKind

Number = Annotated[float, Field(allow_inf_nan=False)]

MOST_CORNERS = 200


class PortForm(Form):
    """A port and where its quay is."""

    name: str = Field(min_length=1, max_length=60)
    lon: Number = Field(ge=-180, le=180)
    lat: Number = Field(ge=-90, le=90)
    version: int | None = None


class DrawnForm(Form):
    """A line or an area: one point on each line, its longitude and latitude (WGS 84)."""

    name: str = Field(min_length=1, max_length=60)
    corners: list[tuple[float, float]]

    @field_validator("corners", mode="before")
    @classmethod
    def _points(cls, said: object) -> object:
        """The points of a text."""
        if not isinstance(said, str):
            return said
        try:
            rows = [row.replace(",", " ").replace("，", " ").split() for row in said.splitlines()]
            points = [(float(lon), float(lat)) for lon, lat in (row for row in rows if row)]
        except ValueError:
            raise ValueError(_("Write one point on each line: longitude, then latitude.")) from None
        if len(points) > MOST_CORNERS or not all(
            abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in points
        ):
            raise ValueError(_("Write one point on each line: longitude, then latitude."))
        return points


class GateLineForm(DrawnForm):
    """A gate line; the port lies to its left."""

    @model_validator(mode="after")
    def _two_at_least(self) -> Self:
        if len(set(self.corners)) < 2:
            raise ValueError(_("A line has at least two points."))
        return self


class BerthForm(DrawnForm):
    """The water of a berth and how many vessels lie in it."""

    places: int = Field(ge=1, le=2000)

    @model_validator(mode="after")
    def _three_at_least(self) -> Self:
        if len(set(self.corners)) < 3:
            raise ValueError(_("An area has at least three corners."))
        return self


class VesselForm(Form):
    """A vessel. `port` is the name of its port, `username` of the account that acts for it."""

    name: str = Field(min_length=2, max_length=40)
    kind: VesselKind
    port: str = Field(min_length=1, max_length=60)
    length_m: Number = Field(ge=2, le=200)
    power_kw: Number | None = Field(default=None, ge=0, le=20_000)
    mmsi: str | None = Field(default=None, pattern=r"^[0-9]{9}$")
    bd_id: str | None = Field(default=None, pattern=r"^[0-9A-Za-z-]{3,20}$")
    permitted_crew: int | None = Field(default=None, ge=1, le=99)
    owner: str | None = Field(default=None, max_length=120)
    phone: str | None = Field(default=None, max_length=40)
    username: str | None = Field(default=None, max_length=80)
    enterprise_code: str | None = Field(default=None, max_length=18)
    registered_until: date | None = None
    licensed_until: date | None = None
    inspected_until: date | None = None
    version: int | None = None


class CrewForm(Form):
    """Somebody of a crew."""

    member: str = Field(min_length=1, max_length=60)
    duty: str | None = Field(default=None, max_length=40)
    certificate: str | None = Field(default=None, max_length=60)
    certified_until: date | None = None
    id_number: str | None = Field(default=None, min_length=6, max_length=30)


class CertifiedForm(Form):
    """Until when a certificate is good."""

    certified_until: date | None = None


class SeasonForm(Form):
    """From when to when one kind of vessels stays in port."""

    kind: VesselKind
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first or self.last.year != self.first.year:
            raise ValueError(_("The last day comes after the first, in the same year."))
        return self


class WindForm(Form):
    """From which wind on vessels up to a length are called back."""

    up_to_m: Number = Field(ge=2, le=200)
    force: int = Field(ge=3, le=12)


class DepartForm(Form):
    """What a skipper says before leaving."""

    crew: list[int] = Field(default_factory=list, max_length=99)
    destination: str = Field(min_length=1, max_length=120)
    weather: bool = False

    @field_validator("crew", mode="before")
    @classmethod
    def _each(cls, said: object) -> object:
        return [said] if isinstance(said, str) else said


class NoteForm(Form):
    """Why."""

    note: str | None = Field(default=None, max_length=300)


class ListForm(Form):
    """How the list of vessels is narrowed."""

    q: str = Field(default="", max_length=100)
    kind: str | None = None
    after: int | None = None


class RecallForm(Form):
    """How strong the wind is or will be."""

    force: int = Field(ge=3, le=12)
    note: str | None = Field(default=None, max_length=300)
