"""What is said about a topic."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.community.deliberation.rules import Came, Level
from webapp.community.livelihood.rules import Category


class TopicForm(Form):
    """A topic as somebody proposes it: what is to be decided, and where."""

    title: str = Field(min_length=2, max_length=80)
    words: str = Field(min_length=2, max_length=2000)
    theme: Category
    came: Came = Came.VISIT
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84


class StepForm(Form):
    """A step of a topic; a picture comes beside it where the step takes one."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=1000)
    words: str | None = Field(default=None, max_length=4000)
    level: Level | None = None
    procedure: str | None = Field(default=None, max_length=40)
    building: int | None = Field(default=None, ge=1)
    within_m: int | None = Field(default=None, ge=10, le=5000)
    into: int | None = Field(default=None, ge=1)
    meeting_at: datetime | None = None
    meeting_place: str | None = Field(default=None, max_length=120)
    closes_at: datetime | None = None
    secret: bool = False
    online: bool = False
    days: int | None = None


class ListForm(Form):
    """How a list of topics is narrowed."""

    q: str = Field(default="", max_length=60)
    lane: str = "open"
    level: str | None = None
    theme: str | None = None
    grid: str | None = None
    before: int | None = Field(default=None, ge=1)


class FollowUpForm(Form):
    """Something that is to be done by somebody until a day."""

    words: str = Field(min_length=2, max_length=200)
    owner: str = Field(min_length=2, max_length=60)
    due_on: date
