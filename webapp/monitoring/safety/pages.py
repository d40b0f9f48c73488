"""All pages of safety."""

from webapp.monitoring.safety import keep_views, own_views, views
from webapp.monitoring.safety.dangers import paper_views, views as danger_views
from webapp.monitoring.safety.inspections import views as inspection_views

ALL = (views, keep_views, own_views, danger_views, paper_views, inspection_views)
