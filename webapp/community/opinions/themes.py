"""What opinions are about, over time and place: counts in rows and columns, shaded by how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from webapp.base.months import month

# Shades of a cell, from few to many; a cell with nothing has none.
SHADES = 4
# More places than this have no subdistrict.
MOST_PLACES = 1000


@dataclass(frozen=True)
class Line:
    """A row of counts, one for each column, and their sum."""

    key: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Table:
    """Counts in rows and columns; `most` is the largest of them."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    most: int

    def shade(self, many: int) -> int:
        """From 1 to SHADES by its share of the largest count; 0 where there is nothing."""
        return -(-SHADES * many // self.most) if many else 0


def table(counts: Iterable[tuple[str, str, int]], columns: Iterable[str], *, limit: int) -> Table:
    """The rows with the largest sums, the largest first, of (row, column, how many).

    What is in none of the columns is left out.
    """
    wanted = tuple(columns)
    cells: Counter[tuple[str, str]] = Counter()
    for row, column, many in counts:
        if column in wanted:
            cells[row, column] += many
    keys = {row for row, _column in cells}
    counted = ((key, tuple(cells[key, each] for each in wanted)) for key in keys)
    lines = [Line(key, row, sum(row)) for key, row in counted]
    lines.sort(key=lambda line: (-line.total, line.key))
    return Table(wanted, tuple(lines[:limit]), max(cells.values(), default=0))


def by_place(counts: Iterable[tuple[str, str, int]], theme: str | None) -> Table:
    """How much was said in each place, of a theme or of all: one column, every place in which something was."""
    said = ((place, "", many) for place, about, many in counts if theme in (None, about))
    return table(said, ("",), limit=MOST_PLACES)


def months_until(day: date, many: int) -> list[date]:
    """The first days of so many months, the month of `day` being the last."""
    return [month(day, -away) for away in reversed(range(many))]
