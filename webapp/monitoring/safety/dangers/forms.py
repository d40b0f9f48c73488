"""What is said about a hidden danger."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.monitoring.safety.dangers.rules import DangerKind, Level
from webapp.monitoring.safety.forms import Lat, Lon


class FindForm(Form):
    """A hidden danger that somebody found; its photo comes beside it."""

    profile: int | None = Field(default=None, ge=1)
    kind: DangerKind
    level: Level = Level.GENERAL
    words: str = Field(min_length=2, max_length=1000)
    lon: Lon | None = None
    lat: Lat | None = None
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    datum: Datum = Datum.WGS84


class StepForm(Form):
    """A step of a hidden danger; a photo comes beside it where the step wants one."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=1000)
    level: Level | None = None
    responsible: str | None = Field(default=None, max_length=120)
    measures: str | None = Field(default=None, max_length=1000)
    due_on: date | None = None


class ListForm(Form):
    """How the list of hidden dangers is narrowed."""

    q: str = Field(default="", max_length=100)
    lane: str = "open"
    level: str | None = None
    kind: str | None = None
    grid: str | None = None
    after: int | None = None


class NewForm(Form):
    """Of which enterprise the form of a new one is."""

    profile: int | None = Field(default=None, ge=1)
