"""What follows for work outdoors when other borders take force: doors are in their new grids."""

from __future__ import annotations

from webapp.base.access import HOUSE, Actor
from webapp.base.language import N_
from webapp.cases.field import actions, queries
from webapp.cases.field.models import Door
from webapp.grids import relocation
from webapp.grids.models import BoundarySet


def follow(made: BoundarySet, by: Actor | None) -> int:
    """Doors stand in the grids of the new borders; patrols of grids that are gone are called off."""
    gone = queries.patrols_of_gone_grids()
    for patrol in gone:
        actions.call_off(patrol, by=HOUSE, note=N_("The grid is no more."))
    return len(relocation.relocate(Door)) + len(gone)
