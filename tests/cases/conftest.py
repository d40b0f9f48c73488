"""What the browser tests of cases share."""

from __future__ import annotations

import pytest

from tests.servers import Served, ask


@pytest.fixture
def home(served: Served) -> tuple[float, float]:
    """A point in the grid of the demo worker, degrees WGS 84."""
    return ask(
        served,
        """SELECT ST_X(p), ST_Y(p) FROM (
               SELECT ST_Transform(ST_PointOnSurface(v.geom), 4326) AS p
               FROM account a JOIN post s ON s.account_id = a.id AND s.grid_id IS NOT NULL
               JOIN grid_version v ON v.grid_id = s.grid_id AND upper_inf(v.valid)
               WHERE a.username = 'worker' LIMIT 1) spot""",
    )
