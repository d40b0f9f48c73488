"""What people send about alarms."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.past import AsOf
from webapp.base.web import Form
from webapp.monitoring.alarms.ladders import ROLES, Act, Until
from webapp.monitoring.alarms.rules import CAP_LEAST, CAP_MOST, Outcome, Quiet
from webapp.monitoring.signals import Kind

Weekday = Annotated[int, Field(ge=1, le=7)]


class ListForm(AsOf):
    """How the list is narrowed, and as of which moment."""

    lane: str = "open"
    severity: str | None = None
    kind: str | None = None
    grid: str | None = None
    q: str = Field(default="", max_length=100)
    before: int | None = Field(default=None, ge=1)


class StepForm(Form):
    """A move of an alarm, as the person saw it."""

    base_version: int | None = Field(default=None, ge=0)
    outcome: Outcome | None = None
    note: str | None = Field(default=None, max_length=2000)


class ShelfForm(Form):
    """What rings nobody for a time, and why."""

    quiet: Quiet = Quiet.SHELVED
    source: str | None = Field(default=None, max_length=60)
    device: str | None = Field(default=None, max_length=120)
    kind: Kind | None = None
    begin: datetime | None = None
    hours: float = Field(gt=0, le=1000, allow_inf_nan=False)
    reason: str = Field(min_length=2, max_length=500)

    @field_validator("begin", mode="after")
    @classmethod
    def _zoned(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=clock.Calendar().zone) if value and not value.tzinfo else value


class WindowForm(Form):
    """What rings nobody on some weekdays in some hours, until a last day, and why."""

    source: str | None = Field(default=None, max_length=60)
    device: str | None = Field(default=None, max_length=120)
    kind: Kind | None = None
    weekdays: list[Weekday] = Field(min_length=1, max_length=7)
    begins: time
    ends: time
    first_day: date | None = None
    last_day: date
    reason: str = Field(min_length=2, max_length=500)

    @field_validator("weekdays", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    @field_validator("begins", "ends", mode="after")
    @classmethod
    def _by_the_office(cls, value: time) -> time:
        return value.replace(tzinfo=None)


class CapForm(Form):
    """How often in an hour one device rings for a kind; without a number as often as usual."""

    kind: Kind
    most: int | None = Field(default=None, ge=CAP_LEAST, le=CAP_MOST)


class RungForm(Form):
    """One step of a ladder."""

    after_s: int = Field(ge=0, le=86_400)
    act: Act
    until: Until
    roles: list[str] = Field(default_factory=list, max_length=len(ROLES))

    @field_validator("roles", mode="after")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return [each for each in value if each in ROLES]


class DrillForm(Form):
    """An exercise: of what, where, and what is played."""

    kind: Kind
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    words: str = Field(default="", max_length=500)


class CallForm(Form):
    """Who is called too."""

    account: int = Field(ge=1)


class MergeForm(Form):
    """Into which incident another is taken."""

    into: int = Field(ge=1)


class FiguresForm(Form):
    """Over how many days is counted."""

    days: int = Field(default=7, ge=1, le=366)


def rows_of(sent: Any, most: int) -> list[dict[str, Any]]:
    """The rows of a ladder's form that somebody has filled in."""
    rows = []
    for place in range(most):
        after_s = sent.get(f"after_s-{place}", "").strip()
        if after_s:
            rows.append(
                {
                    "after_s": after_s,
                    "act": sent.get(f"act-{place}", ""),
                    "until": sent.get(f"until-{place}", ""),
                    "roles": sent.getlist(f"roles-{place}"),
                }
            )
    return rows
