"""The pages of relocation, in one place for the list of the house."""

from __future__ import annotations

from webapp.relocation import forecast_views, household_views, views

ALL = (views, household_views, forecast_views)
