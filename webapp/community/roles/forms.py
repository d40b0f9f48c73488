"""What is said about neighbourhood roles, property companies and the models of communities."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from webapp.base.web import Form
from webapp.community.roles.rules import RoleKind


class RoleForm(Form):
    """Who takes which role, where, from when until when."""

    kind: RoleKind
    grid: str = Field(max_length=20)
    building: int | None = Field(default=None, ge=1)
    name: str = Field(min_length=1, max_length=60)
    phone: str | None = Field(default=None, max_length=40)
    account_phone: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=300)
    since: date
    until: date | None = None


class EndForm(Form):
    """The first day on which a term does not hold any more."""

    until: date


class CompanyForm(Form):
    """A property company."""

    name: str = Field(min_length=2, max_length=80)
    phone: str | None = Field(default=None, max_length=40)


class TermForm(Form):
    """From when a company looks after a building."""

    building: int = Field(ge=1)
    since: date
    until: date | None = None


class RatingForm(Form):
    """What is said beside the scores, which come as one field for each criterion."""

    words: str | None = Field(default=None, max_length=500)
    unit: int | None = Field(default=None, ge=1)


class ModelForm(Form):
    """A community's own model."""

    name: str = Field(min_length=2, max_length=60)
    words: str = Field(min_length=2, max_length=4000)


class ListForm(Form):
    """How the list is narrowed."""

    kind: str | None = None
    grid: str | None = None
    before: int | None = Field(default=None, ge=1)
