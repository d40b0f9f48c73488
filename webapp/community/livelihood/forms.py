"""What is said about a livelihood item."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, field_validator

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.community.livelihood.rules import Category


class ItemForm(Form):
    """An item as residents asked for it: what, where, and for which grids."""

    title: str = Field(min_length=2, max_length=80)
    words: str = Field(min_length=2, max_length=2000)
    category: Category
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    grids: list[int] = Field(default_factory=list, max_length=120)

    @field_validator("grids", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class ChangeForm(ItemForm):
    """What an item says from now on, and the version that was read."""

    base_version: int | None = Field(default=None, ge=0)


class StepForm(Form):
    """A step of an item; a photo comes beside it where the step wants one."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=1000)
    unit: int | None = Field(default=None, ge=1)
    due_on: date | None = None
    cost: int | None = Field(default=None, ge=0, le=10_000_000_000)
    paid_from: str | None = Field(default=None, max_length=120)


class MilestoneForm(Form):
    """A milestone of one's own."""

    words: str = Field(min_length=2, max_length=80)
    plan_on: date


class ReachedForm(Form):
    """On which day a milestone was reached."""

    done_on: date


class ReviewForm(Form):
    """What a resident says of an item that is built."""

    accepts: bool
    rating: int = Field(ge=1, le=5)
    words: str | None = Field(default=None, max_length=500)


class ListForm(Form):
    """How the list at the desk is narrowed."""

    q: str = Field(default="", max_length=60)
    lane: str = "all"
    category: str | None = None
    unit: int | None = Field(default=None, ge=1)
    grid: str | None = None
    before: int | None = Field(default=None, ge=1)


class PublicForm(Form):
    """How the public list is narrowed, and where the visitor stands."""

    q: str = Field(default="", max_length=60)
    category: str | None = None
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    skip: int = Field(default=0, ge=0, le=5000)
