"""What is said about a topic."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.community.deliberation.council_rules import Strata
from webapp.community.deliberation.procedures import Choice, Stage
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

    @field_validator("meeting_at", "closes_at", mode="after")
    @classmethod
    def _of_the_office(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=clock.Calendar().zone) if value and not value.tzinfo else value


class ListForm(Form):
    """How a list of topics is narrowed."""

    q: str = Field(default="", max_length=60)
    show: str = "open"
    level: str | None = None
    theme: str | None = None
    grid: str | None = None
    before: int | None = Field(default=None, ge=1)


class FollowUpForm(Form):
    """Something that is to be done by somebody until a day."""

    words: str = Field(min_length=2, max_length=200)
    owner: str = Field(min_length=2, max_length=60)
    due_on: date


class StageForm(Form):
    """A decision before the vote: when, how many were there, how many agreed."""

    stage: Stage
    held_on: date
    present: int = Field(ge=1, le=100_000)
    agree: int = Field(ge=0, le=100_000)
    note: str | None = Field(default=None, max_length=300)


class DoneForm(Form):
    """On which day something was done."""

    done_on: date


class WordsForm(Form):
    """What somebody says, in words."""

    words: str = Field(min_length=2, max_length=1000)


class RatingForm(Form):
    """How content somebody is with the result."""

    rating: int = Field(ge=1, le=5)
    words: str | None = Field(default=None, max_length=300)


class VoteForm(Form):
    """A vote."""

    choice: Choice


class CountForm(Form):
    """For how many days what has passed is publicised."""

    days: int | None = Field(default=None, ge=1, le=7)


class SheetForm(Form):
    """A sheet of votes on paper: of a secret vote the numbers of the roll and the counts."""

    numbers: str = Field(default="", max_length=8000)
    yes: int = Field(default=0, ge=0, le=100_000)
    no: int = Field(default=0, ge=0, le=100_000)
    abstain: int = Field(default=0, ge=0, le=100_000)
    yes_numbers: str = Field(default="", max_length=8000)
    no_numbers: str = Field(default="", max_length=8000)
    abstain_numbers: str = Field(default="", max_length=8000)


class ReceiptForm(Form):
    """The code with which somebody finds their ballot."""

    code: str = Field(default="", max_length=40)


class CouncilForm(Form):
    """A council that is to be drawn: how many seats, shared by what, and from where the seed will come."""

    title: str = Field(min_length=2, max_length=60)
    seats: int = Field(ge=1, le=200)
    strata: Strata = Strata.NONE
    source: str = Field(min_length=2, max_length=200)
    grid: str = Field(min_length=1, max_length=40)


class SeedForm(Form):
    """The seed as it was published."""

    seed: str | None = Field(default=None, min_length=4, max_length=200)
