"""Who fits whom: all pairs, a fair in advance, and titles that mean the same."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np

from bench.figures import Figure, best, in_turns
from bench.ground import Ground
from tests.jobs import judged, pools
from tests.jobs.pools import ON, SUBSTITUTES, TABLES, WORDS
from webapp.jobs import batch, fair
from webapp.jobs.criteria import Tables
from webapp.jobs.degree import DESIGN, Posting, Seeker, Way, degree
from webapp.jobs.fair import Offer, Plan
from webapp.jobs.similarity import similarity

# As many as the subdistrict has.
SEEKERS, POSTINGS = 469, 651
# Homes and places of work lie in a square of so many metres.
SIDE_M = 9_000.0
TITLES = 2_500
# From here on two could come together at a fair.
WORTH_A_TALK = 60.0
COUNTED_BY = Tables(DESIGN, WORDS, SUBSTITUTES)


def figures(_ground: Ground) -> Iterator[Figure]:
    """Everything that needs no database."""
    seekers, postings, metres = town(SEEKERS, POSTINGS)
    yield from _all_pairs(seekers, postings, metres)
    yield from _fair(seekers, postings, metres)
    yield from _titles()


def town(
    seekers: int, postings: int, *, seed: int = 7
) -> tuple[list[Seeker], list[Posting], batch.Floats]:
    """Seekers and postings by chance, every other seeker near to some posting, and metres between them."""
    chance, places = Random(seed), np.random.default_rng(seed)
    work = [pools.a_posting(chance, key=at + 1) for at in range(postings)]
    people = [
        pools.a_seeker(chance, key=at + 1, fitting=chance.choice(work) if at % 2 else None)
        for at in range(seekers)
    ]
    homes = places.uniform(0, SIDE_M, (seekers, 1, 2))
    jobs = places.uniform(0, SIDE_M, (1, postings, 2))
    return people, work, DESIGN.detour * np.hypot(*np.moveaxis(homes - jobs, 2, 0))


def one_by_one(
    seekers: list[Seeker], postings: list[Posting], metres: batch.Floats
) -> batch.Floats:
    """The degrees as the truth counts them, pair by pair."""
    return np.array(
        [
            [
                degree(seeker, posting, Way(far), on=ON, **TABLES).exact
                for posting, far in zip(postings, row, strict=True)
            ]
            for seeker, row in zip(seekers, metres.tolist(), strict=True)
        ]
    )


def _all_pairs(
    seekers: list[Seeker], postings: list[Posting], metres: batch.Floats
) -> Iterator[Figure]:
    def at_once() -> batch.Floats:
        return batch.degrees(seekers, batch.pool(postings, COUNTED_BY), metres, on=ON)

    fast, slow = in_turns(at_once, lambda: one_by_one(seekers, postings, metres), rounds=3)
    truth, copy = one_by_one(seekers, postings, metres), at_once()
    yield Figure(
        what=f"all degrees, {SEEKERS} seekers x {POSTINGS} postings",
        rows=truth.size,
        measured=f"{fast * 1000:.0f} ms",
        baseline="degree in a plain Python loop",
        beside=f"{slow:.2f} s",
        ratio=slow / fast,
        wanted="< 500 ms, loop < 5 s",
        met=fast < 0.5 and slow < 5,
    )
    ranked = all(
        (batch.leading(mine, _keys(postings), 10) == batch.leading(own, _keys(postings), 10)).all()
        for mine, own in zip(copy, truth, strict=True)
    )
    worst = float(np.abs(truth - copy).max())
    yield Figure(
        what="largest difference of a degree, all top tens alike",
        rows=truth.size,
        measured=f"{worst:.1e}",
        baseline="degree, the same pairs",
        beside=f"{int((truth >= 90).sum()):,} from 90 %",
        wanted="< 1e-8",
        met=worst < 1e-8 and ranked,
    )


def _fair(seekers: list[Seeker], postings: list[Posting], metres: batch.Floats) -> Iterator[Figure]:
    found = batch.degrees(seekers, batch.pool(postings, COUNTED_BY), metres, on=ON)
    openings = {each.id: each.openings_left for each in postings[:240]}
    offers = [
        Offer(seekers[row].id, postings[column].id, float(found[row, column]))
        for row, column in zip(*np.nonzero(found[:, :240] >= WORTH_A_TALK), strict=True)
    ]
    for what, make in (("stable", fair.stable), ("full", fair.most)):
        plan: Plan = make(offers, openings)
        blocking = len(fair.blocking(plan, offers, openings))
        yield Figure(
            what=f"a fair in advance, the {what} plan",
            rows=len(offers),
            measured=f"{best(lambda make=make: make(offers, openings), rounds=3) * 1000:.0f} ms",
            baseline="placed, mean degree, pairs who would run away",
            beside=f"{plan.count}, {plan.mean:.1f} %, {blocking}",
            wanted="nobody runs away" if what == "stable" else "",
            met=blocking == 0 if what == "stable" else None,
        )


def _titles() -> Iterator[Figure]:
    for where, judgement, wanted in (
        ("in words of here", judged.HERE, 0.9),
        ("over all working life", judged.EVERYWHERE, 0.88),
    ):
        ours = judgement.mean_average_precision(similarity, judgement.held_out)
        plain = judgement.mean_average_precision(judged.plain, judgement.held_out)
        yield Figure(
            what=f"titles that mean the same, {where}, mean average precision of those held out",
            rows=len(judgement.held_out),
            measured=f"{ours:.3f}",
            baseline="characters and pairs by TF-IDF, the same queries",
            beside=f"{plain:.3f}",
            ratio=ours / plain,
            wanted=f"> {wanted}",
            met=ours > wanted,
        )
    every = judged.EVERYWHERE.titles
    titles = [f"{title}{at % 7}" for at, title in enumerate(every * 2)][:TITLES]
    turn = iter(range(1_000))

    def afresh() -> list[float]:
        # Another list each time: none is known yet.
        return similarity("收银员", [f"{title} {next(turn)}" for title in titles[:1]] + titles[1:])

    fast = best(afresh)
    yield Figure(
        what="a title beside titles never seen before",
        rows=TITLES,
        measured=f"{fast * 1000:.0f} ms",
        baseline="characters and pairs by TF-IDF",
        beside=f"{best(lambda: judged.plain('收银员', titles), rounds=3) * 1000:.0f} ms",
        wanted="< 50 ms",
        met=fast < 0.05,
    )


def _keys(postings: list[Posting]) -> batch.Ints:
    return np.array([each.id for each in postings], dtype=np.int64)
