"""What is said about relocation households."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from pydantic import Field, field_validator, model_validator

from webapp.base import drawn
from webapp.base.past import AsOf
from webapp.base.web import Form
from webapp.people import days
from webapp.relocation.rules import (
    MOST_POSTED_DAYS,
    DisputeKind,
    Lane,
    PaperKind,
    PromiseKind,
    RelocationState,
)

MOST_M2 = 1_000_000.0
MOST_YUAN = Decimal(1_000_000_000)


class ListForm(AsOf):
    """How the list is narrowed, and as of which moment."""

    q: str = Field(default="", max_length=40)
    state: RelocationState | None = None
    lane: Lane | None = None
    late: bool = False
    greenhouse: bool = False


class VersionForm(Form):
    """A deed on a household, as the person saw it."""

    base_version: int | None = Field(default=None, ge=0)


class HouseholdForm(Form):
    """A household that is listed; its parcel is drawn, or a square of a size around a point."""

    name: str = Field(min_length=1, max_length=60)
    phone: str | None = Field(default=None, max_length=30)
    address: str | None = Field(default=None, max_length=200)
    corners: str | None = Field(default=None, max_length=4000)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    size_m2: float | None = Field(default=None, ge=1, le=MOST_M2, allow_inf_nan=False)
    house_m2: float = Field(default=0, ge=0, le=MOST_M2, allow_inf_nan=False)
    greenhouse_m2: float = Field(default=0, ge=0, le=MOST_M2, allow_inf_nan=False)
    provenance: str = Field(min_length=2, max_length=200)

    @field_validator("corners")
    @classmethod
    def _an_area(cls, value: str | None) -> str | None:
        return drawn.plain(drawn.in_one_line(value)) if value else None

    @model_validator(mode="before")
    @classmethod
    def _drawn_or_sketched(cls, sent: Any) -> Any:
        """Where a drawing is, the point and the size beside it are not asked."""
        if sent.get("corners"):
            return {
                key: value for key, value in sent.items() if key not in ("lon", "lat", "size_m2")
            }
        return sent


class PaperForm(VersionForm):
    """What a version of a paper says; which of it is wanted hangs on the kind."""

    house_m2: float | None = Field(default=None, ge=0, le=MOST_M2, allow_inf_nan=False)
    greenhouse_m2: float | None = Field(default=None, ge=0, le=MOST_M2, allow_inf_nan=False)
    land_m2: float | None = Field(default=None, ge=0, le=MOST_M2, allow_inf_nan=False)
    amount: Decimal | None = Field(default=None, gt=0, le=MOST_YUAN, decimal_places=2)
    days: int | None = Field(default=None, ge=1, le=MOST_POSTED_DAYS)
    words: str | None = Field(default=None, max_length=2000)


class StepForm(PaperForm):
    """A move: with what its paper says, or what a dispute is about."""

    dispute: DisputeKind | None = None


class NewPaperForm(PaperForm):
    """Another version of a paper, or a payment of a part."""

    kind: PaperKind


class YearsForm(Form):
    """A number of years."""

    years: int = Field(ge=1, le=30)


class PromiseForm(VersionForm):
    """What is promised, by whom, until when."""

    kind: PromiseKind
    words: str = Field(min_length=2, max_length=500)
    owner: int = Field(ge=1)
    due_on: date
    blocks: bool = False


class PromiseEndForm(VersionForm):
    """How a promise was kept, or why it is not wanted any more."""

    kept: bool
    words: str = Field(min_length=2, max_length=500)


class TalkForm(VersionForm):
    """A talk of a mediation."""

    held_on: date
    present: str = Field(min_length=2, max_length=300)
    words: str = Field(min_length=2, max_length=4000)

    @field_validator("held_on")
    @classmethod
    def _was_held(cls, value: date) -> date:
        if value > days.today():
            raise ValueError(_("This day has not come yet."))
        return value
