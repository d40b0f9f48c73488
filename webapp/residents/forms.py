"""What is said about buildings, dwellings, households and the people in them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from flask_babel import gettext as _
from pydantic import Field, field_validator, model_validator
from shapely import Polygon

from webapp.base import drawn
from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.people.outdoors import StepForm
from webapp.residents.detail_rules import Detail
from webapp.residents.rules import BuildingKind, KeyGroup, Relation, Sex, Use
from webapp.residents.visit_rules import Manner, Need

# What stands before the name of a field beyond the minimum.
DETAIL = "detail."

Number = Annotated[float, Field(allow_inf_nan=False)]


class BuildingForm(Form):
    """A building and where it stands."""

    name: str = Field(min_length=1, max_length=80)
    kind: BuildingKind
    address: str | None = Field(default=None, max_length=120)
    floors: int | None = Field(default=None, ge=1, le=120)
    lon: Number = Field(ge=-180, le=180)
    lat: Number = Field(ge=-90, le=90)
    datum: Datum = Datum.WGS84
    version: int | None = None


class DwellingForm(Form):
    """A dwelling of a building; a house has neither staircase nor door."""

    stair: str = Field(default="", max_length=20)
    floor: int | None = Field(default=None, ge=-3, le=120)
    door: str = Field(default="", max_length=20)
    use: Use = Use.OWNED
    version: int | None = None


class ResidentForm(Form):
    """Somebody of a household. With an identity number, sex and birthday follow from it.

    Of somebody known, name and numbers stay where nothing is written.
    """

    name: str | None = Field(default=None, min_length=1, max_length=60)
    relation: Relation
    id_number: str | None = Field(default=None, max_length=24)
    sex: Sex = Sex.UNKNOWN
    born: date | None = None
    phone: str | None = Field(default=None, max_length=40)
    registered_here: bool | None = None
    version: int | None = None
    # Fields beyond the minimum by their names: `detail.education` and so on; "-" erases what is written.
    details: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather_details(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        found = {
            name.removeprefix(DETAIL): str(value).strip()
            for name, value in sent.items()
            if name.startswith(DETAIL)
        }
        return {**sent, "details": found} if found else sent


class HouseholdForm(ResidentForm):
    """A household that moves in: from which day, and who is at its head."""

    since: date | None = None
    use: Literal[Use.OWNED, Use.RENTED, Use.OTHER] = Use.OWNED
    relation: Relation = Relation.HEAD


class OutlineForm(Form):
    """The ground plan of a building: its corners in degrees WGS 84, or a polygon of GeoJSON."""

    corners: str = Field(max_length=20_000)
    version: int | None = None

    @field_validator("corners")
    @classmethod
    def _one_area(cls, value: str) -> str:
        if not value.startswith("{"):
            return drawn.plain(drawn.in_one_line(value))
        found = drawn.rings(value)
        if len(found) != 1:
            raise ValueError(_("This is no single polygon of GeoJSON."))
        return drawn.plain("_".join(f"{lon:.6f},{lat:.6f}" for lon, lat in found[0]))

    @property
    def ground(self) -> Polygon:
        """The ground plan in degrees."""
        return Polygon([tuple(map(float, each.split(","))) for each in self.corners.split("_")])


class ListForm(Form):
    """How a list is narrowed."""

    q: str = Field(default="", max_length=100)
    grid: str | None = Field(default=None, max_length=20)
    # A part of the map: west, south, east and north, degrees WGS 84.
    box: str | None = Field(
        default=None, pattern=r"^-?\d{1,3}(\.\d{1,9})?(,-?\d{1,3}(\.\d{1,9})?){3}$"
    )
    after: int | None = None

    @property
    def around(self) -> tuple[float, float, float, float] | None:
        """The box in numbers."""
        if self.box is None:
            return None
        west, south, east, north = (float(each) for each in self.box.split(","))
        return west, south, east, north


class RowForm(ResidentForm):
    """A row of a workbook: somebody, and where they live; a building that is new says where it stands."""

    name: str = Field(min_length=1, max_length=60)
    grid: str = Field(max_length=20)
    building: str = Field(min_length=1, max_length=80)
    kind: BuildingKind = BuildingKind.BLOCK
    address: str | None = Field(default=None, max_length=120)
    lon: Number | None = Field(default=None, ge=-180, le=180)
    lat: Number | None = Field(default=None, ge=-90, le=90)
    stair: str = Field(default="", max_length=20)
    floor: int | None = Field(default=None, ge=-3, le=120)
    door: str = Field(default="", max_length=20)
    use: Literal[Use.OWNED, Use.RENTED, Use.OTHER] = Use.OWNED
    since: date | None = None


class YearsForm(Form):
    """A number of years."""

    years: int = Field(ge=1, le=30)


class FieldOnForm(Form):
    """A field that is asked from now on: what for, and by which rule or decision."""

    field: Detail
    purpose: str = Field(min_length=4, max_length=200)
    basis: str = Field(min_length=4, max_length=200)


class FieldOffForm(Form):
    """A field that is asked no more: whether what was written goes at once, and whether that is meant."""

    at_once: bool = False
    sure: bool = False


class LeaveForm(Form):
    """The day on which somebody left."""

    left_at: date | None = None


class KeyFlagForm(Form):
    """That somebody belongs to a key group: what for, and until when."""

    kind: KeyGroup
    purpose: str = Field(min_length=2, max_length=200)
    first_day: date | None = None
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day is not None and self.last_day < self.first_day:
            raise ValueError(_("The last day comes after the first."))
        return self


NEED = "need."


class HomeVisitForm(StepForm):
    """A step of a visit; what was found to be needed comes as one field each, `need.repair` and so on."""

    manner: Manner = Manner.AT_HOME
    needs: list[Need] = Field(default_factory=list, max_length=len(Need))

    @model_validator(mode="before")
    @classmethod
    def _gather_needs(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        found = [name.removeprefix(NEED) for name in sent if name.startswith(NEED)]
        return {**sent, "needs": found} if found else sent


class NearForm(Form):
    """Where the worker stands, if the phone said so."""

    lon: Number | None = Field(default=None, ge=-180, le=180)
    lat: Number | None = Field(default=None, ge=-90, le=90)


class IntervalForm(Form):
    """How often a key group is visited, and who laid it down."""

    kind: KeyGroup
    every_days: int = Field(ge=1, le=366)
    source: str = Field(min_length=2, max_length=200)
