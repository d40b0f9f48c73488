"""The pages and addresses of gates."""

from __future__ import annotations

from webapp.points.gates import api, register_views, views

ALL = (views, register_views, api)
