"""The pages of projects, in one place for the list of the house."""

from __future__ import annotations

from webapp.projects import day_views, views

ALL = (views, day_views)
