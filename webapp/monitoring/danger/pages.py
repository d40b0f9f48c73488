"""The pages of danger zones, in one place for the list of the house."""

from __future__ import annotations

from webapp.monitoring.danger import views

ALL = (views,)
