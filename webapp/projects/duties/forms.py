"""What is said about tough items, meetings and resolutions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field, field_validator

from webapp.people import days
from webapp.projects.forms import VersionForm


class ToughForm(VersionForm):
    """A new tough item."""

    title: str = Field(min_length=2, max_length=120)
    words: str | None = Field(default=None, max_length=2000)
    owner: int = Field(ge=1)
    due_on: date


class NoteForm(VersionForm):
    """A move of a duty."""

    note: str | None = Field(default=None, max_length=2000)


class MinutesForm(VersionForm):
    """What was said at a meeting."""

    minutes: str = Field(min_length=2, max_length=10_000)


class MeetingForm(VersionForm):
    """A meeting that was held, or is to be."""

    held_at: datetime
    place: str = Field(min_length=2, max_length=120)
    agenda: str = Field(min_length=2, max_length=4000)
    chair: int = Field(ge=1)
    present: list[int] = Field(default_factory=list, max_length=60)
    guests: str | None = Field(default=None, max_length=500)
    minutes: str | None = Field(default=None, max_length=10_000)

    @field_validator("present", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    @field_validator("held_at")
    @classmethod
    def _here(cls, value: datetime) -> datetime:
        """A moment without a zone is one of the office."""
        return value if value.tzinfo else value.replace(tzinfo=days.zone())


class ResolutionForm(VersionForm):
    """What was resolved."""

    words: str = Field(min_length=2, max_length=1000)
    owner: int = Field(ge=1)
    due_on: date
