"""Titles judged by hand, and how well a way of comparing them finds those that mean the same.

`data/same_titles.tsv` was written before the table of words, by the same hand. Every other query is
for making (`MAKING`), the rest were looked at only for the figures (`HELD_OUT`).
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Alike = Callable[[str, list[str]], list[float]]

_FILE = Path(__file__).parent / "data" / "same_titles.tsv"


@dataclass(frozen=True)
class Query:
    """A title, and those that mean the same."""

    title: str
    same: frozenset[str]


def _queries() -> tuple[Query, ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return tuple(Query(row["query"], frozenset(row["same"].split("|"))) for row in rows)


QUERIES = _queries()
MAKING, HELD_OUT = QUERIES[::2], QUERIES[1::2]
TITLES = sorted({title for query in QUERIES for title in query.same})


def mean_average_precision(alike: Alike, queries: tuple[Query, ...]) -> float:
    """How early the titles that mean the same come, over the queries: 1 is before all others."""
    return sum(_average_precision(alike(each.title, TITLES), each.same) for each in queries) / len(
        queries
    )


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


def _average_precision(scores: list[float], same: frozenset[str]) -> float:
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
    hits, total = 0, 0.0
    for place, at in enumerate(order, start=1):
        if TITLES[at] in same:
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
