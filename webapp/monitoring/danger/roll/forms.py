"""What people send about the roll."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.monitoring.danger.roll.rules import RollState


class RollForm(Form):
    """Which part of the roll."""

    resolved: bool = False


class MarkForm(Form):
    """What is known of somebody, as the person saw it who says so."""

    state: RollState
    base_version: int | None = Field(default=None, ge=0)
