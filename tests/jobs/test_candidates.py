"""SQL leaves out nobody who fits: the same answer as asking `degree` for every pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.conftest import undone
from tests.jobs.market import MORNING, OFFER, Market, opened, person, profile
from tests.world import settled
from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.jobs import postings, queries, seekers, standards, ways
from webapp.jobs.matching import Matcher, asked, least_of_push
from webapp.jobs.models import Posting, Seeker
from webapp.jobs.rules import Benefit, Certificate, Mode, Shift

GROUPS = ("4-01-02", "4-01-03", "4-02-05", "6-11-01")


@pytest.fixture(scope="module")
def crowd(house: Flask) -> Iterator[tuple[list[Seeker], list[Posting]]]:
    """A market with its crowd, made once: it is undone after the last test of this file."""
    with undone(house) as app, app.test_request_context("/"), clock.at(MORNING):
        yield crowded(opened(settled(app)))


@pytest.fixture
def tried(crowd: tuple[list[Seeker], list[Posting]]) -> Iterator[None]:
    """What the test changes is undone before the next."""
    with db.session.begin_nested() as change:
        yield
        change.rollback()


def crowded(market: Market) -> tuple[list[Seeker], list[Posting]]:
    """Sixty seekers and forty postings in all sorts of ways."""
    chance = np.random.default_rng(20261126)
    codes = [each.code for each in queries.occupations() if len(each.code) >= 7]
    codes = [each for each in codes if each[:4] in ("4-01", "4-02", "6-11")] or codes
    homes = list(ways.origins().items())

    def some(values: Any, least: int = 0) -> list[Any]:
        values = list(values)
        count = int(chance.integers(least, len(values) + 1))
        return [values[at] for at in chance.choice(len(values), size=count, replace=False)]

    def spot() -> tuple[float, float]:
        x, y = homes[int(chance.integers(len(homes)))][1]
        return to_lonlat(x + float(chance.normal(0, 400)), y + float(chance.normal(0, 400)))

    offers = []
    for _number in range(40):
        low = float(chance.integers(25, 70)) * 100
        lon, lat = spot()
        said = replace(
            OFFER,
            occupation=str(chance.choice(codes)),
            pay_low=low,
            pay_high=low + float(chance.integers(0, 20)) * 100,
            shifts=tuple(some(Shift, 1)),
            certificates=tuple(some(Certificate)[:1]) if chance.random() < 0.2 else (),
            dormitory=bool(chance.random() < 0.3),
            hazard=bool(chance.random() < 0.2),
            must_skills=(),
            benefits=tuple(some(Benefit)),
            education=int(chance.integers(0, 4)),
            lon=lon,
            lat=lat,
        )
        offers.append((market.employer, said, market.boss))
    made = postings.draft_all(offers)
    postings.submit_all([(each, market.boss) for each in made])
    for each in made:
        each.flags = []
    profiles = []
    for number in range(60):
        ask = float(chance.integers(25, 70)) * 100
        accepts = some(Shift, 1)
        said = profile(
            market,
            wanted=tuple({str(chance.choice(codes)) for _each in range(2)}),
            home_grid_id=homes[int(chance.integers(len(homes)))][0],
            mode=Mode(str(chance.choice(list(Mode)))),
            max_minutes=int(chance.integers(10, 90)),
            lines={str(chance.choice(codes)): 3.0} if chance.random() < 0.8 else None,
            certificates=dict.fromkeys(some(Certificate), None),
            education=int(chance.integers(1, 6)),
            pay_ask=ask if chance.random() < 0.8 else None,
            pay_floor=None,
            shifts=accepts,
            refused=[each for each in Shift if each not in accepts and chance.random() < 0.3],
            dormitory=bool(chance.random() < 0.4),
            birth_year=int(chance.choice([1985, 2009])),
            push=bool(chance.random() < 0.9),
        )
        who = person(f"crowd{number}", None, None)
        profiles.append((who.id, said))
    people = seekers.enrol(profiles, by=market.agent)
    # They lie all over the territory, not only around the station of the head.
    postings.publish_all([(each, market.world.admin) for each in made])
    return people, queries.postings(each.id for each in made)


def test_every_pair_that_fits_is_among_the_candidates(
    crowd: tuple[list[Seeker], list[Posting]],
) -> None:
    matcher = Matcher()
    fits = 0
    for seeker in crowd[0]:
        kept = set(
            queries.within(asked(seeker, matcher.standard.parameters, matcher.on), matcher.on)
        )
        for posting in crowd[1]:
            if matcher.between(seeker, posting, asked_by_seeker=True).exact > 0:
                fits += 1
                assert posting.id in kept
    assert fits > 100
    assert fits < len(crowd[0]) * len(crowd[1])


def test_the_list_of_a_seeker_is_that_of_brute_force(
    crowd: tuple[list[Seeker], list[Posting]],
) -> None:
    matcher = Matcher()
    for seeker in crowd[0][:20]:
        ranked = [each.posting.id for each in matcher.for_seeker(seeker)]
        brute = {
            posting.id: counted.exact
            for posting in crowd[1]
            if not (counted := matcher.between(seeker, posting, asked_by_seeker=True)).gates
        }
        assert set(ranked) == set(brute)
        degrees = [brute[key] for key in ranked]
        assert degrees == sorted(degrees, reverse=True)


def test_the_best_few_are_the_first_of_the_whole_list(
    crowd: tuple[list[Seeker], list[Posting]],
) -> None:
    matcher = Matcher()
    for seeker in crowd[0]:
        whole = [(each.posting.id, each.degree.exact) for each in matcher.for_seeker(seeker)]
        for most in (1, 3, 10, 100):
            best = matcher.for_seeker(seeker, most)
            assert [(each.posting.id, each.degree.exact) for each in best] == whole[:most]


def test_every_push_is_found_from_both_sides(crowd: tuple[list[Seeker], list[Posting]]) -> None:
    matcher = Matcher()
    brute = {
        (seeker.id, posting.id)
        for seeker in crowd[0]
        for posting in crowd[1]
        if matcher.between(seeker, posting, asked_by_seeker=False).pushed
    }
    assert len(brute) >= 5
    of_seekers = {
        (seeker.id, key)
        for seeker in crowd[0]
        if seeker.push
        for key in matcher.recommended(seeker)
    }
    of_postings = {
        (key, posting.id) for posting in crowd[1] for key in matcher.sought(posting, pushed=True)
    }
    assert brute <= of_seekers
    assert brute <= of_postings


def test_the_push_query_uses_the_index_on_kind_and_place(
    tried: None, crowd: tuple[list[Seeker], list[Posting]]
) -> None:
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    db.session.execute(text("ANALYZE job_posting"))
    matcher = Matcher()
    wanted = replace(
        asked(crowd[0][0], matcher.standard.parameters, matcher.on), groups=GROUPS, dormitory=True
    )
    plan = queries.plan_of_recommended(wanted, matcher.on)
    assert "ix_job_posting_push" in plan
    assert "ix_job_posting_lodging" in plan


def test_both_sides_read_the_same_number(crowd: tuple[list[Seeker], list[Posting]]) -> None:
    matcher = Matcher()
    from_seekers = {
        (each.seeker.id, each.posting.id): each.degree.exact
        for seeker in crowd[0]
        if seeker.push
        for each in matcher.for_seeker(seeker)
    }
    from_postings = {
        (each.seeker.id, each.posting.id): each.degree.exact
        for posting in crowd[1]
        for each in matcher.for_posting(posting)
    }
    assert from_seekers == from_postings


def test_a_new_edition_leaves_old_degrees_as_they_were(
    tried: None, crowd: tuple[list[Seeker], list[Posting]]
) -> None:
    from webapp.jobs import matching
    from webapp.jobs.models import Push

    push = db.session.scalars(select(Push)).first()
    assert push is not None
    before = standards.standard()
    standards.renew(note="longer", by=None, parameters=replace(before.parameters, free_minutes=5.0))
    assert standards.standard().edition_id != before.edition_id
    assert matching.again(push).exact == push.exact
    assert least_of_push(before.parameters) == pytest.approx(0.75, abs=1e-5)


def test_ways_are_kept_and_counted_again_when_roads_are_others(
    tried: None, crowd: tuple[list[Seeker], list[Posting]]
) -> None:
    from webapp.jobs.models import KeptWay

    spot = ways.spot_of(crowd[1][0])
    kept = ways.Ways().to(spot, Mode.EBIKE)
    assert len(kept) == len(ways.origins())
    assert any(each.by_road for each in kept.values())
    assert ways.Ways().keep([spot]) == 0
    assert not ways.stale()
    db.session.execute(KeptWay.__table__.update().values(roads=-1))
    assert ways.stale()
    assert ways.Ways().to(spot, Mode.EBIKE) == kept
    assert ways.Ways().keep([spot]) == 3


def test_words_of_a_file_that_are_wrong_are_named_by_their_line() -> None:
    from webapp.base.flow import Unacceptable

    with pytest.raises(Unacceptable) as refused:
        standards.read_occupations("4-01-02\t售货\tSales\nabc\tx\ty\n4-01\n")
    assert set(refused.value.fields) == {"2", "3"}
    with pytest.raises(Unacceptable):
        standards.read_skills("理货\tstock\t没有的\n")
    with pytest.raises(Unacceptable) as refused:
        standards.read_substitutes("4-01-02\t4-01-03\t1.5\n")
    assert set(refused.value.fields) == {"1"}


def test_skills_are_weighed_by_how_rare_they_are(
    tried: None, crowd: tuple[list[Seeker], list[Posting]]
) -> None:
    standards.weighed_anew(by=None)
    words = standards.standard().words
    assert words.weight("理货") < words.weight("高压电工")
