"""A small map of a case, drawn by ourselves: where it lies between the borders of its grids."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.cases.models import Case
from webapp.cases.paper import queries

# Half the side of the ground that is shown (metres), and the side of the drawing.
HALF_M = 400.0
SIDE = 320.0


@dataclass(frozen=True)
class Label:
    """A name and where it stands on the drawing."""

    words: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """What the template draws: paths of borders, names, and how long 100 m are."""

    side: float
    own: list[str]
    others: list[str]
    grids: list[Label]
    places: list[Label]
    bar: float
    metres: int


def of(case: Case) -> Drawing | None:
    """The map of the case; None where it has no place."""
    if case.geom is None:
        return None
    borders = queries.borders(case, HALF_M)
    return Drawing(
        side=SIDE,
        own=[_path(line) for each in borders if each.own for line in each.lines],
        others=[_path(line) for each in borders if not each.own for line in each.lines],
        grids=_apart([Label(each.name, *_at(*each.label)) for each in borders if each.label]),
        places=[Label(name, *_at(x, y)) for name, x, y in queries.places(case, HALF_M)],
        bar=round(100 * SIDE / (2 * HALF_M), 1),
        metres=100,
    )


def _at(east: float, north: float) -> tuple[float, float]:
    scale = SIDE / (2 * HALF_M)
    return round(SIDE / 2 + east * scale, 1), round(SIDE / 2 - north * scale, 1)


def _path(line: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in (_at(*each) for each in line))


def _apart(labels: list[Label]) -> list[Label]:
    """Names that would lie over each other, or over the mark of the case, are left out."""
    kept: list[Label] = []
    middle = Label("", SIDE / 2, SIDE / 2)
    for each in labels:
        clear = all(abs(each.y - one.y) > 16 or abs(each.x - one.x) > 90 for one in [*kept, middle])
        if clear and 10 < each.y < SIDE - 10:
            kept.append(Label(each.words, min(max(each.x, 55), SIDE - 55), each.y))
    return kept
