"""The pages of relocation, in one place for the list of the house."""

from __future__ import annotations

from webapp.relocation import household_views, views

ALL = (views, household_views)
