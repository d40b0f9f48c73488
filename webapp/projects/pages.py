"""The pages and the rights of projects, in one place for the list of the house."""

from __future__ import annotations

from webapp.projects import day_views, rules, views
from webapp.projects.bonds import rules as bonds, views as bond_pages
from webapp.projects.duties import rules as duties, views as duty_pages
from webapp.projects.firms import rules as firms, views as firm_pages
from webapp.projects.ground import rules as ground, views as ground_pages

ALL = (views, day_views, ground_pages, bond_pages, duty_pages, firm_pages)

RULES = (rules, ground, bonds, duties, firms)
