"""Postings made ready for counting many degrees at once: columns, and sets of words as ones and noughts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.jobs.criteria import Tables
from webapp.jobs.sides import Posting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Sets:
    """Sets of words as rows of ones and noughts over a vocabulary."""

    words: dict[str, int]
    has: Floats

    @classmethod
    def of(cls, sets: Sequence[Iterable[str]]) -> Sets:
        """The rows of these sets, over all their words."""
        words: dict[str, int] = {}
        for each in sets:
            for word in sorted(each):
                words.setdefault(word, len(words))
        has = np.zeros((len(sets), len(words)))
        for row, each in enumerate(sets):
            has[row, [words[word] for word in each]] = 1.0
        return cls(words, has)

    def rows(self, sets: Sequence[Iterable[str] | None]) -> Floats:
        """Other sets over this vocabulary; words that are not in it are left out, None is empty."""
        found = np.zeros((len(sets), len(self.words)))
        for row, each in enumerate(sets):
            at = [self.words[word] for word in each or () if word in self.words]
            found[row, at] = 1.0
        return found


@dataclass(frozen=True)
class Pool:
    """Postings made ready for counting. `until` is the last day as an ordinal, without end if there is none."""

    tables: Tables
    ids: Ints
    codes: tuple[str, ...]
    code: Ints
    low: Floats
    high: Floats
    education: Floats
    years: Floats
    open: Flags
    until: Floats
    dormitory: Flags
    hazardous: Flags
    must: Sets
    nice: Sets
    shifts: Sets
    benefits: Sets
    benefits_known: Flags
    certificates: Sets

    def only(self, at: Ints) -> Pool:
        """The pool of these postings alone, by their places."""
        parts = {name: _rows(getattr(self, name), at) for name in _ROWS}
        return replace(self, **parts)


# What a pool keeps of each posting, a row or a place for each.
_ROWS = (
    "ids",
    "code",
    "low",
    "high",
    "education",
    "years",
    "open",
    "until",
    "dormitory",
    "hazardous",
    "must",
    "nice",
    "shifts",
    "benefits",
    "benefits_known",
    "certificates",
)


def pool(postings: Sequence[Posting], tables: Tables) -> Pool:
    """The postings, made ready once for any number of seekers."""
    codes = tuple(sorted({each.code for each in postings}))
    place = {code: at for at, code in enumerate(codes)}
    meant = tables.words.meant_by
    return Pool(
        tables=tables,
        ids=np.array([each.id for each in postings], dtype=np.int64),
        codes=codes,
        code=np.array([place[each.code] for each in postings], dtype=np.int64),
        low=numbers(each.pay_low for each in postings),
        high=numbers(each.top_pay for each in postings),
        education=numbers(each.education for each in postings),
        years=numbers(each.years for each in postings),
        open=np.array([each.open and each.openings_left > 0 for each in postings], dtype=bool),
        until=np.array(
            [each.valid_until.toordinal() if each.valid_until else np.inf for each in postings]
        ),
        dormitory=np.array([each.dormitory for each in postings], dtype=bool),
        hazardous=np.array([each.hazardous for each in postings], dtype=bool),
        must=Sets.of([meant(each.must) for each in postings]),
        nice=Sets.of([meant(each.nice) for each in postings]),
        shifts=Sets.of([each.shifts or () for each in postings]),
        benefits=Sets.of([each.benefits or () for each in postings]),
        benefits_known=np.array([each.benefits is not None for each in postings], dtype=bool),
        certificates=Sets.of([each.certificates for each in postings]),
    )


def numbers(values: Iterable[float | None]) -> Floats:
    """A column; not a number where there is none."""
    return np.array([np.nan if each is None else each for each in values], dtype=np.float64)


def _rows(part: Any, at: Ints) -> Any:
    return Sets(part.words, part.has[at]) if isinstance(part, Sets) else part[at]
