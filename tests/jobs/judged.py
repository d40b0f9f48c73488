"""Titles judged by hand, and how well a way of comparing them finds those that mean the same.

`data/same_titles.tsv` is in the words of those who seek work here, `data/occupation_titles.tsv` over
all branches and partly in the words of translations; both were written before the words they are to
judge. One half of each is for making (`making`), the other held out. Of the occupations held out only
figures were looked at while the words were widened; of those here, misses were seen, too. Titles and
words are by the same hand, so what others write is found less well than these figures say.
"""

from __future__ import annotations

import csv
import math
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Alike = Callable[[str, list[str]], list[float]]

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Query:
    """A title, and those that mean the same."""

    title: str
    same: frozenset[str]


@dataclass(frozen=True)
class Judged:
    """Queries, one half of them held out, and the list in which their titles are to be found."""

    making: tuple[Query, ...]
    held_out: tuple[Query, ...]

    @property
    def queries(self) -> tuple[Query, ...]:
        """Both halves."""
        return self.making + self.held_out

    @cached_property
    def titles(self) -> list[str]:
        """The titles of all queries."""
        return sorted({title for query in self.queries for title in query.same})

    def mean_average_precision(self, alike: Alike, queries: tuple[Query, ...]) -> float:
        """How early the titles that mean the same come, over the queries: 1 is before all others."""
        found = [
            _average_precision(alike(each.title, self.titles), self.titles, each.same)
            for each in queries
        ]
        return sum(found) / len(found)


def _queries(name: str) -> tuple[Query, ...]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return tuple(Query(row["query"], frozenset(row["same"].split("|"))) for row in rows)


def _by_hash(queries: tuple[Query, ...], odd: int) -> tuple[Query, ...]:
    return tuple(each for each in queries if zlib.crc32(each.title.encode()) % 2 == odd)


_HERE = _queries("same_titles.tsv")
_EVERYWHERE = _queries("occupation_titles.tsv")
HERE = Judged(_HERE[::2], _HERE[1::2])
EVERYWHERE = Judged(_by_hash(_EVERYWHERE, 0), _by_hash(_EVERYWHERE, 1))


def plain(query: str, titles: list[str]) -> list[float]:
    """The baseline: cosine of single characters and pairs, by how often and how rare (TF-IDF)."""
    bags = [_grams(title) for title in titles]
    common = Counter(gram for bag in bags for gram in bag)

    def weighed(bag: Counter[str]) -> dict[str, float]:
        return {
            gram: count * (math.log((1 + len(titles)) / (1 + common[gram])) + 1)
            for gram, count in bag.items()
        }

    asked = weighed(_grams(query))
    return [_cosine(asked, weighed(bag)) for bag in bags]


def _average_precision(scores: list[float], titles: list[str], same: frozenset[str]) -> float:
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
    hits, total = 0, 0.0
    for place, at in enumerate(order, start=1):
        if titles[at] in same:
            hits += 1
            total += hits / place
    return total / len(same)


def _grams(text: str) -> Counter[str]:
    text = text.lower()
    return Counter([*text, *(text[at : at + 2] for at in range(len(text) - 1))])


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    dot = sum(weight * other.get(gram, 0.0) for gram, weight in one.items())
    return dot / math.sqrt(
        sum(each * each for each in one.values()) * sum(each * each for each in other.values())
    )
