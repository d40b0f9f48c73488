"""What is said about bonds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from webapp.base.web import Form
from webapp.projects.bonds.rules import BondState
from webapp.projects.forms import VersionForm

MOST = Decimal(100_000_000)


class ListForm(Form):
    """How the list is narrowed."""

    state: BondState | None = None


class TermsForm(VersionForm):
    """The amount, and what is known of its terms."""

    amount_wan: Decimal = Field(gt=0, le=MOST, max_digits=14, decimal_places=2)
    rate_percent: Decimal | None = Field(default=None, gt=0, lt=30, decimal_places=3)
    term_years: int | None = Field(default=None, ge=1, le=50)
    income: str | None = Field(default=None, max_length=500)
    provenance: str = Field(min_length=2, max_length=200)


class BondForm(TermsForm):
    """A new bond."""

    name: str = Field(min_length=2, max_length=80)


class SpendingForm(VersionForm):
    """Money that was paid."""

    day: date
    amount_wan: Decimal = Field(gt=0, le=MOST, max_digits=14, decimal_places=2)
    words: str = Field(min_length=2, max_length=500)


class NoteForm(VersionForm):
    """A move of a bond."""

    note: str | None = Field(default=None, max_length=1000)
