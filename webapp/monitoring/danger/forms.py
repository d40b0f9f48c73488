"""What people send about danger zones."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from webapp.base import drawn
from webapp.base.web import Form
from webapp.monitoring.danger.guide import Fire, Size
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.danger.rules import DangerKind
from webapp.monitoring.danger.said import Said

# More grids at once are drawn by hand.
MOST_GRIDS = 40

Whence = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]


class ListForm(Form):
    """Which zones."""

    ended: bool = False
    before: int | None = Field(default=None, ge=1)


class FromForm(Form):
    """Because of which alarm."""

    alarm: int | None = Field(default=None, ge=1)


class ZoneForm(Form):
    """Where it is dangerous and why; `corners` are lines of longitude and latitude."""

    kind: DangerKind
    words: str | None = Field(default=None, max_length=500)
    exercise: bool = False
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    wind_from: Whence | None = None
    wind_ms: float | None = Field(default=None, ge=0, le=60, allow_inf_nan=False)
    sky: Sky | None = None
    size: Size | None = None
    rate_kg_s: float | None = Field(default=None, gt=0, le=1000, allow_inf_nan=False)
    burns: Fire | None = None
    grids: list[int] = Field(default_factory=list, max_length=MOST_GRIDS)
    corners: str | None = Field(default=None, max_length=4000)
    base_version: int | None = Field(default=None, ge=0)

    @field_validator("grids", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    @field_validator("corners")
    @classmethod
    def _an_area(cls, value: str | None) -> str | None:
        return drawn.plain(drawn.in_one_line(value)) if value else None

    def said(self) -> Said:
        """The same as the rules of zones read it."""
        known = self.model_dump(exclude={"words", "exercise", "base_version", "grids"})
        return Said(**{**known, "grids": tuple(sorted(set(self.grids)))})


class StepForm(Form):
    """A move of a zone, as the person saw it."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=2000)
