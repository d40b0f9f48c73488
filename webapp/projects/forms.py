"""What is said about projects."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Self

from flask_babel import gettext as _
from pydantic import Field, field_validator, model_validator

from webapp.base import drawn
from webapp.base.past import AsOf
from webapp.base.web import Form
from webapp.people.outdoors import HappenedForm
from webapp.projects.rules import Cause, ProjectKind, ProjectState, StageKind, TeamRole

MOST_WAN = 100_000_000


class ListForm(AsOf):
    """How the list is narrowed, and as of which moment."""

    q: str = Field(default="", max_length=100)
    state: ProjectState | None = None
    grid: str | None = Field(default=None, max_length=20)
    blocked: bool = False
    late: bool = False
    before: int | None = Field(default=None, ge=1)


class ProjectForm(Form):
    """A new project."""

    name: str = Field(min_length=2, max_length=80)
    kind: ProjectKind
    leader: int = Field(ge=1)
    enterprise: int | None = Field(default=None, ge=1)
    investment_wan: int | None = Field(default=None, ge=1, le=MOST_WAN)
    words: str | None = Field(default=None, max_length=2000)
    provenance: str = Field(min_length=2, max_length=200)


class VersionForm(Form):
    """A deed on a project, as the person saw it."""

    base_version: int | None = Field(default=None, ge=0)


class StepForm(VersionForm):
    """A move of a project."""

    note: str | None = Field(default=None, max_length=2000)


class LeaderForm(VersionForm):
    """Who leads from now on."""

    leader: int = Field(ge=1)


class MemberForm(VersionForm):
    """Who has a task of the team from now on; nobody: it is free."""

    role: TeamRole
    account: int | None = Field(default=None, ge=1)


class Span(Form):
    """The first and the last day of a stage."""

    begins: date
    ends: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends < self.begins:
            raise ValueError(_("The last day is before the first one."))
        return self


class PlanForm(VersionForm):
    """A version of the plan: what is done, and from when until when each stage goes."""

    words: str = Field(min_length=2, max_length=4000)
    stages: dict[StageKind, Span] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _by_stage(cls, sent: Any) -> Any:
        """The fields of a page are named `relocation_begins`, `relocation_ends` and so on."""
        if "stages" in sent:
            return sent
        stages: dict[str, dict[str, Any]] = {}
        for kind in StageKind:
            for end in ("begins", "ends"):
                if f"{kind}_{end}" in sent:
                    stages.setdefault(kind.value, {})[end] = sent[f"{kind}_{end}"]
        return {**sent, "stages": stages}


class SiteForm(VersionForm):
    """A piece of ground, as corners in degrees WGS 84."""

    name: str | None = Field(default=None, max_length=80)
    corners: str = Field(max_length=4000)
    provenance: str = Field(min_length=2, max_length=200)

    @field_validator("corners")
    @classmethod
    def _an_area(cls, value: str) -> str:
        return drawn.plain(drawn.in_one_line(value))


class BlockerForm(VersionForm):
    """What holds the project up."""

    cause: Cause
    words: str = Field(min_length=2, max_length=1000)


class ClearForm(VersionForm):
    """How something was cleared away."""

    words: str = Field(min_length=2, max_length=1000)


class EntryForm(HappenedForm):
    """What was done on a day: today, or the day on which a phone kept it."""

    words: str = Field(min_length=2, max_length=2000)
    people: int | None = Field(default=None, ge=0, le=100_000)
    machines: int | None = Field(default=None, ge=0, le=10_000)
    mark: uuid.UUID | None = None

    @property
    def name(self) -> uuid.UUID | None:
        """The phone's own name of the entry, or that of the form: it arrives once."""
        return self.client_id or self.mark
