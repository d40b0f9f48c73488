"""The words of titles, written by hand: what they mean, of which field they are, what tells little."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field as dataclass_field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from webapp.jobs.words import plain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DATA = Path(__file__).parent / "data"
NOISE = 0.1
# How much a word tells that begins inside of another one: 管理顾问 in 财富管理顾问.
OVERLAPPED = 0.25
# How much a word tells that stands in many kinds of work; it is marked in the table.
GENERAL, MARK = 0.7, "~"

# What a word can tell: its meaning, a family of groups of meanings that are near each other, the field
# of the meaning, and how a title ends.
MEANING, KIN, FIELD, END = range(4)

# The field of skills that belong to no other.
SKILLS = "skill"

_FIRST_CJK, _LAST_CJK = 0x3400, 0x9FFF

# Words are looked up by numbers: the points of their characters as digits, wrapped at 64 bits.
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SHORT = np.uint64(48)


@dataclass(frozen=True)
class Matches:
    """Words found in texts, in their order: where, how long, which form, and how much of it counts."""

    at: Ints
    length: Ints
    form: Ints
    share: Floats


@dataclass(frozen=True)
class Told:
    """What words tell beside their characters: of which kind, which of that kind, and how strongly.

    What a form tells stands together, from `first[form]`, `many[form]` of it.
    """

    first: Ints
    many: Ints
    kind: Ints
    which: Ints
    weight: Floats

    def of(self, forms: Ints) -> tuple[Ints, Ints]:
        """For everything that these forms tell: which of them tells it, and where it stands here."""
        many = self.many[forms]
        which = np.repeat(np.arange(len(forms)), many)
        before = np.cumsum(many) - many
        return which, np.arange(len(which)) + (self.first[forms] - before)[which]


@dataclass(frozen=True)
class Known:
    """The forms of one length by their numbers; `may_be` tells by the first bits that a number is none."""

    number: NDArray[np.uint64]
    form: Ints
    may_be: NDArray[np.bool_]


@dataclass(frozen=True)
class Dictionary:
    """Every form and what it tells; by length the numbers of the forms."""

    forms: tuple[str, ...]
    tells: Floats
    is_head: NDArray[np.bool_]
    told: Told
    by_length: dict[int, Known]

    def find(self, points: Ints) -> Matches:
        """The words in a text, as its code points. A word inside of a longer one does not count."""
        nothing = np.zeros(0, dtype=np.int64)
        places, lengths, forms = [nothing], [nothing], [nothing]
        reach = np.zeros(len(points), dtype=np.int64)
        letter = np.concatenate(([0], (points >= ord("a")) & (points <= ord("z")), [0])).astype(
            bool
        )
        numbers = _numbers(points, max(self.by_length))
        for length in sorted(self.by_length, reverse=True):
            if length > len(points):
                continue
            known = self.by_length[length]
            number = numbers[length]
            found = np.flatnonzero(known.may_be[number >> _SHORT])
            at = np.searchsorted(known.number, number[found])
            at[at == len(known.number)] = 0
            right = known.number[at] == number[found]
            right &= reach[found] < found + length
            right &= _whole_word(letter, found, length)
            found, at = found[right], at[right]
            if not len(found):
                continue
            places.append(found)
            lengths.append(np.full(len(found), length))
            forms.append(known.form[at])
            ends = np.zeros(len(points), dtype=np.int64)
            ends[found] = found + length
            reach = np.maximum(reach, np.maximum.accumulate(ends))
        place, size, which = (np.concatenate(each) for each in (places, lengths, forms))
        right = self._stands(points, place, size, which)
        order = np.argsort(place[right], kind="stable")
        place, size, which = (each[right][order] for each in (place, size, which))
        ends = np.maximum.accumulate(np.append(0, place + size))[:-1]
        share = np.where(place < ends, OVERLAPPED, 1.0)
        return Matches(at=place, length=size, form=which, share=share)

    def _stands(self, points: Ints, place: Ints, size: Ints, which: Ints) -> NDArray[np.bool_]:
        """Which words are such where they were found, as what follows tells."""
        last, after = points[place + size - 1], np.append(points, 0)[place + size]
        # A single character is the end of a title only where nothing follows it: 员, but not 员工.
        right: NDArray[np.bool_] = (
            ~self.is_head[which] | (size > 1) | (after < _FIRST_CJK) | (after > _LAST_CJK)
        )
        # There is no 电工 in 风电工程师, and no 工人 in 加工人员.
        right &= (last != ord("工")) | (after != ord("程"))
        right &= (last != ord("人")) | (after != ord("员")) | (size > 2)
        return right


@dataclass
class _Entry:
    """A form while the tables are read."""

    tells: float
    is_head: bool
    told: list[tuple[int, int, float]] = dataclass_field(default_factory=list)


@cache
def dictionary() -> Dictionary:
    """The words of the house; read once."""
    words, heads = _words(), _heads()
    for form, entry in words.items():
        ending = next((form[at:] for at in range(len(form)) if form[at:] in heads), "")
        entry.told += heads[ending].told if ending else []
    for (form,) in rows("title_noise.txt", header=False):
        heads.setdefault(form, _Entry(NOISE, is_head=True))
    every = heads | words
    forms, entries = tuple(every), every.values()
    many = np.array([len(each.told) for each in entries])
    kind, which, weight = zip(*(one for each in entries for one in each.told), strict=True)
    return Dictionary(
        forms=forms,
        tells=np.array([each.tells for each in entries]),
        is_head=np.array([each.is_head for each in entries]),
        told=Told(
            first=np.cumsum(many) - many,
            many=many,
            kind=np.array(kind),
            which=np.array(which),
            weight=np.array(weight),
        ),
        by_length=_by_length(forms),
    )


def _words() -> dict[str, _Entry]:
    kin: dict[str, list[int]] = {}
    for family, (groups,) in enumerate(rows("title_kin.tsv")):
        for group in groups.split("|"):
            kin.setdefault(group, []).append(family)
    fields: dict[str, int] = {}
    words: dict[str, _Entry] = {}
    meanings = 0
    for meanings, (field, group, forms) in enumerate(rows("title_words.tsv"), start=1):
        told = [(MEANING, meanings), (FIELD, fields.setdefault(field, len(fields)))]
        told += [(KIN, family) for family in kin.get(f"{field}.{group}", ())]
        for form in forms.split("|"):
            weight = GENERAL if form.startswith(MARK) else 1.0
            entry = words.setdefault(form.removeprefix(MARK), _Entry(1.0, is_head=False))
            entry.told += [(kind, which, weight) for kind, which in told]
    for meaning, (term, _english, parent, aliases) in enumerate(rows("skills.tsv"), meanings + 1):
        # A skill one of whose words stands above has that meaning, another one is kin of its parent;
        # one whose words are told apart above stays apart.
        names = [plain(each) for each in (term, *aliases.split("|")) if each]
        known = [words[each] for each in names if each in words]
        if len(known) < 2:
            above = words.get(plain(parent), _Entry(1.0, is_head=False)).told
            own = [each for each in above if each[0] == FIELD] or [(FIELD, fields[SKILLS], 1.0)]
            told_of = known[0].told if known else [(MEANING, meaning, 1.0), *own]
            for name in names:
                words.setdefault(name, _Entry(1.0, is_head=False, told=list(told_of)))
    return words


def _heads() -> dict[str, _Entry]:
    heads: dict[str, _Entry] = {}
    for head, (weight, forms) in enumerate(rows("title_heads.tsv")):
        for form in forms.split("|"):
            entry = heads.setdefault(form, _Entry(float(weight), is_head=True))
            entry.told.append((END, head, float(weight)))
    return heads


def _by_length(names: tuple[str, ...]) -> dict[int, Known]:
    by_length: dict[int, Known] = {}
    for length in {len(form) for form in names}:
        form = np.array([at for at, name in enumerate(names) if len(name) == length])
        number = np.array([_number(names[at]) for at in form], dtype=np.uint64)
        order = np.argsort(number)
        may_be = np.zeros(1 << (64 - int(_SHORT)), dtype=bool)
        may_be[number >> _SHORT] = True
        by_length[length] = Known(number[order], form[order], may_be)
    return by_length


def _numbers(points: Ints, longest: int) -> dict[int, NDArray[np.uint64]]:
    """For each length the number of the word that would begin at each place."""
    wide = points.astype(np.uint64)
    found = {1: wide}
    for length in range(2, min(longest, len(points)) + 1):
        found[length] = found[length - 1][:-1] * _BASE + wide[length - 1 :]
    return found


def _number(form: str) -> int:
    number = 0
    for each in form:
        number = (number * int(_BASE) + ord(each)) % (1 << 64)
    return number


def _whole_word(letter: NDArray[np.bool_], found: Ints, length: int) -> NDArray[np.bool_]:
    """Latin letters are words between what is no letter: no `it` is found in `digital`.

    `letter` tells of each place whether a letter stands there, with one place more at both ends.
    """
    cut_before = letter[found] & letter[found + 1]
    cut_after = letter[found + length] & letter[found + length + 1]
    return ~(cut_before | cut_after)


def rows(name: str, *, header: bool = True) -> Iterator[list[str]]:
    """The rows of a table of words, without its remarks."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = (row for row in csv.reader(file, delimiter="\t") if not row[0].startswith("#"))
        if header:
            next(rows)
        yield from rows
