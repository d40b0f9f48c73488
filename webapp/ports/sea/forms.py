"""What the port manager lays down for what happens at sea."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.ports.sea.rules import LIMIT_BOUNDS, Limits


def _number(name: str) -> int:
    least, most = LIMIT_BOUNDS[name]
    made: int = Field(ge=least, le=most)
    return made


class LimitsForm(Form):
    """From when on it is an alarm."""

    report_min: int = _number("report_min")
    silent_h: int = _number("silent_h")
    drift_m: int = _number("drift_m")
    overnight_m: int = _number("overnight_m")
    unanswered_min: int = _number("unanswered_min")
    version: int | None = None

    def limits(self) -> Limits:
        """The same for the rules."""
        return Limits(**self.model_dump(exclude={"version"}))
