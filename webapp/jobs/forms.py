"""What people send about jobs: a posting, a profile, steps of an introduction, filters of lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Request, current_app
from flask_babel import lazy_gettext as _l
from pydantic import Field, field_validator

from webapp.base.datum import Datum
from webapp.base.flow import Unacceptable
from webapp.base.web import Form
from webapp.jobs.pay import PayUnit
from webapp.jobs.postings import Offer
from webapp.jobs.rules import Benefit, Certificate, Employment, Mode, Reason, Shift
from webapp.jobs.seekers import Profile

_BETWEEN = re.compile(r"[,，、;；\n|/]+")


def _many(value: Any) -> Any:
    """A list, whether one was sent or several; what was left empty among them is not there."""
    return [each for each in value if each != ""] if isinstance(value, list) else [value]


def _words(value: Any) -> Any:
    """A list of words, or one text with marks between them."""
    if isinstance(value, str):
        return [each.strip() for each in _BETWEEN.split(value) if each.strip()]
    return value


class ListForm(Form):
    """Which postings of the public list."""

    q: str = Field(default="", max_length=60)
    occupation: str | None = Field(default=None, max_length=10)
    pay: float | None = Field(default=None, ge=0, le=1_000_000)
    shift: Shift | None = None
    grid: int | None = Field(default=None, ge=1)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    datum: Datum = Datum.WGS84
    km: float | None = Field(default=None, gt=0, le=200)
    sort: str = Field(default="date", pattern="^(date|distance)$")
    offset: int = Field(default=0, ge=0, le=100_000)


class OfferForm(Form):
    """A posting as an employer writes it."""

    base_version: int | None = Field(default=None, ge=0)
    title: str = Field(min_length=2, max_length=60)
    occupation: str = Field(min_length=7, max_length=10)
    openings: int = Field(ge=1, le=500)
    duties: str = Field(min_length=5, max_length=3000)
    must_skills: list[str] = Field(default_factory=list)
    nice_skills: list[str] = Field(default_factory=list)
    certificates: list[Certificate] = Field(default_factory=list)
    education: int = Field(default=0, ge=0, le=5)
    years: float = Field(default=0, ge=0, le=50)
    pay_low: float = Field(gt=0, le=1_000_000)
    pay_high: float | None = Field(default=None, gt=0, le=1_000_000)
    pay_unit: PayUnit = PayUnit.MONTH
    pieces_a_day: float | None = Field(default=None, gt=0, le=100_000)
    shifts: list[Shift] = Field(min_length=1)
    week_hours: float = Field(gt=0, le=84)
    rest: str | None = Field(default=None, max_length=200)
    employment: Employment
    benefits: list[Benefit] = Field(default_factory=list)
    dormitory: bool = False
    hazard: bool = False
    address: str = Field(min_length=2, max_length=200)
    start_on: date | None = None
    valid_until: date
    contact_post: str = Field(min_length=1, max_length=60)
    contact_phone: str = Field(min_length=3, max_length=40)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    datum: Datum = Datum.WGS84

    _lists = field_validator("certificates", "shifts", "benefits", mode="before")(_many)
    _skills = field_validator("must_skills", "nice_skills", mode="before")(_words)

    @classmethod
    def of(cls, sent: dict[str, Any]) -> OfferForm:
        """As any form; that pay is to be negotiated is no pay."""
        for name in ("pay_low", "pay_high"):
            if re.search("面议|negotia", str(sent.get(name, "")), re.IGNORECASE):
                words = _l("“To be negotiated” is not enough: say the basic pay.")
                raise Unacceptable(words, fields={name: words})
        return super().of(sent)

    def offer(self) -> Offer:
        """The same for the actions; one amount is both the lowest and the highest."""
        said = self.model_dump(exclude={"base_version", "pay_high"})
        return Offer(**said, pay_high=self.pay_high or self.pay_low)


class ProfileForm(Form):
    """What a seeker says. Lines and certificates come as numbered fields beside it."""

    base_version: int | None = Field(default=None, ge=0)
    wanted: list[str] = Field(min_length=1, max_length=3)
    birth_year: int = Field(ge=1900, le=2100)
    home_grid_id: int = Field(ge=1)
    mode: Mode = Mode.EBIKE
    max_minutes: int = Field(default=45, ge=5, le=240)
    skills: list[str] | None = None
    education: int | None = Field(default=None, ge=0, le=5)
    pay_ask: float | None = Field(default=None, gt=0, le=1_000_000)
    pay_floor: float | None = Field(default=None, gt=0, le=1_000_000)
    shifts: list[Shift] | None = None
    refused: list[Shift] = Field(default_factory=list)
    benefits: list[Benefit] = Field(default_factory=list)
    dormitory: bool = False
    available_from: date | None = None
    push: bool = False
    no_experience: bool = False

    _lists = field_validator("wanted", "shifts", "refused", "benefits", mode="before")(_many)
    _skills = field_validator("skills", mode="before")(_words)

    def profile(self, sent: Mapping[str, Any]) -> Profile:
        """The same for the actions, with the lines and certificates that were sent beside it."""
        said = self.model_dump(exclude={"base_version", "no_experience"})
        said["wanted"] = list(dict.fromkeys(said["wanted"]))
        return Profile(**said, lines=self._lines(sent), certificates=certificates_of(sent))

    def _lines(self, sent: Mapping[str, Any]) -> dict[str, float] | None:
        lines: dict[str, float] = {}
        for number in range(1, LINES + 1):
            code = str(sent.get(f"line{number}") or "").strip()
            if not code:
                continue
            try:
                lines[code] = float(sent.get(f"years{number}") or 0)
            except ValueError:
                words = _l("This must be a number.")
                raise Unacceptable(words, fields={"lines": words}) from None
        return lines if lines else ({} if self.no_experience else None)


class PersonForm(Form):
    """Who stands at the window."""

    name: str = Field(min_length=1, max_length=60)
    phone: str = Field(min_length=3, max_length=40)


# So many lines of work held the form has room for.
LINES = 3


def certificates_of(sent: Mapping[str, Any]) -> dict[Certificate, date | None]:
    """The certificates ticked in a form, each with the last day that was said beside it."""
    found: dict[Certificate, date | None] = {}
    for each in Certificate:
        if not sent.get(f"certificate.{each}"):
            continue
        until = str(sent.get(f"until.{each}") or "").strip()
        try:
            found[each] = date.fromisoformat(until) if until else None
        except ValueError:
            words = _l("This is not a date.")
            raise Unacceptable(words, fields={"certificates": words}) from None
    return found


class StepForm(Form):
    """A step of an introduction, a posting, a visit or a seeker; each takes what it asks for."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=500)
    reason: Reason | None = None
    agreed: bool = False
    decided: str | None = Field(default=None, max_length=500)
    day: date | None = None
    hour: time | None = None
    place: str | None = Field(default=None, max_length=120)
    contract_on: date | None = None
    words: str | None = Field(default=None, max_length=120)
    stays: bool | None = None
    hired: int | None = Field(default=None, ge=0, le=500)

    @property
    def moment(self) -> datetime | None:
        """The day and hour of an interview, by the clock of the office."""
        if self.day is None or self.hour is None:
            return None
        zone = ZoneInfo(current_app.extensions["settings"].timezone)
        return datetime.combine(self.day, self.hour, zone)


class WhoForm(Form):
    """An account by user name or phone number."""

    who: str = Field(min_length=2, max_length=60)


class FirmForm(Form):
    """An enterprise that becomes an employer."""

    enterprise_id: int = Field(ge=1)


class SeekerForm(Form):
    """A seeker whom an employer asks."""

    seeker_id: int = Field(ge=1)


class SeenForm(Form):
    """Which postings stood before a seeker, in the order of the list, and which one was opened."""

    shown: list[int] = Field(default_factory=list, max_length=200)
    opened: int | None = Field(default=None, ge=1)


class DeskForm(Form):
    """Which rows of a list of the staff."""

    state: str | None = Field(default=None, max_length=20)
    q: str = Field(default="", max_length=60)
    stale: bool = False
    unfilled: bool = False
    done: bool = False
    before: int | None = Field(default=None, ge=1)


def kept(source: Request) -> dict[str, Any]:
    """What was sent, to be shown again: lists as lists."""
    return {key: values if len(values) > 1 else values[0] for key, values in source.form.lists()}
