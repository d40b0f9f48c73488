"""The words of skills: which mean the same, which are kin, and how much each one tells."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType


class Kinship(IntEnum):
    """How near two skills are."""

    NONE = 0
    RESEMBLING = 1
    KIN = 2
    SAME = 3


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A version of the table of skills.

    `canonical` leads from every alias, written plainly (`plain`), to the one word for it; `parent`
    from a skill to the wider one; `siblings` are pairs that stand in for each other. `idf` says how
    much a skill tells; it stands still with its version, whoever registers or leaves. A word that
    is not in the table is itself, and tells `idf_otherwise`.
    """

    version: int = 1
    canonical: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    siblings: frozenset[tuple[str, str]] = frozenset()
    idf: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    idf_otherwise: float = 1.0
    _kin: frozenset[tuple[str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Kin are kin in both directions."""
        pairs = {*self.parent.items(), *self.siblings}
        object.__setattr__(self, "_kin", frozenset(pairs | {pair[::-1] for pair in pairs}))

    def meant(self, term: str) -> str:
        """The one word for what somebody wrote."""
        found = self.canonical.get(term)
        if found is None:
            written = plain(term)
            found = self.canonical.get(written, written)
        return found

    def meant_by(self, terms: Iterable[str]) -> frozenset[str]:
        """The words meant by several terms, each one once."""
        return _meant_by(self, frozenset(terms))

    def weight(self, word: str) -> float:
        """How much a canonical word tells."""
        return self.idf.get(word, self.idf_otherwise)

    def kinship(self, word: str, other: str, *, resembling_from: float) -> Kinship:
        """How near two canonical words are. It is the same in both directions."""
        if word == other:
            return Kinship.SAME
        if (word, other) in self._kin:
            return Kinship.KIN
        return Kinship.RESEMBLING if dice(word, other) >= resembling_from else Kinship.NONE


NO_WORDS = Words()


@lru_cache(maxsize=65_536)
def _meant_by(words: Words, terms: frozenset[str]) -> frozenset[str]:
    # One and the same set of skills is compared with hundreds of postings.
    return frozenset(map(words.meant, terms))


@lru_cache(maxsize=65_536)
def plain(term: str) -> str:
    """The term in one way of writing: full-width marks, capitals and spaces tell nothing."""
    return "".join(unicodedata.normalize("NFKC", term).casefold().split())


@lru_cache(maxsize=262_144)
def dice(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two words share: twice the common over all."""
    mine = {one[at : at + 2] for at in range(len(one) - 1)}
    theirs = {other[at : at + 2] for at in range(len(other) - 1)}
    if not mine or not theirs:
        return 0.0
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def informative(counts: Mapping[str, int], *, lists: int) -> dict[str, float]:
    """How much each word tells that stands in so many of the lists: 1 for one in each, more if rare."""
    return {word: 1.0 + math.log((1 + lists) / (1 + count)) for word, count in counts.items()}
