"""What people and machines send to the case desk."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from pydantic import AwareDatetime, Field, field_validator, model_validator
from werkzeug.datastructures import MultiDict

from webapp.base import clock
from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.cases.proof import Stood
from webapp.cases.rules import HoldReason, RejectReason, Stage

# A phone's clock may run a little ahead; an unsent report may be some weeks old.
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)

# What the name of a field begins with that answers a question of the class.
ANSWER = "answer."


class HappenedForm(Form):
    """Something done on a phone: when it was done there, and the mark by which it arrives once."""

    client_id: uuid.UUID | None = None
    happened_at: AwareDatetime | None = None
    # Where the person stood, if they chose to say so.
    here_lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    here_lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    here_accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)

    @field_validator("happened_at")
    @classmethod
    def _not_in_the_future(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value > clock.now() + AHEAD:
            raise ValueError(_("This lies in the future. Is the clock of the phone right?"))
        if value < clock.now() - OLDEST:
            raise ValueError(_("This is more than 30 days ago."))
        return value.astimezone(UTC)


class StoodForm(HappenedForm):
    """Something done on a phone that may say where it was at that moment."""

    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    heading: float | None = Field(default=None, ge=0, le=360, allow_inf_nan=False)

    @property
    def stood(self) -> Stood | None:
        """Where the phone was; None when it did not say."""
        if self.lon is None or self.lat is None:
            return None
        return Stood(self.lon, self.lat, self.accuracy_m, self.datum, self.heading)


class AnsweringForm(Form):
    """What was answered to the questions of the class."""

    # To the questions of the class: in a form the fields `answer.CODE`, in JSON one object.
    answers: dict[str, str | float | bool | list[str]] = Field(default_factory=dict, max_length=60)

    @model_validator(mode="before")
    @classmethod
    def _gather_answers(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        given = {
            name.removeprefix(ANSWER): value
            for name, value in sent.items()
            if name.startswith(ANSWER)
        }
        return {**sent, "answers": given} if given else sent


class ReportForm(HappenedForm, AnsweringForm):
    """A report: what, where, and in which words; `solved` on the spot already, and how."""

    class_code: str = Field(pattern=r"^[0-9]{5}$")
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    words: str | None = Field(default=None, max_length=4000)
    where_words: str | None = Field(default=None, max_length=300)
    said_grid: str | None = Field(default=None, max_length=20)
    solved: bool = False
    solved_note: str | None = Field(default=None, max_length=2000)


def with_spot(source: Any) -> Any:
    """Without a script there is no pin: a named place stands for the point."""
    lon, _comma, lat = source.form.get("spot", "").partition(",")
    if lat and not source.form.get("lon"):
        source.form = source.form.copy()
        source.form["lon"], source.form["lat"] = lon, lat
    return source


def answers_of(sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """What a form answers to the questions of a class, as it was sent."""
    return {
        name.removeprefix(ANSWER): sent.getlist(name) for name in sent if name.startswith(ANSWER)
    }


class MediaForm(StoodForm):
    """A picture or voice note that follows its case."""

    stage: Stage = Stage.FOUND


class MoveForm(StoodForm):
    """A step of a case: the version the person saw, and whatever the step asks for.

    `insisted`: the version seen is somebody else's newer one, and the step is wanted all the same.
    """

    base_version: int | None = Field(default=None, ge=0)
    insisted: bool = False
    worker: int | None = Field(default=None, ge=1)
    anyway: bool = False
    unit: int | None = Field(default=None, ge=1)
    helpers: list[int] = Field(default_factory=list, max_length=20)
    condition_id: int | None = Field(default=None, ge=1)
    reason: RejectReason = RejectReason.OTHER
    hold: HoldReason = HoldReason.OTHER
    review_on: date | None = None
    days: int | None = Field(default=None, ge=1, le=60)
    into: str | None = Field(default=None, max_length=40)
    note: str | None = Field(default=None, max_length=2000)

    @field_validator("helpers", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    @property
    def to(self) -> int | None:
        """Who is sent."""
        return self.worker


class CorrectForm(Form):
    """The class or the grid of a case, put right."""

    base_version: int | None = Field(default=None, ge=0)
    class_code: str | None = Field(default=None, pattern=r"^[0-9]{5}$")
    grid: str | None = Field(default=None, max_length=20)
    note: str = Field(min_length=1, max_length=500)
