"""What people write down when they change classes, limits, the calendar, questions and routing."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Self

from flask_babel import gettext as _
from pydantic import Field, field_validator, model_validator

from webapp.base.clock import LONGEST, Unit
from webapp.base.web import Form
from webapp.cases.rules import Grade, State
from webapp.cases.standards import asking
from webapp.cases.standards.rules import Basis, Datatype, Days, Pace, Where
from webapp.grids.rules import GridKind


class ClassSettingsForm(Form):
    """How reports of a class are treated."""

    public: bool = False
    triage: bool = False
    self_close: bool = False
    merge_radius_m: float = Field(ge=0, le=5000, allow_inf_nan=False)
    merge_days: int = Field(ge=0, le=366)


class NewClassForm(ClassSettingsForm):
    """A class of the office's own."""

    code: str = Field(pattern=r"^[0-9]{5}$")
    name: str = Field(min_length=1, max_length=60)
    name_en: str | None = Field(default=None, max_length=120)
    major: str | None = Field(default=None, max_length=40)


class LimitForm(Form):
    """A condition and its limit."""

    class_prefix: str = Field(default="", pattern=r"^[0-9]{0,5}$")
    place: int = Field(default=1, ge=1, le=99)
    words: str = Field(min_length=1, max_length=80)
    words_en: str | None = Field(default=None, max_length=120)
    grade: Grade
    amount: float = Field(gt=0, lt=LONGEST, allow_inf_nan=False)
    unit: Unit
    guard_words: str | None = Field(default=None, max_length=80)
    guard_amount: float | None = Field(default=None, gt=0, lt=LONGEST, allow_inf_nan=False)
    guard_unit: Unit | None = None

    @model_validator(mode="after")
    def _unit_of_nothing(self) -> Self:
        # The choice of a unit is always sent; alone it says nothing.
        if self.guard_amount is None:
            self.guard_unit = None
        return self


class StageForm(Form):
    """How long a case may stand at a step."""

    state: State
    pace: Pace
    amount: float = Field(gt=0, lt=LONGEST, allow_inf_nan=False)
    unit: Unit


class DayForm(Form):
    """A day that differs."""

    day: date
    works: bool
    words: str = Field(min_length=1, max_length=60)


class ShiftsForm(Form):
    """The shifts of a working day from a day on."""

    since: date
    shifts: str = Field(min_length=1, max_length=200)


class QuestionForm(Form):
    """A question, with its answers one a line."""

    code: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")
    words: str = Field(min_length=1, max_length=300)
    words_en: str | None = Field(default=None, max_length=300)
    hint: str | None = Field(default=None, max_length=300)
    hint_en: str | None = Field(default=None, max_length=300)
    datatype: Datatype
    required: bool = False
    variable: bool = False
    place: int | None = Field(default=None, ge=1, le=999)
    values: str | None = Field(default=None, max_length=8000)

    def wish(self) -> asking.Wish:
        """The same, as `asking` takes it."""
        return asking.Wish(
            code=self.code,
            words=self.words,
            words_en=self.words_en,
            hint=self.hint,
            hint_en=self.hint_en,
            datatype=self.datatype,
            required=self.required,
            variable=self.variable,
            place=self.place,
            values=asking.parsed_values(self.values),
        )


class HintForm(Form):
    """A class that may be meant instead."""

    other_code: str = Field(pattern=r"^[0-9]{5}$")
    words: str = Field(min_length=1, max_length=200)
    words_en: str | None = Field(default=None, max_length=200)


class RuleForm(Form):
    """A rule of routing."""

    base_version: int | None = Field(default=None, ge=1)
    title: str = Field(min_length=1, max_length=80)
    basis: Basis
    class_prefix: str = Field(default="", pattern=r"^[0-9]{0,5}$")
    priority: int = Field(default=0, ge=-99, le=99)
    where: Where
    grid_kind: GridKind | None = None
    community: int | None = Field(default=None, ge=1)
    grid: str | None = Field(default=None, max_length=20)
    area: str | None = Field(default=None, max_length=40_000)
    days: Days = Days.ANY
    hours_from: time | None = None
    hours_until: time | None = None
    unit: int | None = Field(default=None, ge=1)
    helpers: list[int] = Field(default_factory=list, max_length=20)
    since: date | None = None
    until: date | None = None

    @field_validator("helpers", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class TryForm(Form):
    """A class, a point and a moment to try the rules with."""

    class_code: str | None = Field(default=None, max_length=5)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    at: datetime | None = None

    @field_validator("class_code")
    @classmethod
    def _five_digits(cls, value: str | None) -> str | None:
        if value and not (len(value) == 5 and value.isdecimal()):
            raise ValueError(_("This does not have the right form."))
        return value
