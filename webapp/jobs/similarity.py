"""How alike short texts are: titles of work and names of skills, by their characters and their meaning.

A text is a bag of features: single characters, pairs of neighbours, the meanings that a table of
words written by hand finds in it, and the families and fields those belong to. What many texts of the list have
tells little (idf); what ends a title in general (员, 工程师), says nothing of the work (急招,
包吃住, a town) or stands in brackets counts less. Nothing is learned, and no text is cut into words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from webapp.jobs.title_words import Dictionary, dictionary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# What a feature of each kind weighs.
CHARACTER = 0.7
PAIR = 0.4
MEANING = 3.0
KIN = 1.0
FIELD = 0.8
END = 0.8
BRACKETED = 0.7
# The share of the query that a text contains counts beside how alike the two are as wholes.
CONTAINED = 0.3
# The texts that a list is thought to be part of, so that a short list knows what is rare, too.
BEHIND = 1200.0

_LINE = 10
# So many texts can be told apart beside a feature in one number.
_MANY = 1 << 16
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_BRACKETS = np.zeros(0x3100, dtype=np.int64)
_BRACKETS[[ord(each) for each in "([{<【《「"]] = 1
_BRACKETS[[ord(each) for each in ")]}>】》」"]] = -1
# Features are numbers; those of a kind begin at its own place.
_PAIRS = 1 << 44
_TOLD = 1 << 46


def similarity(query: str, titles: list[str]) -> list[float]:
    """How alike each title is to the query, from 0 to 1; the same question has the same answer."""
    if not titles:
        return []
    index = _index(tuple(titles))
    scores: list[float] = index.scores(query).tolist()
    return scores


@dataclass(frozen=True)
class Bags:
    """Texts as features, in the order of those: which text has which, and how strongly."""

    text: Ints
    feature: Ints
    weight: Floats


@dataclass(frozen=True)
class Index:
    """The features of a list, each with the texts that have it: text `text[start[i]:start[i+1]]`."""

    count: int
    feature: Ints
    start: Ints
    text: Ints
    weight: Floats
    norm: Floats

    def scores(self, query: str) -> Floats:
        """How alike each text is to the query."""
        if not len(self.feature):
            return np.zeros(self.count)
        asked = bags(query.replace("\n", " "), dictionary())
        told = asked.weight * _idf(np.zeros(len(asked.feature)), asked.feature, self.count)
        at = np.searchsorted(self.feature, asked.feature)
        at[at == len(self.feature)] = 0
        found = self.feature[at] == asked.feature
        common = np.diff(self.start)[at]
        told[found] = asked.weight[found] * _idf(common[found], asked.feature[found], self.count)
        dot = np.zeros(self.count)
        contained = np.zeros(self.count)
        for place, mine in zip(at[found], told[found], strict=True):
            texts = slice(self.start[place], self.start[place + 1])
            dot[self.text[texts]] += mine * self.weight[texts]
            contained[self.text[texts]] += mine * np.minimum(mine, self.weight[texts])
        length = float(np.sqrt(np.sum(told * told))) or 1.0
        alike = dot / (length * self.norm)
        result: Floats = (1 - CONTAINED) * alike + CONTAINED * contained / length**2
        return np.clip(result, 0.0, 1.0)


def bags(text: str, words: Dictionary) -> Bags:
    """The features of texts that stand on a line each."""
    points = _points(text)
    line = np.cumsum(points == _LINE)
    standing = _standing(points, line)
    found = words.find(points)
    # The characters of a word weigh what it tells.
    weight = standing.copy()
    tells = words.tells[found.form]
    little = tells < 1
    at, length, tells = found.at[little], found.length[little], tells[little]
    for more in range(int(length.max(initial=0))):
        there = length > more
        np.minimum.at(weight, at[there] + more, tells[there])
    cjk = (points >= 0x3400) & (points <= 0x9FFF)
    letter = (points >= ord("a")) & (points <= ord("z"))
    pair = (cjk[:-1] & cjk[1:]) | (letter[:-1] & letter[1:])
    word, told = words.told.of(found.form)
    at, kind = found.at[word], words.told.kind[told]
    by_kind = np.array([MEANING, KIN, FIELD, END])
    parts = (
        (line[cjk], points[cjk], CHARACTER * weight[cjk]),
        (
            line[:-1][pair],
            (points[:-1] << 21 | points[1:])[pair] | _PAIRS,
            PAIR * ((weight[:-1] + weight[1:]) / 2)[pair],
        ),
        (
            line[at],
            (kind << 21 | words.told.which[told]) | _TOLD,
            by_kind[kind] * words.told.weight[told] * (standing[found.at] * found.share)[word],
        ),
    )
    return _summed(*(np.concatenate(each) for each in zip(*parts, strict=True)))


@lru_cache(maxsize=8)
def _index(titles: tuple[str, ...]) -> Index:
    lines = "\n".join(titles)
    if lines.count("\n") >= len(titles):
        lines = "\n".join(each.replace("\n", " ") for each in titles)
    bag = bags(lines, dictionary())
    feature, text, weight = bag.feature, bag.text, bag.weight
    first = np.flatnonzero(np.diff(feature, prepend=-1))
    start = np.append(first, len(feature))
    common = np.diff(start)
    weight = weight * np.repeat(_idf(common, feature[first], len(titles)), common)
    norm = np.sqrt(np.bincount(text, weight * weight, minlength=len(titles)))
    norm[norm == 0] = 1.0
    return Index(len(titles), feature[first], start, text, weight, norm)


def _idf(common: Floats | Ints, feature: Ints, count: int) -> Floats:
    """How much a feature tells that so many of the list have, and some of the texts behind it."""
    behind = _behind()
    at = np.searchsorted(behind.feature, feature)
    at[at == len(behind.feature)] = 0
    usual = np.where(behind.feature[at] == feature, behind.share[at], 0.0)
    result: Floats = np.log(1 + (count + BEHIND) / (1 + common + BEHIND * usual))
    return result


@dataclass(frozen=True)
class Behind:
    """In which share of all titles a feature is, as the house's own words show it."""

    feature: Ints
    share: Floats


@cache
def _behind() -> Behind:
    words = dictionary()
    bag = bags("\n".join(words.forms), words)
    feature, common = np.unique(bag.feature, return_counts=True)
    plain = feature < _TOLD
    return Behind(feature[plain], common[plain] / len(words.forms))


def _points(text: str) -> Ints:
    plain = unicodedata.normalize("NFKC", text.translate(_WIDE)).lower()
    return np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)


def _standing(points: Ints, line: Ints) -> Floats:
    """What stands in brackets counts less."""
    steps = _BRACKETS[np.minimum(points, len(_BRACKETS) - 1)]
    if not steps.any():
        return np.ones(len(points))
    depth: Ints = np.cumsum(steps)
    # Brackets that are not closed end with their line.
    first = np.flatnonzero(np.diff(line, prepend=-1))
    before = np.where(first > 0, depth[first - 1], 0)
    inside = depth - np.repeat(before, np.diff(np.append(first, len(points)))) > 0
    return np.where(inside, BRACKETED, 1.0)


def _summed(text: Ints, feature: Ints, weight: Floats) -> Bags:
    """Each feature of a text once; what is there twice counts a little more, not double."""
    order = (
        np.lexsort((text, feature))
        if text.max(initial=0) >= _MANY
        else (feature << 16 | text).argsort()
    )
    text, feature, weight = text[order], feature[order], weight[order]
    new = (np.diff(text, prepend=-1) != 0) | (np.diff(feature, prepend=-1) != 0)
    first = np.flatnonzero(new)
    if not len(first):
        return Bags(text, feature, weight)
    most = np.maximum.reduceat(weight, first)
    whole = np.add.reduceat(weight, first)
    return Bags(text[first], feature[first], most * np.log2(1 + whole / most))


# The words are read with the module, so that the first question is answered as fast as the next.
_behind()
