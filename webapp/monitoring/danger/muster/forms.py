"""What people send about muster points."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.monitoring.danger.muster.rules import MOST_PEOPLE


class MusterForm(Form):
    """A place where people gather. Degrees WGS 84."""

    name: str = Field(min_length=2, max_length=80)
    capacity: int = Field(ge=1, le=MOST_PEOPLE)
    words: str | None = Field(default=None, max_length=300)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    base_version: int | None = Field(default=None, ge=0)


class HereForm(Form):
    """Where somebody is who asks for a way."""

    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
