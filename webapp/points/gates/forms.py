"""What gates and people send about gates. Anything that is not asked for is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import AwareDatetime, ConfigDict, Field, field_validator, model_validator

from webapp.base.web import Form
from webapp.points.gates.rules import Decision, Mode, Order, Reason

_LARGEST = 2**63 - 1
_NAME = r"^[A-Za-z0-9._:-]+$"
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class _Said(Form):
    """What a gate says: nothing but this, so that no face and no identity number slips in."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")

    @field_validator("ts", check_fields=False)
    @classmethod
    def _storable(cls, ts: datetime | None) -> datetime | None:
        if ts is not None and not _EARLIEST <= ts <= _LATEST:
            raise ValueError(str(_l("This is not a date and time.")))
        return ts


class AskForm(_Said):
    """Somebody stands at a lane: may they pass?"""

    boot_id: str = Field(min_length=1, max_length=64, pattern=_NAME, description="of this start")
    seq: int = Field(ge=0, le=_LARGEST, description="counts up from the start")
    ts: AwareDatetime = Field(description="by the clock of the gate")
    lane: int = Field(ge=1, le=8)
    token: str | None = Field(default=None, max_length=512, description="text of the QR code")
    temp_c: float | None = Field(default=None, ge=-50, le=100, allow_inf_nan=False)


class EventForm(AskForm):
    """What the gate did by itself, or how long somebody took for whom it had asked."""

    decision: Decision
    reason: Reason | None = None
    duration_ms: int | None = Field(default=None, ge=0, le=3_600_000)


class HeartbeatForm(_Said):
    """The gate lives."""

    ts: AwareDatetime | None = None
    boot_id: str | None = Field(default=None, min_length=1, max_length=64, pattern=_NAME)
    count_in_booth: int | None = Field(default=None, ge=0, le=100_000)
    queue: int | None = Field(default=None, ge=0, le=100_000, description="people before the gate")
    doors: str | None = Field(default=None, max_length=40, pattern=_NAME)
    faults: list[str] = Field(default_factory=list, max_length=20)
    buffer_len: int = Field(default=0, ge=0, le=_LARGEST, description="events not yet sent")

    @field_validator("faults")
    @classmethod
    def _short(cls, faults: list[str]) -> list[str]:
        return [each.replace("\0", "")[:80] for each in faults]


class AckForm(_Said):
    """A command was carried out, or could not be."""

    ok: bool
    words: str | None = Field(default=None, max_length=200, pattern=r"^[^\x00]*$")


class RulesForm(Form):
    """The pass rules of a gate, as the page sends them."""

    base_version: int | None = None
    lanes: int = Field(ge=1, le=8)
    code_wanted: bool = False
    max_temp_c: float | None = Field(default=None, ge=30, le=45, allow_inf_nan=False)
    per_hour: int = Field(ge=1, le=3600)
    capacity: int | None = Field(default=None, ge=1, le=10_000)
    window_minutes: int = Field(ge=10, le=240)
    keep_days: int = Field(ge=1, le=30)


class SetUpForm(Form):
    """A gate is set up at a point under this name."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,40}$")


class CommandForm(Form):
    """A command to a gate."""

    kind: Order
    limit: int | None = Field(default=None, ge=1, le=3600)
    mode: Mode | None = None

    @model_validator(mode="after")
    def _whole(self) -> CommandForm:
        if self.kind is Order.LIMIT and self.limit is None:
            raise ValueError(str(_l("Say how many people an hour.")))
        if self.kind is Order.MODE and self.mode is None:
            raise ValueError(str(_l("Say how the gate decides.")))
        return self

    @property
    def value(self) -> str | None:
        """What goes with it."""
        if self.kind is Order.LIMIT:
            return str(self.limit)
        return str(self.mode) if self.kind is Order.MODE else None


class ResolveForm(Form):
    """What becomes of somebody who was led aside."""

    base_version: int | None = None
    note: str | None = Field(default=None, max_length=200)


class RegisterForm(Form):
    """The window in which somebody comes."""

    starts_at: AwareDatetime


class DayForm(Form):
    """Which day is looked at."""

    day: date | None = None


def items_of(sent: Any) -> Any:
    """The events of what a gate sent: one, or a list of them under `events`."""
    return sent["events"] if isinstance(sent, dict) and "events" in sent else [sent]
