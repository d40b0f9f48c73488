"""The pages and the rights of projects, in one place for the list of the house."""

from __future__ import annotations

from webapp.projects import day_views, rules, views
from webapp.projects.ground import rules as ground, views as ground_pages

ALL = (views, day_views, ground_pages)

RULES = (rules, ground)
