"""What is said about the safety of an enterprise."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from flask_babel import gettext as _
from pydantic import Field, model_validator

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.monitoring.safety.rules import LicenceKind, PointKind, Risk, Trade
from webapp.people.rules import Premises

Number = Annotated[float, Field(allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class SafetyForm(Form):
    """What safety wants to know of an enterprise that is in the register."""

    trade: Trade
    risk: Risk
    people: int | None = Field(default=None, ge=0, le=100_000)
    officer: str | None = Field(default=None, max_length=80)
    note: str | None = Field(default=None, max_length=1000)
    version: int | None = None


class ProfileForm(SafetyForm):
    """The same with what the register wants to know of it."""

    name: str = Field(min_length=2, max_length=120)
    credit_code: str | None = Field(default=None, max_length=40)
    premises: Premises | None = None
    address: str | None = Field(default=None, max_length=200)
    contact_post: str | None = Field(default=None, max_length=80)
    contact_phone: str | None = Field(default=None, max_length=40)
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = Datum.WGS84


class PointForm(Form):
    """A hazard point. Without a place it stands where its enterprise does."""

    kind: PointKind
    name: str = Field(min_length=1, max_length=80)
    amount: Number | None = Field(default=None, ge=0, le=1e9)
    unit: str | None = Field(default=None, max_length=20)
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = Datum.WGS84

    @model_validator(mode="after")
    def _with_unit(self) -> Self:
        if self.amount is not None and not self.unit:
            raise ValueError(_("An amount needs its unit, for example t or m³."))
        return self


class ProcedureForm(Form):
    """A key procedure."""

    procedure: str = Field(min_length=1, max_length=80)
    words: str | None = Field(default=None, max_length=500)


class WatchForm(Form):
    """What watches: a camera, a zone of one, or a sensor, by its number."""

    device: str = Field(pattern=r"^(camera|zone|sensor):[0-9]{1,18}$")


class LicenceForm(Form):
    """A licence; its file comes beside it."""

    licence: LicenceKind
    number: str = Field(min_length=1, max_length=60)
    issued_on: date | None = None
    expires_on: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.issued_on is not None and self.expires_on < self.issued_on:
            raise ValueError(_("A licence ends after it was issued."))
        return self


class RenewForm(Form):
    """Until when a licence holds now."""

    number: str | None = Field(default=None, max_length=60)
    issued_on: date | None = None
    expires_on: date


class ListForm(Form):
    """How the list of enterprises is narrowed."""

    q: str = Field(default="", max_length=100)
    grid: str | None = None
    risk: str | None = None
    trade: str | None = None
    expiring: int | None = Field(default=None, ge=0, le=365)
    after: int | None = None
