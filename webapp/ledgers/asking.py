"""What a page of a ledger asks for, as its address says it, and what it offers to narrow it by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort

from webapp.base.access import Actor
from webapp.base.months import month as month_of
from webapp.grids.models import Grid, Unit
from webapp.grids.rules import STAFF
from webapp.ledgers import queries
from webapp.ledgers.forms import AskForm
from webapp.ledgers.queries import Asked
from webapp.ledgers.rules import Ledger
from webapp.ledgers.source import Column, Kind
from webapp.ledgers.sources import SOURCES
from webapp.people import days

# So many choices stand above the rows of a ledger.
CHOICES = 2


def asked_by(
    wish: AskForm, ledger: Ledger | None = None, given: Mapping[str, str] | None = None
) -> Asked:
    """What the address asks for: this month of the whole subdistrict unless it says otherwise; or 404."""
    place = queries.place(wish.place)
    if place is None:
        abort(404)
    choices = {}
    for column in narrowed_by(ledger) if ledger else ():
        value = (given or {}).get(column.key, "")
        if column.said is not None and value in {str(each) for each in column.said}:
            choices[column.key] = value
    return Asked(place, wish.month or month_of(days.today()), wish.q, choices)


def address_of(asked: Asked) -> dict[str, str]:
    """The same as an address says it."""
    said = {"place": asked.place.code, "month": f"{asked.month:%Y-%m}", "q": asked.words}
    return {name: value for name, value in {**said, **asked.choices}.items() if value}


def narrowed_by(ledger: Ledger) -> list[Column]:
    """The columns by whose choices a ledger is narrowed: its state first."""
    source = SOURCES.get(ledger.key)
    chosen = [each for each in source.columns if each.kind == Kind.CHOICE] if source else []
    return sorted(chosen, key=lambda each: each.key != "state")[:CHOICES]


def months_beside(month: date) -> dict[str, str | None]:
    """The months before and after, as addresses say them; None for one that has not begun."""
    after = month_of(month, 1)
    return {
        "before": f"{month_of(month, -1):%Y-%m}",
        "after": f"{after:%Y-%m}" if after <= days.today() else None,
    }


def places_for(who: Actor) -> list[tuple[Unit, list[Grid], bool]]:
    """The places that are offered: those of one's posts, or all where these are over more than grids.

    True with a community that is offered as a whole.
    """
    held = who.grids(STAFF)
    offered: list[tuple[Unit, list[Grid], bool]] = []
    for unit, grids in queries.places():
        mine = [each for each in grids if each.id in held] if held else grids
        if mine:
            offered.append((unit, mine, len(mine) == len(grids)))
    return offered


def told(ledger: Ledger) -> dict[str, Any]:
    """The columns of a ledger, for its pages."""
    return {"ledger": ledger, "source": SOURCES[ledger.key], "columns": SOURCES[ledger.key].columns}
