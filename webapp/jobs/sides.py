"""The two sides of a match: what a seeker and a posting say of themselves, and the way between.

Of a demand, nothing said means that nothing is asked. Of what the other side has to offer, None
means that nobody knows yet, and an empty set that there is none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from webapp.jobs.parameters import Parameters

MOST_WANTED = 3
_CODE = re.compile(r"\d(-\d\d){0,3}")


@dataclass(frozen=True, slots=True)
class Seeker:
    """Somebody who looks for work, as far as it counts for a match. Who they are does not stand here.

    `wanted`: up to three occupations, 职业分类大典 codes. `lines`: years in each occupation held; None
    is not filled in, empty is none. `certificates`: until when each is valid, None for good. `ask` and
    `floor` in yuan a month. `shifts` they would work; `refused` never. `benefits` they wish for.
    `birth_year` only keeps children and minors from work that is closed to them.
    """

    id: int
    wanted: tuple[str, ...]
    lines: Mapping[str, float] | None = None
    skills: frozenset[str] | None = None
    certificates: Mapping[str, date | None] = field(default_factory=lambda: MappingProxyType({}))
    education: int | None = None
    ask: float | None = None
    floor: float | None = None
    shifts: frozenset[str] | None = None
    refused: frozenset[str] = frozenset()
    benefits: frozenset[str] | None = None
    dormitory: bool = False
    mode: str = "ebike"
    max_minutes: float | None = None
    birth_year: int | None = None
    push: bool = True
    open: bool = True

    def __post_init__(self) -> None:
        """One to three occupations, each a code."""
        if not 1 <= len(self.wanted) <= MOST_WANTED:
            raise ValueError(f"A seeker names one to {MOST_WANTED} occupations.")
        _check_codes(*self.wanted, *(self.lines or ()))

    def lowest_pay(self, parameters: Parameters) -> float | None:
        """Below this (yuan a month) they do not come: what they said, or a share of what they ask."""
        if self.floor is None:
            return None if self.ask is None else self.ask * parameters.floor_share
        return self.floor


@dataclass(frozen=True, slots=True)
class Posting:
    """Work that is offered, as far as it counts for a match.

    `pay_low` to `pay_high` in yuan a month; without a top it is one amount. `must` and `nice` are
    skills. `education` 0 and `years` 0 ask for nothing. `openings_left`: how many can still come.
    """

    id: int
    code: str
    must: frozenset[str] = frozenset()
    nice: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    education: int = 0
    years: float = 0.0
    pay_low: float | None = None
    pay_high: float | None = None
    shifts: frozenset[str] | None = None
    benefits: frozenset[str] | None = None
    dormitory: bool = False
    hazardous: bool = False
    open: bool = True
    valid_until: date | None = None
    openings_left: int = 1

    def __post_init__(self) -> None:
        """A code, and a top that is not below the lowest pay."""
        _check_codes(self.code)
        if self.pay_high is not None and (self.pay_low is None or self.pay_high < self.pay_low):
            raise ValueError("The highest pay is not below the lowest.")

    @property
    def top_pay(self) -> float | None:
        """The most that is paid (yuan a month)."""
        return self.pay_low if self.pay_high is None else self.pay_high


@dataclass(frozen=True, slots=True)
class Way:
    """How far it is from home to work, and whether the roads say so or an estimate does."""

    metres: float
    by_road: bool = True

    def minutes(self, mode: str, parameters: Parameters) -> float:
        """How long it takes from door to door."""
        return self.metres / parameters.speeds[mode]


def straight_way(
    here: tuple[float, float], there: tuple[float, float], parameters: Parameters
) -> Way:
    """The way as it is estimated where no road is known: the straight line, and the usual detour."""
    return Way(math.dist(here, there) * parameters.detour, by_road=False)


@lru_cache(maxsize=65_536)
def level(code: str, other: str) -> int:
    """How many levels two occupations have in common, of four; a code is wholly in common with itself."""
    if code == other:
        return 4
    common = 0
    for mine, theirs in zip(code.split("-"), other.split("-"), strict=False):
        if mine != theirs:
            break
        common += 1
    return common


def minor_group(code: str) -> str:
    """The 小类 of an occupation: the first three levels of its code."""
    return code[:7]


def _check_codes(*codes: str) -> None:
    for code in codes:
        if not _CODE.fullmatch(code):
            raise ValueError(f"{code} is no code of an occupation.")
