"""The pages of danger zones, in one place for the list of the house."""

from __future__ import annotations

from webapp.monitoring.danger import views
from webapp.monitoring.danger.muster import views as muster_views
from webapp.monitoring.danger.roll import views as roll_views

ALL = (views, muster_views, roll_views)
