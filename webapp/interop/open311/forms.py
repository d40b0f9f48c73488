"""What clients of Open311 send, as the specification names it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field, field_validator, model_validator

from webapp.base import clock
from webapp.base.feed import clean
from webapp.base.web import Form
from webapp.cases import timing
from webapp.interop.open311.rules import MOST, PAGE, SPAN, Status

ATTRIBUTE = re.compile(r"attribute\[([^\]\[]{1,60})\](?:\[[0-9]*\])?")
MOST_ATTRIBUTES = 60

# W3C-DTF: a day, or a moment with or without its zone.
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
# Nothing here is older, and nothing is due later.
YEARS = range(1970, 2200)


class RequestForm(Form):
    """A request: which service, where, and what.

    `device_id` and `account_id` of the specification are not taken: they lead to a person, and
    nothing here needs them. `client_id` is ours: the same one sent again answers the first request.
    """

    service_code: str | None = Field(default=None, max_length=40)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    long: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    address_string: str | None = Field(default=None, max_length=300)
    address_id: str | None = Field(default=None, max_length=40)
    description: str | None = Field(default=None, max_length=4000)
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    first_name: str | None = Field(default=None, max_length=40)
    last_name: str | None = Field(default=None, max_length=40)
    phone: str | None = Field(default=None, max_length=40)
    media_url: str | None = Field(default=None, max_length=1000)
    client_id: uuid.UUID | None = None
    attributes: dict[str, list[str]] = Field(default_factory=dict, max_length=MOST_ATTRIBUTES)

    @model_validator(mode="before")
    @classmethod
    def _as_it_is_kept(cls, sent: Any) -> Any:
        return {
            **{name: value for name, value in _cleaned(sent).items() if name != "attributes"},
            "attributes": _attributes(sent),
        }

    @field_validator("media_url")
    @classmethod
    def _an_address_of_the_web(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not _leads_into_the_web(value):
            raise ValueError(_("Give an address that begins with http:// or https://."))
        return value

    @property
    def name(self) -> str | None:
        """Whoever reports, in the order of their script."""
        first, last = self.first_name or "", self.last_name or ""
        ascii_only = (first + last).isascii()
        return (f"{first} {last}" if ascii_only else last + first).strip() or None


def _leads_into_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        named = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
    return named and not re.search(r"\s", address)


def _cleaned(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Without what cannot be kept; what says nothing is absent."""
    kept = {
        name: clean(value).strip() if isinstance(value, str) else value
        for name, value in sent.items()
    }
    return {name: value for name, value in kept.items() if value not in ("", None)}


def _attributes(sent: Mapping[str, Any]) -> dict[str, list[str]]:
    """`attribute[CODE]=v`, `attribute[CODE][]=v1` and so on: the answers by their codes."""
    given: dict[str, list[str]] = {}
    for name, value in sent.items():
        found = ATTRIBUTE.fullmatch(name)
        if found:
            many = value if isinstance(value, list) else [value]
            said = [clean(str(each)) for each in many]
            given.setdefault(clean(found[1]), []).extend(each for each in said if each.strip())
    return given


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return [part.strip() for part in clean(value).split(",") if part.strip()]
    return value


def _moment(value: Any) -> Any:
    # In the query of an address `+` is a blank, unless the client has written %2B.
    said = re.sub(r" (\d\d:\d\d)$", r"+\1", str(value).strip())
    if MOMENT.fullmatch(said) is None:
        raise ValueError(_("This is not a date and time."))
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise ValueError(_("This is not a date and time.")) from error
    if moment.year not in YEARS:
        raise ValueError(_("This is not a date and time."))
    return moment if moment.tzinfo else moment.replace(tzinfo=timing.office().zone)


def _end(value: Any) -> Any:
    """A day ends with its last moment."""
    moment: datetime = _moment(value)
    whole_day = "T" not in str(value)
    return moment + timedelta(days=1, microseconds=-1) if whole_day else moment


Listed = Annotated[list[str], BeforeValidator(_split), Field(default_factory=list, max_length=MOST)]


class SpanForm(Form):
    """Which moments a list covers, and which part of it is wanted."""

    start_date: Annotated[datetime | None, BeforeValidator(_moment)] = None
    end_date: Annotated[datetime | None, BeforeValidator(_end)] = None
    page: int | None = Field(default=None, ge=1, le=100_000)
    page_size: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _not_too_long(self) -> SpanForm:
        if self.until < self.since:
            raise ValueError(_("The end lies before the start."))
        if self.until - self.since > SPAN:
            raise ValueError(_("A list covers 90 days at most."))
        return self

    @property
    def since(self) -> datetime:
        """From when: as wished, else so that the list covers 90 days."""
        return self.start_date or (self.end_date or clock.now()) - SPAN

    @property
    def until(self) -> datetime:
        """Until when, likewise."""
        return self.end_date or (self.start_date + SPAN if self.start_date else clock.now())

    @property
    def size(self) -> int:
        """How many are answered at most."""
        if self.page is None and self.page_size is None:
            return MOST
        return min(self.page_size or PAGE, MOST)

    @property
    def skipped(self) -> int:
        """How many of them stand on the pages before."""
        return ((self.page or 1) - 1) * self.size


class ListForm(SpanForm):
    """Which requests: these, or else those of some services, states and days."""

    service_request_id: Listed
    service_code: Listed
    status: Annotated[list[Status], BeforeValidator(_split), Field(default_factory=list)]


class UpdatesForm(SpanForm):
    """Which updates: of these requests or of all, of some days."""

    service_request_id: Listed
