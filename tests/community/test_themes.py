"""Themes of opinions over time and place, as counts in rows and columns."""

from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from webapp.community.opinions.themes import SHADES, Table, months_until, table

SAID = [("parking", "2026-11", 3), ("parking", "2026-10", 1), ("elderly", "2026-11", 4)]


def test_rows_stand_by_their_sums_and_what_is_in_no_column_is_left_out() -> None:
    found = table(SAID, ["2026-10", "2026-11"], limit=9)
    assert [(line.key, line.counts, line.total) for line in found.lines] == [
        ("elderly", (0, 4), 4),
        ("parking", (1, 3), 4),
    ]
    assert [line.key for line in table(SAID, ["2026-10"], limit=9).lines] == ["parking"]
    assert [line.key for line in table(SAID, ["2026-11"], limit=1).lines] == ["elderly"]


def test_months_go_over_the_turn_of_a_year() -> None:
    assert months_until(date(2026, 2, 28), 3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


@given(st.integers(1, 500), st.integers(0, 500))
def test_a_shade_is_there_where_something_is_and_grows_with_it(most: int, many: int) -> None:
    found = Table((), (), max(most, many))
    assert found.shade(0) == 0
    assert found.shade(found.most) == SHADES
    assert (1 <= found.shade(many) <= SHADES) == (many > 0)
    assert found.shade(many) >= found.shade(many // 2)
