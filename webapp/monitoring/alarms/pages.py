"""The pages of alarms, in one place for the list of the house."""

from __future__ import annotations

from webapp.monitoring.alarms import board_views, cap_api, case_views, keep_views, views

ALL = (board_views, keep_views, views, case_views, cap_api)
