"""Thresholds: raised once, over again below another level, only when it holds, whatever the noise between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from webapp.monitoring.sensors.rules import QUANTITIES, Limit, Measure, Quantity, Stand, step
from webapp.monitoring.signals import Change, Kind, Severity

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
AMMONIA = QUANTITIES[Quantity.AMMONIA].limits[0]


def run(limit: Limit, values: list[float], seconds: int = 60) -> list[Change]:
    """What a series of values raises and clears."""
    stand, found = Stand(), []
    for number, value in enumerate(values):
        stand, change = step(limit, stand, value, NOW + timedelta(seconds=seconds * number))
        if change is not None:
            found.append(change)
    return found


def test_ammonia_is_an_alarm_at_the_level_of_the_standard() -> None:
    assert (AMMONIA.raise_at, AMMONIA.severity) == (150, Severity.CRITICAL)
    assert QUANTITIES[Quantity.AMMONIA].kind is Kind.AMMONIA
    assert run(AMMONIA, [20, 149.9]) == []
    assert run(AMMONIA, [20, 150]) == [Change.RAISED]
    assert QUANTITIES[Quantity.LEL].limits[0].raise_at == 25


def test_noise_between_the_levels_rings_nobody_again() -> None:
    assert run(AMMONIA, [160, 149, 151, 140, 155, 120, 170]) == [Change.RAISED]
    assert run(AMMONIA, [160, 100, 160]) == [Change.RAISED, Change.CLEARED, Change.RAISED]


def test_what_does_not_last_is_no_alarm() -> None:
    level = Limit(3.0, 2.8, hold=timedelta(minutes=5))
    assert run(level, [3.1, 3.1, 2.9, 3.1, 3.1, 3.1, 3.1, 3.1]) == []
    assert run(level, [3.1] * 6) == [Change.RAISED]


def test_a_door_rings_when_it_stands_open_and_a_tide_by_its_height_alone() -> None:
    door = QUANTITIES[Quantity.DOOR]
    (open_,) = door.limits
    assert (door.kind, open_.severity) == (Kind.THRESHOLD, Severity.MINOR)
    assert run(open_, [1, 0, 1, 1, 0]) == []
    assert run(open_, [0, 1, 1, 1, 1, 1, 1, 1, 0]) == [Change.RAISED, Change.CLEARED]
    tide = QUANTITIES[Quantity.TIDE]
    assert {each.measure for each in tide.limits} == {Measure.VALUE}
    assert run(tide.limits[0], [1 + 0.1 * n for n in range(40)]) == [Change.RAISED]
    assert (tide.kind, tide.shown(2.5), door.shown(0.5)) == (Kind.WATER_LEVEL, "2.5 m", "0.5")


def test_below_is_beyond_where_it_is_cold_that_harms() -> None:
    cold = Limit(-25, -20, above=False)
    assert run(cold, [-18, -25, -22, -26, -20]) == [Change.RAISED, Change.CLEARED]


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=60),
    st.floats(-1e3, 1e3),
    st.floats(0, 1e3),
    st.booleans(),
    st.integers(0, 600),
)
def test_raising_and_clearing_take_turns(
    values: list[float], level: float, gap: float, above: bool, hold: int
) -> None:
    clear = level - gap if above else level + gap
    limit = Limit(level, clear, above=above, hold=timedelta(seconds=hold))
    found = run(limit, values)
    assert found[::2] == [Change.RAISED] * len(found[::2])
    assert found[1::2] == [Change.CLEARED] * len(found[1::2])
