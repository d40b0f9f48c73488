"""What people send about the rota and skills."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from pydantic import Field, field_validator

from webapp.base.web import Form
from webapp.cases.rota.rules import Skill
from webapp.people import days


class RotaForm(Form):
    """Which week of the rota, and whom of it."""

    week: date | None = None
    q: str = Field(default="", max_length=60)

    @property
    def monday(self) -> date:
        """The first day of the week."""
        day = self.week or days.today()
        return day - timedelta(days=day.weekday())


class ShiftForm(Form):
    """Who is on duty: from which day to which, from which hour to which."""

    people: list[int] = Field(default_factory=list, max_length=500)
    first: date
    last: date
    begin: time
    end: time

    @field_validator("people", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class WeekForm(Form):
    """The week that is filled from the one before."""

    week: date

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return self.week - timedelta(days=self.week.weekday())


class SkillForm(Form):
    """What somebody can do, and to which day."""

    skill: Skill
    last: date | None = None
