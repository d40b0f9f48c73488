"""What the port manager lays down for what happens at sea, and asks of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from pydantic import Field

from webapp.base import clock
from webapp.base.web import Form
from webapp.ports.rules import ZONE
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


class TrackForm(Form):
    """So many hours of a track, until now or until the end of a day."""

    hours: int = Field(default=24, ge=1, le=744)
    day: date | None = Field(default=None, ge=date(2020, 1, 1), le=date(2100, 1, 1))

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last moment of it."""
        until = clock.now()
        if self.day is not None:
            until = datetime.combine(self.day + timedelta(days=1), time(), ZONE)
        return until - timedelta(hours=self.hours), until
