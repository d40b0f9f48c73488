"""What is said about an activity and those who take part."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.community.activities.rules import ActivityKind


class PlanForm(Form):
    """What is done when and where, and how many fit in."""

    kind: ActivityKind
    title: str = Field(min_length=2, max_length=80)
    words: str = Field(min_length=2, max_length=2000)
    place: str = Field(min_length=2, max_length=80)
    begin: datetime
    end: datetime
    capacity: int | None = Field(default=None, ge=1, le=5000)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84


class StepForm(Form):
    """A step of an activity."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=1000)


class SignUpForm(Form):
    """Somebody wants to come."""

    volunteer: bool = False


class WalkInForm(Form):
    """Somebody without an account has come."""

    name: str = Field(min_length=1, max_length=40)
    volunteer: bool = False


class ListForm(Form):
    """How the list is narrowed."""

    q: str = Field(default="", max_length=60)
    state: str | None = None
    kind: str | None = None
    before: int | None = Field(default=None, ge=1)
