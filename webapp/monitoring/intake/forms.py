"""What people and machines send about the intake."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, field_validator

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Kind, Severity


class GenericForm(BaseModel):
    """Our own JSON as it is described to machines; `readers/generic.py` reads it."""

    ts: str | float = Field(description="ISO 8601 with its zone, or a number since 1970")
    kind: Kind | None = Field(default=None, description="of an alarm")
    state: str = Field(default="raise", pattern="^(raise|update|clear)$")
    id: str | None = Field(
        default=None, max_length=200, description="the source's own name of the alarm, for ever"
    )
    device: str | None = Field(default=None, max_length=200, description="or `camera`, `sensor`")
    severity: Severity | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    accuracy_m: float | None = Field(default=None, ge=0)
    words: str | None = None
    media: list[str] = Field(default_factory=list, max_length=10)
    rule: str | None = None
    score: float | None = Field(default=None, ge=0, le=1)
    exercise: bool = False
    message_id: str | None = Field(default=None, max_length=200)
    source: str | None = Field(default=None, description="its own code, or nothing")
    alive: bool | None = Field(default=None, description="of a sign of life, without `kind`")
    values: dict[str, float] | None = Field(
        default=None, description="of a sensor: each series and its value, without `kind`"
    )
    vessel: str | None = Field(
        default=None,
        max_length=200,
        description="of a position (`lon`, `lat`), without `kind`: MMSI, BeiDou number or name",
    )
    sog: float | None = Field(default=None, ge=0, le=102.2, description="of a position, knots")
    cog: float | None = Field(default=None, ge=0, le=360, description="of a position, degrees")


class SourceForm(Form):
    """A source as the page sends it."""

    name: str = Field(min_length=1, max_length=80)
    formats: list[Format] = Field(min_length=1)
    datum: Datum = Datum.WGS84
    asked: str | None = Field(default=None, max_length=500)
    unasked: bool = False
    version: int | None = None

    @field_validator("formats", mode="before")
    @classmethod
    def _one_is_a_list(cls, sent: Any) -> Any:
        return [sent] if isinstance(sent, str) else sent

    def described(self) -> Described:
        """The same for the actions."""
        return Described(
            self.name, tuple(self.formats), self.datum, asked=self.asked, unasked=self.unasked
        )


class NewSourceForm(SourceForm):
    """A new source."""

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,23}$")


class DeadForm(Form):
    """Where the list of unreadable messages goes on."""

    after: int | None = None
