"""All pages of safety."""

from webapp.monitoring.safety import keep_views, own_views, views

ALL = (views, keep_views, own_views)
