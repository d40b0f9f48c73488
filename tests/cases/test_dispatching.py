"""Who goes: the costs are monotone, the worker of the grid is preferred, the same facts say the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import scipy.optimize  # noqa: F401  # heavy: not to be loaded while an example is timed
from hypothesis import given, settings, strategies as st

from tests import examples
from webapp.cases import dispatching, rolling
from webapp.cases.dispatching import Call, Candidate, Post, Worker, price, ranked
from webapp.cases.rules import Grade

SKILLS = ("protected", "electric", "fire")
points = st.tuples(st.floats(0, 9000), st.floats(0, 9000))
skills = st.frozensets(st.sampled_from(SKILLS))
grades = st.sampled_from(list(Grade))


@st.composite
def worker(draw: st.DrawFn, key: int = 1) -> Worker:
    """Somebody of one or two of ten grids."""
    grids = draw(st.lists(st.integers(1, 10), min_size=1, max_size=2, unique=True))
    posts = tuple(Post(grid, f"grid {grid}", draw(points)) for grid in sorted(grids))
    at = draw(st.none() | points)
    return Worker(
        id=key,
        name=f"worker {key}",
        posts=posts,
        at=at,
        age_min=None if at is None else draw(st.floats(0, 10)),
        skills=draw(skills),
        on_duty=draw(st.sampled_from([True, False, None])),
        duties=draw(st.integers(0, 9)),
        offer=draw(st.none() | st.just(77)),
        haste=draw(grades),
        free_in=draw(st.none() | st.floats(5, 60)),
    )


@st.composite
def staff(draw: st.DrawFn, least: int = 1, most: int = 6) -> list[Worker]:
    """A few people."""
    return [draw(worker(key)) for key in range(1, draw(st.integers(least, most)) + 1)]


@st.composite
def call(draw: st.DrawFn, key: int = 1) -> Call:
    """A case with a point in one of ten grids, or in none."""
    return Call(
        id=key,
        at=draw(points),
        grid_id=draw(st.none() | st.integers(1, 10)),
        grade=draw(grades),
        skills=draw(skills),
        people=draw(st.integers(1, 3)),
        waited_min=draw(st.floats(0, 600)),
    )


@given(call(), worker(), st.floats(1, 5))
def test_whoever_is_farther_costs_more(one: Call, who: Worker, times: float) -> None:
    assert one.at is not None
    near = replace(who, at=(one.at[0] + 500, one.at[1]))
    far = replace(who, at=(one.at[0] + 500 * times, one.at[1]))
    assert price(one, far).total >= price(one, near).total


@given(call(), worker(), st.integers(1, 5))
def test_whoever_has_more_in_hand_costs_more(one: Call, who: Worker, more: int) -> None:
    assert price(one, replace(who, duties=who.duties + more)).total > price(one, who).total


@given(call(), worker(), st.sampled_from(SKILLS))
def test_whoever_lacks_a_skill_never_costs_less(one: Call, who: Worker, skill: str) -> None:
    able = replace(who, skills=who.skills | {skill})
    less = replace(who, skills=who.skills - {skill})
    assert price(one, less).total >= price(one, able).total
    if skill in one.skills:
        assert price(one, less).total > price(one, able).total


@given(call(), staff(2))
def test_who_is_on_duty_stands_before_who_is_off_duty(one: Call, some: list[Worker]) -> None:
    on = replace(some[0], on_duty=True, skills=frozenset(SKILLS))
    off = [replace(each, on_duty=False, skills=frozenset(SKILLS)) for each in some[1:]]
    assert ranked(one, [*off, on])[0].account == on.id


@given(call(), staff())
def test_the_worker_of_the_grid_goes_first_within_two_minutes_and_no_farther(
    one: Call, some: list[Worker]
) -> None:
    order = ranked(one, some)
    least = min(each.total for each in order)
    own = [each for each in order if each.own]
    if own and min(each.total for each in own) <= least + one.weights.own_within:
        assert order[0].own
        assert order[0].total == min(each.total for each in own)
    else:
        assert order[0].total == least
    assert [each.total for each in order[1:]] == sorted(each.total for each in order[1:])


@given(call(), staff(2), st.randoms())
def test_the_order_of_the_question_does_not_change_the_answer(
    one: Call, some: list[Worker], random: object
) -> None:
    again = list(some)
    random.shuffle(again)  # type: ignore[attr-defined]  # hypothesis's own random
    assert ranked(one, again) == ranked(one, some)


@given(call(), staff(2))
def test_everybody_has_a_because_and_all_but_the_first_a_why_not(
    one: Call, some: list[Worker]
) -> None:
    order = ranked(one, some)
    for each in order:
        assert dispatching.because(one, each, order)
        assert each.total == sum((each.travel, each.load, each.skill, each.rota, each.position))
    for each in order[1:]:
        assert dispatching.why_not(each, order[0])


@given(call(), staff())
def test_what_is_kept_of_a_candidate_says_the_same_later_without_a_position(
    one: Call, some: list[Worker]
) -> None:
    for each in ranked(one, some):
        again = Candidate.of(each.kept())
        assert again.spot is None
        assert abs(again.total - each.total) < 0.05
        assert (again.account, again.missing, again.own) == (each.account, each.missing, each.own)


@given(call(), staff(2))
def test_who_goes_along_can_do_it_is_on_duty_and_free(one: Call, some: list[Worker]) -> None:
    order = ranked(one, some)
    along = dispatching.mates(one, order[0].account, order)
    assert len(along) < one.people or not along
    for each in along:
        assert not each.missing
        assert each.on_duty is not False
        assert each.offer is None
        assert each.account != order[0].account


calls = st.integers(0, 5).flatmap(lambda n: st.tuples(*(call(key) for key in range(1, n + 1))))


@settings(max_examples=examples.of(60))
@given(calls, staff(0, 5))
def test_in_a_set_nobody_goes_twice_and_nobody_on_their_way_is_taken_lightly(
    some: tuple[Call, ...], people: list[Worker]
) -> None:
    pairs = rolling.propose(list(some), people)
    assert len({pair.call.id for pair in pairs}) == len(pairs)
    assert len({pair.candidate.account for pair in pairs}) == len(pairs)
    known = {each.id: each for each in people}
    for pair in pairs:
        who = known[pair.candidate.account]
        assert who.on_duty is not False
        assert not pair.candidate.missing
        if pair.gain is None:
            assert rolling.is_idle(who)
        else:
            assert pair.call.grade == Grade.EMERGENCY
            assert pair.gain > pair.call.weights.gain
            assert who.haste != Grade.EMERGENCY


@settings(max_examples=examples.of(60))
@given(calls, staff(0, 5))
def test_a_set_serves_haste_first(some: tuple[Call, ...], people: list[Worker]) -> None:
    able = [
        replace(each, skills=frozenset(SKILLS), on_duty=True, offer=None, haste=Grade.NORMAL)
        for each in people
    ]
    pairs = rolling.propose(list(some), able)
    assert len(pairs) == min(len(some), len(able))
    served = {pair.call.id for pair in pairs}
    left = [each.grade for each in some if each.id not in served]
    for pair in pairs:
        for grade in left:
            assert dispatching.HASTE[pair.call.grade] >= dispatching.HASTE[grade]


@settings(max_examples=examples.of(40))
@given(calls, staff(1, 4))
def test_a_set_takes_the_least_time_that_any_set_could(
    some: tuple[Call, ...], people: list[Worker]
) -> None:
    few = [replace(each, grade=Grade.NORMAL, skills=frozenset(), waited_min=0) for each in some]
    able = [replace(each, on_duty=True, offer=None, haste=Grade.NORMAL) for each in people]
    pairs = rolling.propose(few, able)
    took = sum(pair.candidate.total for pair in pairs)
    size = min(len(few), len(able))
    best = min(
        (
            sum(price(one, who).total for one, who in zip(chosen, order, strict=True))
            for chosen in permutations(few, size)
            for order in permutations(able, size)
        ),
        default=0.0,
    )
    assert abs(took - best) < 1e-6


@settings(max_examples=examples.of(60))
@given(calls, staff(0, 5), st.sets(st.integers(1, 5)))
def test_where_the_house_asks_nobody_is_taken_off_their_way_and_no_emergency_waits(
    some: tuple[Call, ...], people: list[Worker], declined: set[int]
) -> None:
    wanted = [replace(each, without=frozenset(declined)) for each in some]
    pairs = rolling.assign(wanted, people)
    assert len({pair.candidate.account for pair in pairs}) == len(pairs)
    known = {each.id: each for each in people}
    for pair in pairs:
        who = known[pair.candidate.account]
        assert who.on_duty is not False
        assert who.offer is None
        assert not pair.candidate.missing
        assert who.id not in declined
        assert (pair.after is None) == rolling.is_idle(who)
        assert pair.after is None or pair.call.grade != Grade.EMERGENCY


def test_a_set_waits_for_whoever_is_near_and_soon_free_but_never_with_an_emergency() -> None:
    def at(key: int, metres: float, **more: Any) -> Worker:
        home = (Post(key, f"grid {key}", (metres, 0)),)
        return Worker(key, f"worker {key}", home, at=(metres, 0), on_duty=True, **more)

    far = at(1, 6000)
    near = at(2, 100, haste=Grade.URGENT, free_in=dispatching.free_in(1, since_min=19))
    one = Call(id=1, at=(0, 0), grid_id=None, grade=Grade.URGENT)
    assert [
        (pair.candidate.account, pair.after) for pair in rolling.assign([one], [far, near])
    ] == [(2, 6)]
    long_away = replace(near, free_in=dispatching.free_in(3, since_min=19))
    assert rolling.assign([one], [far, long_away])[0].candidate.account == 1
    life = replace(one, grade=Grade.EMERGENCY)
    assert [
        (pair.candidate.account, pair.after) for pair in rolling.assign([life], [far, near])
    ] == [(1, None)]
    assert rolling.assign([life], [near]) == []
