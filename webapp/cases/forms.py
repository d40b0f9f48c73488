"""What people and machines send to the case desk."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, field_validator, model_validator
from werkzeug.datastructures import MultiDict

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.cases.rules import HoldReason, RejectReason, Stage
from webapp.people.outdoors import HappenedForm, StoodForm

# What the name of a field begins with that answers a question of the class.
ANSWER = "answer."


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
