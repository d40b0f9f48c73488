"""What the phone sends from outdoors."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, field_validator

from webapp.base.web import Form
from webapp.cases.field.rules import Purpose
from webapp.people.outdoors import HappenedForm

FREE_POINTS = 3


class SpotForm(Form):
    """Where the worker stands, if the phone knows."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)


class PatrolForm(HappenedForm):
    """A patrol to be planned: points of the list, and free ones by name and position."""

    grid: str = Field(max_length=20)
    title: str = Field(min_length=1, max_length=80)
    day: date
    points: list[str] = Field(default_factory=list, max_length=60)
    free_name: list[str] = Field(default_factory=list, max_length=FREE_POINTS)
    free_at: list[str] = Field(default_factory=list, max_length=FREE_POINTS)

    @field_validator("points", "free_name", "free_at", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class VisitForm(Form):
    """A visit that will be due: the door and where it is, why, by when, how often."""

    label: str = Field(min_length=1, max_length=80)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    purpose: Purpose
    due_on: date
    every_days: int | None = Field(default=None, ge=1, le=366)
