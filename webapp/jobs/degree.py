"""How well a seeker and a posting fit: one number from 0 to 100, the same whoever asks.

This is the single truth. SQL only narrows down whom to ask about, and `batch` is held to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from webapp.jobs import criteria as met, gates
from webapp.jobs.criteria import Substitutes, Tables
from webapp.jobs.gates import Barred, Gate
from webapp.jobs.parameters import DESIGN, SIDES, Name, Parameters, Side
from webapp.jobs.sides import Posting, Seeker, Way
from webapp.jobs.words import NO_WORDS, Words

__all__ = [
    "DESIGN",
    "NO_WORDS",
    "Barred",
    "Criterion",
    "Degree",
    "Gate",
    "Name",
    "Parameters",
    "Posting",
    "Seeker",
    "Side",
    "Way",
    "Words",
    "degree",
]

NONE_IN: Substitutes = MappingProxyType({})

# Two ways of counting the same differ by less, so that equal degrees are equal and 90 is 90.
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Criterion:
    """How far one wish is met, what that brings, and what both sides said.

    `value` 0 to 1; an `unknown` one counts a half. `points` of all criteria of a side make that side.
    """

    name: Name
    side: Side
    value: float
    weight: float
    unknown: bool

    @property
    def points(self) -> float:
        """What it brings to its side, of 100."""
        return 100 * self.weight * self.value

    @property
    def most(self) -> float:
        """What it could bring."""
        return 100 * self.weight


@dataclass(frozen=True, slots=True)
class Degree:
    """The match of a seeker and a posting on a day, and where it comes from.

    `exact` is what ranks. `low` and `high`: what it could become when the unknown is filled in. With
    a shut gate all three are 0; the criteria then still say how far the rest would fit.
    """

    seeker: Seeker
    posting: Posting
    way: Way | None
    on: date
    tables: Tables
    gates: tuple[Barred, ...]
    exact: float
    low: float
    high: float

    @property
    def whole(self) -> int:
        """What is shown: whole percents, never rounded up."""
        return math.floor(self.exact)

    @property
    def pushed(self) -> bool:
        """It is high enough that both sides are told."""
        return self.exact >= self.tables.parameters.push_from

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion, in the order in which they are shown."""
        return _named(self._values(), self.tables.parameters)

    @property
    def seeker_side(self) -> float:
        """How far the seeker's wishes are met, 0 to 1."""
        return _side(self._values(), Side.SEEKER, self.tables.parameters)

    @property
    def employer_side(self) -> float:
        """How far the employer's wishes are met, 0 to 1."""
        return _side(self._values(), Side.EMPLOYER, self.tables.parameters)

    @property
    def unknown(self) -> tuple[Name, ...]:
        """What was asked for and is not filled in."""
        return tuple(each.name for each in self.criteria if each.unknown)

    @property
    def cap(self) -> float:
        """The most that the weakest criterion lets it be, of 100."""
        values = _filled(self._values(), self.tables.parameters.unknown)
        return 100 * most_with(min(values), self.tables.parameters)

    @property
    def capped_by(self) -> Name | None:
        """The criterion that holds the degree down; None: it is what both sides together make."""
        sides = 100 * together(self.seeker_side, self.employer_side)
        if self.gates or round(self.cap, DIGITS) >= round(sides, DIGITS):
            return None
        return min(self.criteria, key=lambda each: each.value).name

    @property
    def versions(self) -> tuple[int, int]:
        """Of the parameters and of the words it was counted with."""
        return self.tables.parameters.version, self.tables.words.version

    def _values(self) -> tuple[float | None, ...]:
        return values_of(self.seeker, self.posting, self.way, self.tables)


def degree(
    seeker: Seeker,
    posting: Posting,
    way: Way | None,
    *,
    on: date,
    declined: bool = False,
    parameters: Parameters = DESIGN,
    words: Words = NO_WORDS,
    substitutes: Substitutes = NONE_IN,
) -> Degree:
    """How well the two fit on a day. `way` None: nobody knows yet how far it is.

    `declined`: they were introduced to each other before, and one of them said no.
    """
    tables = Tables(parameters, words, substitutes)
    barred = gates.shut(seeker, posting, way, on=on, declined=declined, parameters=parameters)
    if barred:
        return Degree(seeker, posting, way, on, tables, barred, 0.0, 0.0, 0.0)
    values = values_of(seeker, posting, way, tables)
    exact = counted(_filled(values, parameters.unknown), parameters)
    low = counted(_filled(values, 0.0), parameters) if None in values else exact
    high = counted(_filled(values, 1.0), parameters) if None in values else exact
    return Degree(seeker, posting, way, on, tables, (), exact, low, high)


def values_of(
    seeker: Seeker, posting: Posting, way: Way | None, tables: Tables
) -> tuple[float | None, ...]:
    """How far every criterion is met, in the order of `Name`."""
    return tuple([rule(seeker, posting, way, tables) for rule in met.CRITERIA.values()])


def counted(values: Sequence[float], parameters: Parameters) -> float:
    """The degree of criteria that are met so far: both sides together, held down by the weakest."""
    sides = together(
        _side(values, Side.SEEKER, parameters), _side(values, Side.EMPLOYER, parameters)
    )
    return round(100 * min(sides, most_with(min(values), parameters)), DIGITS)


def together(one: float, other: float) -> float:
    """The harmonic mean: one side cannot make up for the other."""
    return 2 * one * other / (one + other) if one + other > 0 else 0.0


def most_with(weakest: float, parameters: Parameters) -> float:
    """What the weakest criterion leaves possible, 0 to 1."""
    return parameters.cap + (1 - parameters.cap) * weakest


_PLACES: Mapping[Side, tuple[tuple[int, Name], ...]] = MappingProxyType(
    {
        side: tuple((at, name) for at, name in enumerate(Name) if SIDES[name] is side)
        for side in Side
    }
)


def _side(values: Sequence[float | None], side: Side, parameters: Parameters) -> float:
    total, weights = 0.0, parameters.weights
    for at, name in _PLACES[side]:
        value = values[at]
        total += weights[name] * (parameters.unknown if value is None else value)
    return min(1.0, total)


def _filled(values: Sequence[float | None], instead: float) -> tuple[float, ...]:
    return tuple([instead if value is None else value for value in values])


def _named(values: Sequence[float | None], parameters: Parameters) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            name=name,
            side=SIDES[name],
            value=parameters.unknown if value is None else value,
            weight=parameters.weights[name],
            unknown=value is None,
        )
        for name, value in zip(Name, values, strict=True)
    )
