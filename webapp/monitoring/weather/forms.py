"""What people say about the wind."""

from __future__ import annotations

from typing import Self

from flask_babel import lazy_gettext as _l
from pydantic import Field, model_validator

from webapp.base.flow import Unacceptable
from webapp.base.web import Form
from webapp.monitoring.weather.rules import CALM


class WindForm(Form):
    """The wind as somebody sees it: whence in degrees, m/s, and by what it was seen."""

    whence: float | None = Field(default=None, ge=0, le=360, allow_inf_nan=False)
    speed_ms: float = Field(ge=0, le=60, allow_inf_nan=False)
    seen_by: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _whence_it_blows(self) -> Self:
        """A wind comes from somewhere; calm air does not."""
        if self.speed_ms >= CALM and self.whence is None:
            words = _l("Say whence it blows; only calm air comes from nowhere.")
            raise Unacceptable(words, fields={"whence": words})
        return self
