"""What is drawn holds whatever is asked: the guide is kept, more gas is never a smaller zone."""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians, sin

import pytest
import shapely
from hypothesis import given, strategies as st

from webapp.monitoring.danger import drawing, plume
from webapp.monitoring.danger.drawing import Wind
from webapp.monitoring.danger.guide import AMMONIA, FIRES, PPM, Fire, Level, Size
from webapp.monitoring.danger.plume import DAYTIME, FARTHEST, Sky, Stability
from webapp.monitoring.weather.rules import CALM

AT = (592905.0, 4170993.0)

winds = st.builds(Wind, st.floats(0, 359.9), st.floats(0, 25))
blowing = st.builds(Wind, st.floats(0, 359.9), st.floats(CALM, 25))
skies = st.sampled_from(Sky)
sizes = st.sampled_from(Size)
rates = st.one_of(st.none(), st.floats(0.01, 100))


def _downwind(wind: Wind, metres: float) -> shapely.Point:
    turn = radians(wind.comes_from + 180)
    return shapely.Point(AT[0] + metres * sin(turn), AT[1] + metres * cos(turn))


@given(winds, skies, sizes, rates)
def test_the_distances_of_the_guide_are_always_kept(
    wind: Wind, sky: Sky, size: Size, rate: float | None
) -> None:
    drawn = drawing.ammonia(AT, wind=wind, sky=sky, size=size, rate_kg_s=rate)
    kept = AMMONIA[size]
    assert drawn.area.is_valid
    assert drawn.area.geom_type == "MultiPolygon"
    assert drawn.area.buffer(0.01).covers(shapely.Point(AT).buffer(kept.around))
    far = kept.downwind(wind.speed_ms, by_day=sky in DAYTIME)
    for share in (0.1, 0.5, 1.0):
        assert drawn.area.buffer(0.01).covers(_downwind(wind, far * share))


@given(st.floats(0, 359.9), st.floats(0, CALM, exclude_max=True), skies, sizes, rates)
def test_in_calm_air_the_zone_is_a_circle_around_the_leak(
    whence: float, speed: float, sky: Sky, size: Size, rate: float | None
) -> None:
    area = drawing.ammonia(AT, wind=Wind(whence, speed), sky=sky, size=size, rate_kg_s=rate).area
    far = shapely.hausdorff_distance(shapely.Point(AT), area)
    assert shapely.distance(shapely.Point(AT), area.boundary) == pytest.approx(far, rel=0.01)


@given(blowing, skies, sizes, st.floats(0.01, 50), st.floats(1, 3))
def test_more_gas_is_never_a_smaller_zone(
    wind: Wind, sky: Sky, size: Size, rate: float, more: float
) -> None:
    less = drawing.ammonia(AT, wind=wind, sky=sky, size=size, rate_kg_s=rate)
    larger = drawing.ammonia(AT, wind=wind, sky=sky, size=size, rate_kg_s=rate * more)
    # Outlines are drawn by straight lines: a hair's breadth (1 % of the reach) of doubt.
    assert larger.area.buffer(0.01 * FARTHEST).covers(less.area)
    assert larger.area.area >= less.area.area * 0.995
    assert (larger.plume_m or 0) >= (less.plume_m or 0)


@given(blowing, skies, st.floats(0.05, 50))
def test_a_worse_level_lies_within_a_lesser_one(wind: Wind, sky: Sky, rate: float) -> None:
    drawn = drawing.ammonia(AT, wind=wind, sky=sky, size=Size.SMALL, rate_kg_s=rate)
    reached = [drawn.levels[level] for level in Level if level in drawn.levels]
    for inner, outer in pairwise(reached):
        assert inner.area <= outer.area * 1.001
    if Level.HARMFUL in drawn.levels:
        assert drawn.area.buffer(0.1).covers(drawn.levels[Level.HARMFUL])


@given(st.sampled_from(Stability), st.floats(1, 20), st.floats(0.01, 50), st.sampled_from(Level))
def test_at_the_reach_of_a_level_there_is_just_that_much_gas(
    stable: Stability, speed: float, rate: float, level: Level
) -> None:
    far = plume.reach(rate, speed, stable, PPM[level])
    if plume.NEAREST < far < FARTHEST:
        there = plume.concentration(rate, speed, stable, far) / plume.KG_M3_OF_PPM
        assert there == pytest.approx(PPM[level], rel=0.5 / far * 4 + 1e-3)
        assert plume.half_width(rate, speed, stable, PPM[level], far + 1) == 0.0


@given(st.sampled_from(Stability), st.floats(2, 9000), st.floats(1.01, 1.5))
def test_there_is_less_gas_farther_away(stable: Stability, near: float, more: float) -> None:
    assert plume.concentration(1, 3, stable, near * more) < plume.concentration(1, 3, stable, near)


def test_the_classes_of_the_air_are_those_of_the_table() -> None:
    assert plume.stability(1.5, Sky.NIGHT_CLEAR) == Stability.F
    assert plume.stability(4.0, Sky.NIGHT_CLOUD) == Stability.D
    assert plume.stability(4.0, Sky.SUN) == Stability.C
    assert {plume.stability(8.0, sky) for sky in Sky} == {Stability.D}


def test_a_kilogram_a_second_in_a_light_wind_by_day_reaches_so_far() -> None:
    # By hand, class D at 1 km: sigma_y 80 / sqrt(1.1), sigma_z 60 / sqrt(2.5) metres.
    there = plume.concentration(1.0, 3.0, Stability.D, 1000.0)
    assert there == pytest.approx(1 / (3.14159 * 3 * 76.28 * 37.95), rel=1e-3)


@given(st.sampled_from(Fire), st.one_of(st.none(), winds))
def test_a_fire_is_a_circle_with_smoke_downwind(burns: Fire, wind: Wind | None) -> None:
    drawn = drawing.fire(AT, wind=wind, burns=burns)
    around, smoke = FIRES[burns].around, FIRES[burns].day[0]
    assert drawn.area.is_valid
    assert drawn.area.buffer(0.01).covers(shapely.Point(AT).buffer(around))
    if wind is not None and not wind.calm:
        assert drawn.area.buffer(0.1).covers(_downwind(wind, smoke))
        assert drawn.downwind_m == smoke
    else:
        assert drawn.downwind_m is None


@given(winds, skies, sizes)
def test_whoever_helps_comes_from_upwind_and_stands_outside(
    wind: Wind, sky: Sky, size: Size
) -> None:
    area = drawing.ammonia(AT, wind=wind, sky=sky, size=size, rate_kg_s=None).area
    spot = shapely.Point(drawing.upwind(area, AT, wind))
    assert not area.covers(spot)
    assert area.distance(spot) > 1
    if not wind.calm:
        away = radians(wind.comes_from)
        assert (spot.x - AT[0]) * sin(away) + (spot.y - AT[1]) * cos(away) > 0
