"""What people say about the ways to sources."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.monitoring.cameras.rules import LONGEST_ADDRESS


class WayForm(Form):
    """How a source is reached; without an address all that is kept stays as it is."""

    address: str | None = Field(default=None, max_length=LONGEST_ADDRESS)
    user: str = Field(default="", max_length=120)
    password: str = Field(default="", max_length=200)
    key: str = Field(default="", max_length=500)
    version: int | None = None
