"""What is said with an opinion."""

from __future__ import annotations

from pydantic import Field

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.community.livelihood.rules import Category
from webapp.community.opinions.rules import OpinionKind, SaidHow
from webapp.people.outdoors import HappenedForm


class SayForm(HappenedForm):
    """An opinion; from a phone with the moment at which it was said and the mark by which it arrives once."""

    kind: OpinionKind
    theme: Category
    words: str = Field(min_length=2, max_length=2000)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    anonymous: bool = False
    name: str | None = Field(default=None, max_length=40)
    contact: str | None = Field(default=None, max_length=40)
    # How it was said to whoever writes it down: one of `ENTERED`.
    how: SaidHow = SaidHow.DOOR


class StepForm(Form):
    """A step of an opinion."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=1000)
    class_code: str | None = Field(default=None, max_length=12)
    service: str | None = Field(default=None, max_length=12)
    application: str | None = Field(default=None, max_length=40)
    rating: int | None = Field(default=None, ge=1, le=5)


class ThemesForm(Form):
    """Which theme the map is about; none: all of them."""

    theme: Category | None = None


class ListForm(Form):
    """How the list is narrowed."""

    q: str = Field(default="", max_length=60)
    state: str | None = None
    kind: str | None = None
    theme: str | None = None
    how: str | None = None
    grid: str | None = None
    before: int | None = Field(default=None, ge=1)
