"""What is said in inspections and about their plan."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.monitoring.safety.dangers.rules import DangerKind, Level
from webapp.monitoring.safety.forms import Lat, Lon
from webapp.monitoring.safety.inspections.rules import Answer
from webapp.monitoring.safety.rules import Risk, Trade


class DoneForm(Form):
    """An inspection as it is handed in; its answers and photos are read beside it."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=1000)
    lon: Lon | None = None
    lat: Lat | None = None


class AnswerForm(Form):
    """What was found of one item."""

    answer: Answer
    words: str | None = Field(default=None, max_length=500)


class ListForm(Form):
    """How the list of inspections is narrowed; with a place the nearest come first."""

    lane: str = "due"
    lon: Lon | None = None
    lat: Lat | None = None
    after: int | None = None


class IntervalForm(Form):
    """How often, and who says so."""

    risk: Risk
    trade: Trade | None = None
    days: int = Field(ge=1, le=365)
    source: str = Field(min_length=2, max_length=200)


class ItemForm(Form):
    """One line of a checklist."""

    words: str = Field(min_length=2, max_length=200)
    kind: DangerKind
    level: Level
    basis: str | None = Field(default=None, max_length=120)


class PlanForm(Form):
    """Of which trade the checklist is shown."""

    trade: Trade = Trade.COLD_STORE
