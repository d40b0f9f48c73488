"""What is said about old doors."""

from __future__ import annotations

from typing import Self

from flask_babel import gettext as _
from pydantic import Field, field_validator, model_validator
from shapely import LineString

from webapp.base import drawn
from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.relocation.old_doors.rules import FIRST_YEAR, OldHouseKind

LAST_YEAR = 2200


class FindForm(Form):
    """Which door somebody looks for."""

    village: str = Field(default="", max_length=20)
    q: str = Field(default="", max_length=60)
    year: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    skip: int = Field(default=0, ge=0, le=100_000)


class OldHouseForm(Form):
    """An old house: where it stood, behind which door, in which years."""

    lane: str = Field(min_length=1, max_length=60)
    number: str = Field(min_length=1, max_length=20)
    kind: OldHouseKind = OldHouseKind.HOME
    year_from: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    year_until: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    family: str | None = Field(default=None, max_length=60)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    provenance: str = Field(min_length=2, max_length=200)
    version: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.year_from and self.year_until and self.year_until < self.year_from:
            raise ValueError(_("The last year is before the first one."))
        return self


class LaneForm(Form):
    """An old lane: its name, its line from corner to corner, in which years."""

    name: str = Field(min_length=1, max_length=60)
    corners: str = Field(min_length=1, max_length=8000)
    year_from: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    year_until: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    provenance: str = Field(min_length=2, max_length=200)

    @field_validator("corners")
    @classmethod
    def _a_line(cls, value: str) -> str:
        plain = drawn.in_one_line(value)
        if len(set(plain.split("_"))) < 2:
            raise ValueError(_("A lane has at least two corners."))
        return plain

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.year_from and self.year_until and self.year_until < self.year_from:
            raise ValueError(_("The last year is before the first one."))
        return self

    @property
    def line(self) -> LineString:
        """From corner to corner, in degrees."""
        return LineString([tuple(map(float, each.split(","))) for each in self.corners.split("_")])


class ProvenanceForm(Form):
    """Where the lanes of a file are known from."""

    provenance: str = Field(min_length=2, max_length=200)


class RowForm(OldHouseForm):
    """A row of a workbook: the village by the code of its grid, the new home by building and door."""

    village: str = Field(min_length=2, max_length=20)
    building_grid: str | None = Field(default=None, max_length=20)
    building: str | None = Field(default=None, max_length=100)
    stair: str = Field(default="", max_length=20)
    door: str = Field(default="", max_length=20)

    @property
    def home(self) -> HomeForm | None:
        """The new home, where the row names one."""
        if self.building is None:
            return None
        return HomeForm(
            building_grid=self.building_grid or "",
            building=self.building,
            stair=self.stair,
            door=self.door,
        )


class HomeForm(Form):
    """A dwelling in which a family of the house lives now, by its building and door."""

    building_grid: str = Field(max_length=20)
    building: str = Field(min_length=1, max_length=100)
    stair: str = Field(default="", max_length=20)
    door: str = Field(default="", max_length=20)
