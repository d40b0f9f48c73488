"""What is sent about webhooks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from webapp.base.web import Form
from webapp.interop.webhooks.rules import (
    LONGEST_NAME,
    LONGEST_URL,
    OVERLAP_H,
    OVERLAP_MOST_H,
    DeliveryState,
)


class EndpointForm(Form):
    """An endpoint: its name, address and types, and as whom it sees."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    url: str = Field(min_length=8, max_length=LONGEST_URL)
    types: list[str]
    to: str | None = Field(default=None, max_length=80)
    base_version: int | None = None

    @field_validator("types", mode="before")
    @classmethod
    def _one_is_a_list(cls, sent: Any) -> Any:
        return [sent] if isinstance(sent, str) else sent


class MoveForm(Form):
    """The version of the endpoint that was on the page."""

    base_version: int | None = None


class SecretForm(Form):
    """For how long the old secret signs beside the new one."""

    hours: int = Field(default=OVERLAP_H, ge=0, le=OVERLAP_MOST_H)


class LogForm(Form):
    """Which messages of an endpoint."""

    state: DeliveryState | Literal[""] = ""
    before: int | None = Field(default=None, ge=1)
