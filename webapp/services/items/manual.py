"""The process manual (业务流程手册) of a department or a workstation, made of the items in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.base import clock
from webapp.grids.models import Unit
from webapp.grids.rules import UnitKind
from webapp.services.items import queries
from webapp.services.items.models import ItemVersion
from webapp.services.items.rules import compression


@dataclass(frozen=True)
class Manual:
    """Whose manual it is, what stands in it, and of which moment it is."""

    body: Unit
    items: list[ItemVersion]
    compression: float | None
    made_at: datetime


def of(body: Unit) -> Manual:
    """The manual of this moment: what a department decides, or what a workstation takes in."""
    if body.kind == UnitKind.STATION:
        items = queries.listed(at_station=True)
    else:
        items = queries.listed(department_id=body.id)
    saved = compression((each.statutory_days, each.promised_days) for each in items)
    return Manual(body, items, saved, clock.now())
