"""A desk with many cases."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import shapely
from sqlalchemy import text

from webapp.base.db import db
from webapp.cases.models import Case
from webapp.grids import bulk


def fill(count: int, *, still_open: float) -> None:
    """So many cases more lie evenly over the territory; a share of them is still open.

    In the session's transaction: who rolls it back has them no more.
    """
    areas = bulk.territory().grids.areas
    west, south, east, north = shapely.total_bounds(areas)
    chance = np.random.default_rng(3)
    x, y = chance.uniform((west, south), (east, north), (count, 2)).T
    is_open = chance.random(count) < still_open
    bulk.place(
        Case,
        x=x,
        y=y,
        number=[f"bench-{each}" for each in range(count)],
        class_code="06010",
        source="worker",
        state=["reported" if each else "closed" for each in is_open],
        happened_at=datetime.now(UTC),
    )
    db.session.execute(text("ANALYZE case_file"))
