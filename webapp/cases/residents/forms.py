"""What residents send, and what the desk sends for them."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import gettext as _
from pydantic import Field, field_validator

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.cases.forms import AnsweringForm
from webapp.cases.residents.rules import MOST_CORNERS, RADII_M, Every

Degrees = tuple[float, float]


class TellForm(AnsweringForm):
    """A resident's report; who it is from says the session, or the phone with its code."""

    client_id: uuid.UUID | None = None
    class_code: str = Field(pattern=r"^[0-9]{5}$")
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    words: str | None = Field(default=None, max_length=4000)
    where_words: str | None = Field(default=None, max_length=300)
    name: str | None = Field(default=None, max_length=80)
    confidential: bool = False
    private: bool = False
    phone: str | None = Field(default=None, max_length=40)
    code: str | None = Field(default=None, max_length=20)


class PhoneForm(Form):
    """A phone that wants a code."""

    phone: str = Field(min_length=1, max_length=40)


class AnswerForm(Form):
    """What the reporter answers."""

    words: str = Field(min_length=1, max_length=2000)


class RatingForm(Form):
    """How it ended, in the eyes of the reporter."""

    level: int = Field(ge=1, le=5)
    solved: bool
    words: str | None = Field(default=None, max_length=2000)


class PublicListForm(Form):
    """How the public list is narrowed."""

    q: str | None = Field(default=None, max_length=60)
    show: str = "open"
    before: int | None = Field(default=None, ge=1)


class PagedForm(Form):
    """Where in a list."""

    before: int | None = Field(default=None, ge=1)


class ReleaseForm(Form):
    """What of a case the public reads and sees."""

    words: str | None = Field(default=None, max_length=1000)
    photos: list[int] = Field(default_factory=list, max_length=50)
    private: bool = False

    @field_validator("photos", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class FollowForm(Form):
    """A place to follow: a grid, a spot with its radius, or the corners of an area."""

    grid: str | None = Field(default=None, max_length=20)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    radius_m: int | None = None
    corners: list[Degrees] | None = None
    name: str | None = Field(default=None, max_length=80)
    class_prefix: str | None = Field(default=None, pattern=r"^[0-9]{2,5}$")
    every: Every = Every.DAILY
    phone: str | None = Field(default=None, max_length=40)

    @field_validator("corners", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        """`lon,lat lon,lat ...`, as the map writes it."""
        if not isinstance(value, str):
            return value
        pairs = [each.split(",") for each in value.split()]
        if not 3 <= len(pairs) <= MOST_CORNERS or any(len(pair) != 2 for pair in pairs):
            raise ValueError(_("Draw an area of three to 60 corners."))
        return pairs

    @field_validator("radius_m", mode="after")
    @classmethod
    def _known(cls, value: int | None) -> int | None:
        if value is not None and value not in RADII_M:
            raise ValueError(_("Choose one of the list."))
        return value


class ErasureRuleForm(Form):
    """Months until the reports of some classes are anonymised."""

    class_prefix: str = Field(default="", pattern=r"^[0-9]{0,5}$")
    months: int = Field(ge=1, le=240)
