"""What people ask about coverage."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from webapp.base.web import Form
from webapp.monitoring.coverage.rules import FARTHEST_M, MOST_PROPOSED, ROADS_M, Loss, Want

Worth = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class OrderForm(Form):
    """By which figure the cameras stand in order."""

    by: str | None = None

    @property
    def order(self) -> Loss:
        """The figure; the ground where the address names none that we have."""
        return Loss(self.by) if self.by in list(Loss) else Loss.AREA


class SitingForm(Form):
    """How many new cameras of which make, for which grid (all), and what each thing they see is worth."""

    grid: str | None = None
    count: int = Field(default=5, ge=1, le=MOST_PROPOSED)
    range_m: float = Field(default=150, ge=20, le=FARTHEST_M, allow_inf_nan=False)
    fov: float = Field(default=90, ge=10, le=360, allow_inf_nan=False)
    mount_height_m: float = Field(default=6, ge=1, le=60, allow_inf_nan=False)
    homes: Worth = 1
    hazards: Worth = 20
    places: Worth = 5
    roads: Worth = 1

    def worth(self) -> dict[Want, float]:
        """What each of them is worth: a household, a hazard point, a place, a metre of road."""
        return {
            Want.HOMES: self.homes,
            Want.HAZARDS: self.hazards,
            Want.PLACES: self.places,
            Want.ROADS: self.roads / ROADS_M,
        }
