"""What is said about sensors, in forms and in files of values."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated

from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.datum import Datum
from webapp.base.flow import Unacceptable
from webapp.base.web import Form
from webapp.monitoring.letters import text_of
from webapp.monitoring.sensors.actions import MOST_ROWS, Described
from webapp.monitoring.sensors.rules import SILENT_S, Limit, Measure, Quantity
from webapp.monitoring.signals import Severity

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]


class SensorForm(Form):
    """The fields of a sensor."""

    name: str = Field(min_length=1, max_length=120)
    lon: Number | None = Field(default=None, ge=-180, le=180)
    lat: Number | None = Field(default=None, ge=-90, le=90)
    datum: Datum = Datum.WGS84
    calibrated_until: date | None = None
    silent_s: int = Field(default=SILENT_S, ge=30, le=604_800)
    version: int | None = None

    def described(self) -> Described:
        """The same for the actions."""
        return Described(
            **self.model_dump(exclude={"version", "source", "code", "quantity", "series"})
        )


class NewSensorForm(SensorForm):
    """A new sensor with its first series."""

    source: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,23}$")
    code: str = Field(min_length=1, max_length=200)
    series: str = Field(default="result", min_length=1, max_length=200)
    quantity: Quantity


class SeriesForm(Form):
    """A further series of a sensor."""

    series: str = Field(min_length=1, max_length=200)
    quantity: Quantity


class ThresholdForm(Form):
    """From when on a series is an alarm; `instead_of` is the threshold it takes the place of."""

    stream: int
    instead_of: int | None = None
    measure: Measure = Measure.VALUE
    side: str = Field(default="above", pattern="^(above|below)$")
    raise_at: Number
    clear_at: Number
    hold_s: int = Field(default=0, ge=0, le=86_400)
    severity: Severity

    def limit(self) -> Limit:
        """The same for the rules."""
        return Limit(
            raise_at=self.raise_at,
            clear_at=self.clear_at,
            above=self.side == "above",
            hold=timedelta(seconds=self.hold_s),
            measure=self.measure,
            severity=self.severity,
        )


class ListForm(Form):
    """How the list of sensors is narrowed."""

    q: str = Field(default="", max_length=100)
    after: int | None = None


class SpanForm(Form):
    """How many days of values are shown."""

    days: int = Field(default=1, ge=1, le=90)


def rows_of(body: bytes, zone: tzinfo) -> list[tuple[datetime, float]]:
    """The moments and values of a CSV file: two columns, the first line may be a heading.

    Times without an offset are local. Raises `Unacceptable` naming the first bad line.
    """
    try:
        lines = list(csv.reader(io.StringIO(text_of(body))))
    except (ValueError, csv.Error) as error:
        raise _refused(0) from error
    if len(lines) > MOST_ROWS:
        words = _l("There are more than %(n)s values. Send them in parts.", n=MOST_ROWS)
        raise Unacceptable(words, fields={"file": words})
    found = []
    for number, cells in enumerate(lines, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            at, value = datetime.fromisoformat(cells[0].strip()), float(cells[1])
            at = at if at.tzinfo else at.replace(tzinfo=zone)
            if not -1e9 <= value <= 1e9:
                raise ValueError("no value is so large")
        except (ValueError, IndexError) as error:
            if number == 1:
                continue  # the heading
            raise _refused(number) from error
        found.append((at, value))
    if not found:
        raise _refused(1)
    return found


def _refused(line: int) -> Unacceptable:
    words = _l("Line %(n)s holds no time and value.", n=line)
    return Unacceptable(words, fields={"file": words})
