"""What is said about a zone, and where four points of a picture lie."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Self

from flask_babel import lazy_gettext as _l
from pydantic import Field, field_validator, model_validator

from webapp.base import clock
from webapp.base.flow import Unacceptable
from webapp.base.web import Form
from webapp.monitoring.video.ground import PAIRS, Pair
from webapp.monitoring.video.rules import (
    LASTING,
    LONGEST_S,
    USUAL_INERTIA,
    USUAL_LEVEL,
    Corners,
    ZoneKind,
)

Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class ZoneForm(Form):
    """A zone as it is drawn or typed: `corners` are lines of two numbers from 0 to 1."""

    name: str = Field(min_length=1, max_length=60)
    kind: ZoneKind
    corners: str = Field(min_length=1, max_length=2000)
    inertia: int = Field(default=USUAL_INERTIA, ge=1, le=50)
    seconds: float | None = Field(default=None, ge=0, le=LONGEST_S, allow_inf_nan=False)
    level: Share = USUAL_LEVEL
    any_motion: bool = False
    begins: time | None = None
    ends: time | None = None
    version: int | None = None

    @model_validator(mode="after")
    def _hours_have_both_ends(self) -> Self:
        if (self.begins is None) != (self.ends is None):
            raise ValueError(str(_l("Say both from when and until when, or neither.")))
        return self

    @property
    def lasting(self) -> float:
        """How many seconds it must last."""
        if self.kind not in LASTING:
            return 0.0
        return self.seconds if self.seconds else LASTING[self.kind]

    def polygon(self) -> Corners:
        """The corners; `Unacceptable` where a line is not two numbers."""
        return tuple((x, y) for x, y in _numbers(self.corners, 2, "corners"))


class ReplayForm(Form):
    """Of which moment the recording is looked at, by the clock of the office, and what for."""

    moment: datetime
    looked_for: str = Field(min_length=2, max_length=200)

    @field_validator("moment", mode="after")
    @classmethod
    def _zoned(cls, value: datetime) -> datetime:
        zoned = value if value.tzinfo else value.replace(tzinfo=clock.Calendar().zone)
        if zoned > clock.now():
            raise ValueError(str(_l("There is no recording of what is to come.")))
        return zoned


class FilmForm(Form):
    """Of which event of an alarm the recorder's film is wanted, and what for."""

    event: str = Field(min_length=1, max_length=200)
    purpose: str = Field(min_length=2, max_length=200)


class GroundForm(Form):
    """Four lines: across and down in the picture, longitude and latitude on the ground. Nothing: none."""

    ground: str = Field(default="", max_length=500)

    def pairs(self) -> list[Pair]:
        """The four points; `Unacceptable` where a line is not four numbers."""
        rows = [(a, b, c, d) for a, b, c, d in _numbers(self.ground, PAIRS, "ground")]
        if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for _x, _y, lon, lat in rows):
            words = _l("A place is a longitude and a latitude in degrees.")
            raise Unacceptable(words, fields={"ground": words})
        return rows


def _numbers(text: str, count: int, field: str) -> list[list[float]]:
    rows = []
    for line in text.replace(";", "\n").splitlines():
        if not line.strip():
            continue
        try:
            row = [float(each) for each in line.replace("，", " ").replace(",", " ").split()]
        except ValueError:
            row = []
        if len(row) != count or not all(abs(each) <= 360 for each in row):
            words = _l("Write %(n)s numbers in each line, like 0.25, 0.8", n=count)
            raise Unacceptable(words, fields={field: words})
        rows.append(row)
    return rows
