"""Many degrees at once are the same degrees, in the same order."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.jobs import pools
from tests.jobs.pools import ON, SUBSTITUTES, TABLES, WORDS
from webapp.jobs import batch
from webapp.jobs.criteria import Tables
from webapp.jobs.degree import DESIGN, Posting, Seeker, Way, degree

COUNTED_BY = Tables(DESIGN, WORDS, SUBSTITUTES)


def people(chance: Random, count: int, postings: list[Posting]) -> list[Seeker]:
    """Seekers of whom every other looks for about one of the postings."""
    return [
        pools.a_seeker(
            chance, key=at + 1, fitting=chance.choice(postings) if at % 2 and postings else None
        )
        for at in range(count)
    ]


def a_pool(chance: Random, size: int) -> tuple[list[Seeker], list[Posting], batch.Floats]:
    """Seekers, postings and the ways between them, some of which nobody knows."""
    postings = [pools.a_posting(chance, key=1000 - at) for at in range(size)]
    seekers = people(chance, size, postings)
    ways = [[pools.a_way(chance, near=True) for _ in postings] for _ in seekers]
    metres = np.array([[np.nan if way is None else way.metres for way in row] for row in ways])
    return seekers, postings, metres.reshape(len(seekers), len(postings))


def one_by_one(
    seekers: list[Seeker], postings: list[Posting], metres: batch.Floats
) -> list[list[float]]:
    """The degrees as the truth counts them."""
    return [
        [
            degree(
                seeker, posting, None if np.isnan(far) else Way(float(far)), on=ON, **TABLES
            ).exact
            for posting, far in zip(postings, row, strict=True)
        ]
        for seeker, row in zip(seekers, metres, strict=True)
    ]


@given(chance=st.randoms(use_true_random=False), size=st.integers(1, 5))
@settings(max_examples=examples.of(40))
def test_the_matrix_is_degree_pair_by_pair(chance: Random, size: int) -> None:
    seekers, postings, metres = a_pool(chance, size)
    found = batch.degrees(seekers, batch.pool(postings, COUNTED_BY), metres, on=ON)
    assert found == pytest.approx(np.array(one_by_one(seekers, postings, metres)), abs=1e-8)


def test_the_best_of_a_large_pool_are_those_of_degree_in_the_same_order() -> None:
    seekers, postings, metres = a_pool(Random(5), 70)
    # Some are wholly alike, so that the key alone decides.
    postings += [replace(each, id=each.id + 5000) for each in postings[:30]]
    metres = np.hstack([metres, metres[:, :30]])
    truth = one_by_one(seekers, postings, metres)
    found = list(batch.best(seekers, batch.pool(postings, COUNTED_BY), metres, on=ON, count=10))
    ids = [each.id for each in postings]
    for mine, row in zip(found, truth, strict=True):
        order = sorted((-value, key) for value, key in zip(row, ids, strict=True) if value > 0)
        assert [key for key, _value in mine] == [key for _value, key in order[:10]]
    assert sum(value >= 90 for row in truth for value in row) > 20
    assert sum(len(each) == 10 for each in found) > 50


def test_more_than_a_block_and_nobody_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    seekers, postings, metres = a_pool(Random(6), 7)
    ready = batch.pool(postings, COUNTED_BY)
    whole = list(batch.best(seekers, ready, metres, on=ON, count=3))
    monkeypatch.setattr(batch, "BLOCK", 2)
    assert list(batch.best(seekers, ready, metres, on=ON, count=3)) == whole
    assert list(batch.best([], ready, metres[:0], on=ON, count=3)) == []
    nothing = batch.pool([], COUNTED_BY)
    assert batch.degrees(seekers, nothing, metres[:, :0], on=ON).shape == (7, 0)
    assert batch.degrees([], ready, metres[:0], on=ON).shape == (0, 7)


def test_a_no_stays_a_no() -> None:
    seekers, postings, metres = a_pool(Random(8), 6)
    said_no = np.zeros((6, 6), dtype=bool)
    said_no[2] = True
    found = batch.degrees(
        seekers, batch.pool(postings, COUNTED_BY), metres, on=ON, declined=said_no
    )
    assert not found[2].any()
    assert found.any()


def test_the_order_of_rows_moves_the_answers_with_them() -> None:
    seekers, postings, metres = a_pool(Random(9), 12)
    straight = batch.degrees(seekers, batch.pool(postings, COUNTED_BY), metres, on=ON)
    mixed = Random(1).sample(range(12), 12)
    other = batch.degrees(
        [seekers[at] for at in mixed],
        batch.pool([postings[at] for at in mixed], COUNTED_BY),
        metres[np.ix_(mixed, mixed)],
        on=ON,
    )
    assert (other == straight[np.ix_(mixed, mixed)]).all()
