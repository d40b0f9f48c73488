"""Shifted map coordinates find their true place."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from pyproj import Geod

from webapp.base.datum import Datum, from_wgs84, to_wgs84

DAJIJIA = (121.05299, 37.66641)
DAJIJIA_GCJ = (121.05817319, 37.66740298)
DAJIJIA_BD = (121.06461459, 37.67355006)

# Where the box is left and the shift stops with a jump, no inverse exists: keep clear of the edge.
inland_lon = st.floats(72.1, 137.7)
inland_lat = st.floats(0.9, 55.7)


def metres_east_north(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    azimuth, _, metres = Geod(ellps="WGS84").inv(*start, *end)
    return metres * np.sin(np.radians(azimuth)), metres * np.cos(np.radians(azimuth))


def test_dajijia_has_its_known_gcj02_coordinates():
    assert from_wgs84(*DAJIJIA, Datum.GCJ02) == pytest.approx(DAJIJIA_GCJ, abs=1e-8)


def test_dajijia_has_its_known_bd09_coordinates():
    assert from_wgs84(*DAJIJIA, Datum.BD09) == pytest.approx(DAJIJIA_BD, abs=1e-8)


def test_known_gcj02_and_bd09_coordinates_lead_back_to_dajijia():
    assert to_wgs84(*DAJIJIA_GCJ, Datum.GCJ02) == pytest.approx(DAJIJIA, abs=2e-8)
    assert to_wgs84(*DAJIJIA_BD, Datum.BD09) == pytest.approx(DAJIJIA, abs=2e-8)


@pytest.mark.parametrize(
    ("place", "datum", "east", "north"),
    [
        ((121.03, 37.70), Datum.GCJ02, 450.5, 104.2),
        ((121.03, 37.70), Datum.BD09, 1031.5, 742.4),
        ((120.98, 37.72), Datum.GCJ02, 433.5, 87.8),
        ((121.10, 37.65), Datum.GCJ02, 462.5, 115.2),
    ],
)
def test_the_shift_has_its_known_length_in_metres(place, datum, east, north):
    shift = metres_east_north(place, from_wgs84(*place, datum))
    # The figures were taken on a plane and a sphere, these on the ellipsoid.
    assert shift == pytest.approx((east, north), rel=5e-3)


@pytest.mark.parametrize("datum", list(Datum))
@given(lon=inland_lon, lat=inland_lat)
def test_there_and_back_is_the_same_place(datum, lon, lat):
    assert to_wgs84(*from_wgs84(lon, lat, datum), datum) == pytest.approx((lon, lat), abs=1e-7)


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.CGCS2000])
def test_unshifted_datums_keep_their_numbers(datum):
    assert to_wgs84(*DAJIJIA, datum) == DAJIJIA
    assert from_wgs84(*DAJIJIA, datum) == DAJIJIA


@pytest.mark.parametrize("datum", list(Datum))
def test_nothing_is_shifted_outside_china(datum):
    greenwich = (0.0, 51.4779)
    assert to_wgs84(*greenwich, datum) == greenwich
    assert from_wgs84(*greenwich, datum) == greenwich


@pytest.mark.parametrize("datum", list(Datum))
def test_arrays_give_what_their_points_give_one_by_one(datum):
    lon, lat = np.array([[121.0, 121.1], [0.0, 116.4]]), np.array([[37.6, 37.7], [51.5, 39.9]])
    x, y = to_wgs84(lon, lat, datum)
    single = [to_wgs84(a, b, datum) for a, b in zip(lon.flat, lat.flat, strict=True)]
    assert x.shape == lon.shape
    np.testing.assert_allclose(list(zip(x.flat, y.flat, strict=True)), single, rtol=0, atol=1e-12)


def test_the_given_arrays_are_left_as_they_were():
    lon, lat = np.array([DAJIJIA_BD[0]]), np.array([DAJIJIA_BD[1]])
    to_wgs84(lon, lat, Datum.BD09)
    assert (lon[0], lat[0]) == DAJIJIA_BD
