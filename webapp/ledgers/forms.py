"""What is asked of ledgers: where, of which month, with which words; what for."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext
from pydantic import Field, field_validator

from webapp.base.web import Form, PurposeForm
from webapp.ledgers.rules import Form as Written


class AskForm(Form):
    """Which rows: the place by its code, the month as `2026-11`, words."""

    place: str = Field(default="", max_length=20)
    month: date | None = None
    q: str = Field(default="", max_length=60)
    after: int | None = Field(default=None, ge=0)

    @field_validator("month", mode="before")
    @classmethod
    def _first_day(cls, value: object) -> object:
        return f"{value}-01" if isinstance(value, str) and len(value) == 7 else value

    @field_validator("month")
    @classmethod
    def _of_month(cls, value: date | None) -> date | None:
        return value.replace(day=1) if value else None


class LookForm(AskForm, PurposeForm):
    """The same for a purpose."""


class FileForm(AskForm):
    """The same as a file; rows about people want a purpose."""

    form: Written = Written.XLSX
    whole: bool = False
    purpose: str | None = Field(default=None, min_length=2, max_length=200)

    @field_validator("form")
    @classmethod
    def _of_files(cls, value: Written) -> Written:
        if value is Written.PAGE:
            raise ValueError(gettext("Choose one of the list."))
        return value


class LayoutForm(Form):
    """Which layout: the number of one that is looked at, or of the one that is changed (0: none yet)."""

    number: int | None = Field(default=None, ge=1)
    base: int = Field(default=0, ge=0)


class OlderForm(Form):
    """Where in a list of what was frozen or taken."""

    ledger: str | None = None
    before: int | None = Field(default=None, ge=1)
