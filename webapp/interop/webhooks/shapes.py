"""What a message tells of a thing, as JSON schemas: never a person, never free words but those published."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Told(BaseModel):
    """What every message tells of its thing."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(
        description="Number of the event within its thing: of two messages the higher is newer."
    )
    url: str = Field(description="The page of the thing.")


class Grid(BaseModel):
    """A governance grid."""

    code: str
    name: str


class CaseClass(BaseModel):
    """A class of cases."""

    code: str
    name: str


class CaseTold(Told):
    """A case, as the public may know it; `step` and `before` only for who may see the case."""

    number: str
    state: Literal["accepted", "working", "on_hold", "handled", "closed", "withdrawn"] | None = (
        Field(
            description="As the public is told; withdrawn: it is not public any more; null: not yet."
        )
    )
    step: str | None = None
    before: str | None = None
    case_class: CaseClass | None = Field(default=None, serialization_alias="class")
    grid: Grid | None = None
    department: str | None = None
    lon: float | None = Field(default=None, description="WGS 84.")
    lat: float | None = None
    coarse: bool = Field(default=False, description="The place is told to the next 100 m only.")
    received_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None


class AlarmTold(Told):
    """An alarm."""

    id: int
    kind: str
    severity: str
    state: str
    before: str | None
    outcome: str | None
    exercise: bool = Field(description="It belongs to an exercise: nothing has happened.")
    grid: Grid | None
    lon: float | None = Field(description="WGS 84.")
    lat: float | None
    received_at: datetime
    closed_at: datetime | None


class ApplicationTold(Told):
    """An application for a service; nothing of whoever applied."""

    number: str | None
    item: str
    state: str
    before: str | None
    station: str | None
    department: str
    submitted_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None


class ProjectTold(Told):
    """A project."""

    id: int
    name: str
    kind: str
    state: str
    before: str | None
    grid: Grid | None


class ZoneTold(Told):
    """A danger zone."""

    id: int
    kind: str
    state: str
    exercise: bool = Field(description="It belongs to an exercise: nothing has happened.")
    alarm_id: int | None
    enforced_at: datetime | None
    ended_at: datetime | None


class NewsTold(Told):
    """A piece of news."""

    id: int
    category: str
    title: str
    title_en: str | None
    unit: str
    published_at: datetime | None


class TestTold(BaseModel):
    """A test, sent by a button or a command."""

    # A name that pytest shall not collect.
    __test__ = False

    words: str
