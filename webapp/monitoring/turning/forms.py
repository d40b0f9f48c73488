"""What people say about cameras that turn."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.monitoring.cameras.rules import LONGEST_ADDRESS


class SteeringForm(Form):
    """How a camera is reached; without an address the one that is kept stays, with its name and password."""

    address: str | None = Field(default=None, max_length=LONGEST_ADDRESS)
    user: str = Field(default="", max_length=64)
    password: str = Field(default="", max_length=128)
    by_alarm: bool = False
    version: int | None = None


class BearingForm(Form):
    """Whither a preset looks, degrees from north; nothing: nobody knows."""

    bearing: float | None = Field(default=None, ge=0, le=360, allow_inf_nan=False)


class TurnForm(Form):
    """To which preset a camera is turned, and what for."""

    preset: int
    purpose: str = Field(min_length=2, max_length=200)
