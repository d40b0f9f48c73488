"""What people send to apply, to move an application, and to look at what is personal in it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.web import Form
from webapp.services.applications.rules import Delivered, Mandated


class ApplyForm(Form):
    """An application beside its own fields: where the applicant lives, and what is wished."""

    client_id: uuid.UUID | None = None
    grid: int | None = Field(default=None, ge=1)
    home_service: bool = False
    keep: bool = False


class MandateForm(Form):
    """How somebody was told to apply for another."""

    how: Mandated
    mandate: str = Field(min_length=2, max_length=500)


class StepForm(Form):
    """A step of an application; each step takes of it what it needs."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=2000)
    lacking: str | None = Field(default=None, max_length=2000)
    where: str | None = Field(default=None, max_length=500)
    law: str | None = Field(default=None, max_length=1000)
    remedy: str | None = Field(default=None, max_length=1000)
    way: Delivered | None = None
    rating: int | None = Field(default=None, ge=1, le=5)
    words: str | None = Field(default=None, max_length=2000)


class SeenForm(Form):
    """The paper whose original was seen."""

    paper: str = Field(min_length=1, max_length=60)


class VisitForm(Form):
    """When somebody comes to the applicant's home, by the clock of the office, and who."""

    at: datetime
    visitor: int = Field(ge=1)

    @field_validator("at")
    @classmethod
    def _ahead(cls, value: datetime) -> datetime:
        moment = value if value.tzinfo else value.replace(tzinfo=clock.Calendar().zone)
        if moment < clock.now():
            raise ValueError(_("This lies in the past."))
        return moment.astimezone(UTC)


class ListForm(Form):
    """Which applications."""

    show: str = Field(default="waiting", pattern="^(waiting|open|ended)$")
    q: str = Field(default="", max_length=60)
    before: int | None = Field(default=None, ge=1)


def nonempty(sent: Any) -> dict[str, Any]:
    """The fields of a request that say something."""
    return {name: value for name, value in sent.items() if value}
