"""The pages of relocation, in one place for the list of the house."""

from __future__ import annotations

from webapp.relocation import erasure_views, forecast_views, household_views, views
from webapp.relocation.old_doors import lane_views, public_views, views as door_views

ALL = (views, household_views, forecast_views, erasure_views, door_views, lane_views, public_views)
