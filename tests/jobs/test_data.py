"""The data that comes with the house: codes, substitutes and skills hang together."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from webapp.jobs import similarity
from webapp.jobs.sides import minor_group
from webapp.jobs.words import plain

DATA = Path(similarity.__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file, by the names in its first line."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_occupation_has_its_minor_group_and_a_name_in_both_languages() -> None:
    codes = [row["code"] for row in rows("occupations.tsv")]
    minor = {code for code in codes if len(code) == 7}
    assert len(minor) >= 60
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[1-8](-\d\d){2,3}", code) for code in codes)
    assert {minor_group(code) for code in codes} == minor
    assert all(row["zh"] and row["en"].isascii() for row in rows("occupations.tsv"))


def test_whoever_stands_in_for_another_is_nearer_than_the_codes_say() -> None:
    codes = {row["code"] for row in rows("occupations.tsv")}
    pairs = [(row["from"], row["to"]) for row in rows("substitutes.tsv")]
    assert len(set(pairs)) == len(pairs) >= 100
    assert {code for pair in pairs for code in pair} <= codes
    assert all(0 < float(row["score"]) < 1 for row in rows("substitutes.tsv"))
    # They have a direction: a nurse cares for the old, not every carer nurses.
    assert ("2-05-08", "4-14-01-02") in pairs
    assert ("4-14-01-02", "2-05-08") not in pairs


def test_every_word_is_one_skill_and_every_parent_is_a_skill() -> None:
    skills = rows("skills.tsv")
    terms = {row["term"] for row in skills}
    assert len(terms) == len(skills) >= 150
    assert {row["parent"] for row in skills} - {""} <= terms
    words: Counter[str] = Counter()
    for row in skills:
        words.update({plain(each) for each in (row["term"], *row["aliases"].split("|")) if each})
    assert not [word for word, times in words.items() if times > 1]


def test_no_skill_is_its_own_ancestor() -> None:
    parent = {row["term"]: row["parent"] for row in rows("skills.tsv")}
    for term in parent:
        path = [term]
        while above := parent[path[-1]]:
            assert above not in path
            path.append(above)
