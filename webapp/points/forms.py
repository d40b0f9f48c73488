"""What people and machines send about points."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from pydantic import AwareDatetime, Field, field_validator

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.points.rules import Access, Template
from webapp.travel.rules import LONGEST_MINUTES, Mode


class PlaceForm(Form):
    """A place in degrees of a datum, and how one travels."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    mode: Mode = Mode.WALK


class NearestForm(PlaceForm):
    """Which points are asked for, and from where."""

    kind: Template = Field(default=Template.WORKSTATION, description="the kind of point")
    item: str | None = Field(default=None, max_length=40, description="code of what is wanted")
    limit: int = Field(default=10, ge=1, le=50)


class LookForm(Form):
    """The page of the nearest points: a place by name or by position, or nothing yet."""

    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    q: str | None = Field(default=None, max_length=60)
    place: str | None = Field(default=None, max_length=80)
    mode: Mode = Mode.WALK
    kind: Template = Template.WORKSTATION
    item: str | None = Field(default=None, max_length=40)


class ReachForm(Form):
    """How far one gets from a point: minutes, by which mode."""

    mode: Mode = Mode.WALK
    minutes: int = Field(default=15, ge=1, le=LONGEST_MINUTES)


class ListForm(Form):
    """Which points are listed."""

    kind: Template | None = None


class TakeForm(Form):
    """A number in a queue."""

    item: str | None = Field(default=None, max_length=40)
    priority: bool = False


class BookForm(Form):
    """A seat of a slot."""

    starts_at: AwareDatetime
    item: str | None = Field(default=None, max_length=40)


class StepForm(Form):
    """A step of a ticket."""

    base_version: int | None = Field(default=None, ge=0)


class PointForm(Form):
    """What is said of a point."""

    base_version: int | None = Field(default=None, ge=0)
    template: Template
    name: str = Field(min_length=2, max_length=60)
    name_en: str | None = Field(default=None, max_length=80)
    unit_id: int = Field(ge=1)
    address: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=1000)
    items: list[str] | None = Field(default=None, max_length=200)
    every_item: bool = False
    access: list[Access] = Field(default_factory=list)
    access_words: str | None = Field(default=None, max_length=300)
    slot_minutes: int | None = Field(default=None, ge=0, le=240)
    slot_seats: int = Field(default=1, ge=0, le=100)
    first_day: date | None = None
    last_day: date | None = None
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    windows: int | None = Field(default=None, ge=1, le=40)

    @field_validator("items", "access", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) or value is None else [value]


class DayForm(Form):
    """A day that differs: closed, or open from and to."""

    base_version: int | None = Field(default=None, ge=0)
    day: date
    closed: bool = False
    opens: time | None = None
    closes: time | None = None
    why: str | None = Field(default=None, max_length=200)


class RotaForm(Form):
    """The week of a rota, by one of its days."""

    day: date | None = None


class ShiftForm(Form):
    """Somebody at a window for a time of a day."""

    window_id: int = Field(ge=1)
    account_id: int = Field(ge=1)
    day: date
    opens: time
    closes: time


class ClearForm(Form):
    """A day that is to be like every week again."""

    day: date


class GridsForm(Form):
    """The grids whose people belong to a workstation."""

    grids: list[int] = Field(default_factory=list, max_length=500)

    @field_validator("grids", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


def clock_time(text: str) -> time:
    """A time of day as a field sends it; `ValueError` when it is none. 24:00 is the end of the day."""
    return time() if text in {"24:00", "23:59"} else datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  # a time of day has no zone
