"""What is said about pages of the book and their lines."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from webapp.base.web import Form


class PrintForm(Form):
    """How many pages are printed, and for which grid."""

    grid: str = Field(max_length=20)
    many: int = Field(default=1, ge=1, le=20)


class AsideForm(Form):
    """Why a line is no opinion."""

    why: str | None = Field(default=None, max_length=200)


class SlipsForm(Form):
    """The opinions whose replies are printed."""

    opinions: list[int] = Field(default_factory=list, max_length=200)

    @field_validator("opinions", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]
