"""Everything that the interface answers, in the order in which it is registered."""

from __future__ import annotations

from webapp.interop.ogc import views
from webapp.interop.ogc.tiling import views as tile_views

ALL = (views, tile_views)
