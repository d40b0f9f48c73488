"""Where a new camera would help: the best window, the best place first, never what is seen already."""

from __future__ import annotations

import numpy as np
import pytest
from flask import Flask
from hypothesis import given, settings, strategies as st
from shapely import Point
from sqlalchemy.orm import Session

from tests import examples
from tests.monitoring.safety.plant import Plant, plant
from tests.monitoring.test_cameras import stood
from tests.whole_house.test_pages import html_faults
from tests.world import as_user
from webapp.base.spatial import to_lonlat, to_metric
from webapp.monitoring.coverage.forms import SitingForm
from webapp.monitoring.coverage.rules import Want
from webapp.monitoring.coverage.siting import queries as siting
from webapp.monitoring.coverage.siting.rules import Aim, chosen, window

__all__ = ["plant"]

AT = st.tuples(st.integers(-90, 90), st.integers(-90, 90)).filter(any)


def _held(away: np.ndarray, worth: np.ndarray, bearing: float, fov: float) -> float:
    turned = np.degrees(np.arctan2(away[:, 0], away[:, 1])) - bearing
    return float(worth[np.abs((turned + 180) % 360 - 180) <= fov / 2 + 1e-7].sum())


@settings(max_examples=examples.of(60))
@given(
    points=st.lists(AT, min_size=1, max_size=12),
    fov=st.sampled_from([10, 60, 90, 179, 270, 359, 360]),
)
def test_no_direction_holds_more_than_the_best_window(
    points: list[tuple[int, int]], fov: float
) -> None:
    away, worth = np.array(points, dtype=float), np.arange(1.0, len(points) + 1)
    gain, bearing = window(away, worth, fov)
    assert _held(away, worth, bearing, fov) == pytest.approx(gain)
    ends = np.degrees(np.arctan2(away[:, 0], away[:, 1])) + fov / 2
    assert gain == pytest.approx(max(_held(away, worth, float(end), fov) for end in ends))


def test_each_next_camera_adds_the_most_of_what_is_left() -> None:
    places = np.array([[0.0, 0.0], [1000.0, 0.0], [2000.0, 0.0]])
    wanted = np.array([[10.0, 0], [12, 0], [-10, 0], [1010, 0], [1011, 0], [1012, 0], [2010, 0]])
    found = list(chosen(places, wanted, np.ones(7), range_m=50, fov=60, count=9))
    assert [(aim.place, int(adds.sum())) for aim, adds in found] == [(1, 3), (0, 2), (0, 1), (2, 1)]
    assert [aim.bearing for aim, _adds in found[:3]] == pytest.approx([90, 90, 270])
    assert sum(adds for _aim, adds in found).tolist() == [1] * 7
    assert list(chosen(places[:0], wanted, np.ones(7), range_m=50, fov=60, count=1)) == []
    blind = chosen(places, wanted, np.ones(7), range_m=50, fov=60, count=9, seen=_nothing)
    assert list(blind) == []


def _nothing(aim: Aim) -> np.ndarray:
    return np.zeros(7, dtype=bool)


def test_what_nobody_sees_is_proposed_and_what_is_seen_is_not(
    app: Flask, session: Session, plant: Plant
) -> None:
    only = {"homes": 0, "places": 0, "roads": 0, "hazards": 1, "range_m": 300, "count": 2}
    wish = SitingForm.of(only)
    found = siting.proposed(wish, None)
    first = found.proposals[0]
    assert found.unseen[Want.HAZARDS] == 1
    assert (len(found.proposals), first.adds[Want.HAZARDS], first.share) == (1, 1, 1)
    here, there = Point(to_metric(*first.lonlat)), Point(to_metric(plant.lon, plant.lat))
    assert here.distance(there) <= 300
    # A camera that looks as proposed sees it; then there is nothing to propose.
    lon, lat = to_lonlat(here.x, here.y)
    stood(lon=lon, lat=lat, bearing=first.bearing, fov=90, range_m=301, mount_height_m=6)
    found = siting.proposed(wish, None)
    assert (found.unseen[Want.HAZARDS], list(found.proposals)) == (0, [])
    roads = siting.proposed(SitingForm.of({"count": 2, "fov": 360}), None)
    assert roads.unseen[Want.ROADS] > 500_000
    assert all(each.adds[Want.ROADS] > 300 for each in roads.proposals)


def test_the_page_of_siting_draws_and_lists_and_refuses_nonsense(app: Flask, plant: Plant) -> None:
    officer = as_user(app, plant.officer)
    code = plant.profile.enterprise.grid.display_code
    for address, status in (
        ("", 200),
        (f"?grid={code}&count=2&range_m=120&fov=70", 200),
        ("?count=0&range_m=9999", 422),
    ):
        answer = officer.get(f"/cameras/siting{address}")
        said = answer.get_data(as_text=True)
        assert answer.status_code == status, address
        assert html_faults(said) == [], address
        assert ('id="proposed"' in said) == ("grid" in address)
    assert as_user(app, plant.worker).get("/cameras/siting").status_code == 403
