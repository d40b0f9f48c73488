"""The words of titles, written by hand: what they mean, of which field they are, what tells little."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from webapp.jobs.words import plain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DATA = Path(__file__).parent / "data"
NOISE = 0.1
# The field of skills that belong to no other.
SKILLS = "skill"

_FIRST_CJK, _LAST_CJK = 0x3400, 0x9FFF

# Words are looked up by numbers: the points of their characters as digits, wrapped at 64 bits.
_BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Matches:
    """Words found in texts: where, how long, what they tell, mean and belong to.

    `meaning` and `field` are -1 where there is none.
    """

    at: Ints
    length: Ints
    tells: Floats
    meaning: Ints
    field: Ints
    is_head: NDArray[np.bool_]


@dataclass(frozen=True)
class Dictionary:
    """Every form with what it tells, means and belongs to; by length the numbers of the forms."""

    forms: tuple[str, ...]
    tells: Floats
    meaning: Ints
    field: Ints
    is_head: NDArray[np.bool_]
    by_length: dict[int, tuple[NDArray[np.uint64], Ints]]

    def find(self, points: Ints) -> Matches:
        """The words in a text, as its code points. A word inside of a longer one does not count."""
        nothing = np.zeros(0, dtype=np.int64)
        places, lengths, forms = [nothing], [nothing], [nothing]
        reach = np.zeros(len(points), dtype=np.int64)
        letter = ((points >= ord("a")) & (points <= ord("z"))).astype(bool)
        numbers = _numbers(points, max(self.by_length))
        for length in sorted(self.by_length, reverse=True):
            if length > len(points):
                continue
            known, form = self.by_length[length]
            number = numbers[length]
            at = np.searchsorted(known, number)
            at[at == len(known)] = 0
            found = np.flatnonzero(known[at] == number)
            found = found[reach[found] < found + length]
            found = found[_whole_word(letter, found, length)]
            places.append(found)
            lengths.append(np.full(len(found), length))
            forms.append(form[at[found]])
            ends = np.zeros(len(points), dtype=np.int64)
            ends[found] = found + length
            reach = np.maximum(reach, np.maximum.accumulate(ends))
        place, size, which = (np.concatenate(each) for each in (places, lengths, forms))
        # A single character is the end of a title only where nothing follows it: 员, but not 员工.
        after = np.append(points, 0)[place + size]
        ends = ~self.is_head[which] | (size > 1) | (after < _FIRST_CJK) | (after > _LAST_CJK)
        place, size, which = place[ends], size[ends], which[ends]
        return Matches(
            at=place,
            length=size,
            tells=self.tells[which],
            meaning=self.meaning[which],
            field=self.field[which],
            is_head=self.is_head[which],
        )


@cache
def dictionary() -> Dictionary:
    """The words of the house; read once."""
    forms = _forms()
    names = tuple(forms)
    tells, meanings, of_field, is_head = zip(*forms.values(), strict=True)
    by_length: dict[int, tuple[NDArray[np.uint64], Ints]] = {}
    for length in {len(form) for form in names}:
        which = np.array([at for at, form in enumerate(names) if len(form) == length])
        numbers = np.array([_number(names[at]) for at in which], dtype=np.uint64)
        order = np.argsort(numbers)
        by_length[length] = (numbers[order], which[order])
    return Dictionary(
        forms=names,
        tells=np.array(tells),
        meaning=np.array(meanings),
        field=np.array(of_field),
        is_head=np.array(is_head),
        by_length=by_length,
    )


# What a word tells, means and belongs to, and whether it is an end.
_Told = tuple[float, int, int, bool]


def _forms() -> dict[str, _Told]:
    """Every form with what is told of it; what stands in several files is what the first one says."""
    forms: dict[str, _Told] = {}
    fields: dict[str, int] = {}
    meaning = 0
    for name, words in _rows("title_words.tsv"):
        field = fields.setdefault(name, len(fields))
        forms |= dict.fromkeys(words.split("|"), (1.0, meaning, field, False))
        meaning += 1
    for term, _english, parent, aliases in _rows("skills.tsv"):
        # A skill one of whose words stands above has that meaning, another one is kin of its parent;
        # one whose words are told apart above stays apart.
        names = [plain(each) for each in (term, *aliases.split("|")) if each]
        known = [forms[each] for each in names if each in forms]
        above = forms.get(plain(parent))
        field = above[2] if above else fields.setdefault(SKILLS, len(fields))
        if len(known) < 2:
            told = known[0] if known else (1.0, meaning, field, False)
            forms = dict.fromkeys(names, told) | forms
            meaning += 1
    for weight, ends in _rows("title_heads.tsv"):
        forms = dict.fromkeys(ends.split("|"), (float(weight), meaning, -1, True)) | forms
        meaning += 1
    noise = [form for (form,) in _rows("title_noise.txt", header=False)]
    return dict.fromkeys(noise, (NOISE, -1, -1, True)) | forms


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
    """Latin letters are words between what is no letter: no `it` is found in `digital`."""
    padded = np.concatenate(([False], letter, [False]))
    cut_before = padded[found] & padded[found + 1]
    cut_after = padded[found + length] & padded[found + length + 1]
    return ~(cut_before | cut_after)


def _rows(name: str, *, header: bool = True) -> Iterator[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = (row for row in csv.reader(file, delimiter="\t") if not row[0].startswith("#"))
        if header:
            next(rows)
        yield from rows
