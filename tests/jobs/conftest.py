"""The labour market of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.jobs.market import MORNING, Market, opened
from tests.world import World
from webapp.base import clock


@pytest.fixture
def market(session: Session, world: World) -> Iterator[Market]:
    """The market is there, for this test, on a working morning."""
    with clock.at(MORNING):
        yield opened(world)
