"""A rule answers for a whole list as it answers for each thing of it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import BigInteger, Integer, cast, column, select, values
from sqlalchemy.orm import Session

from tests import examples
from webapp.base import access
from webapp.base.access import (
    RIGHTS,
    Anywhere,
    Everyone,
    Holds,
    Owns,
    Rule,
    SignedIn,
    may,
    permit,
    public,
    visible,
)
from webapp.people.actors import Held, Nobody, Person
from webapp.people.rules import ROLES

PLACES = range(1, 6)
ACCOUNTS = range(1, 5)

roles = st.sampled_from(sorted(ROLES))
places = st.frozensets(st.sampled_from(PLACES), max_size=3)
posts = st.builds(
    Held,
    post_id=st.just(1),
    role=roles,
    place=st.just(""),
    units=places,
    grids=places,
    everywhere=st.booleans(),
)
scopes = st.none() | st.frozensets(st.sampled_from(["cases", "grids", "people"]), max_size=2)
people = st.builds(
    Person,
    id=st.sampled_from(ACCOUNTS),
    name=st.just(""),
    locale=st.none(),
    large_type=st.just(False),
    demo=st.just(False),
    session_epoch=st.just(0),
    held=st.lists(posts, max_size=3).map(tuple),
    scopes=scopes,
) | st.just(Nobody())

plain_rules = st.one_of(
    st.just(Everyone()),
    st.just(SignedIn()),
    st.lists(roles, min_size=1, max_size=3).map(lambda names: Holds(*names)),
    st.lists(roles, min_size=1, max_size=3).map(lambda names: Holds(*names, by="unit_id")),
    st.lists(roles, min_size=1, max_size=3).map(lambda names: Anywhere(*names)),
    st.sampled_from(["owner_id", "helper_id"]).map(lambda name: Owns(name, "owns it")),
)
rules = st.recursive(
    plain_rules,
    lambda inner: st.tuples(inner, inner).flatmap(
        lambda pair: st.sampled_from([pair[0] | pair[1], pair[0] & pair[1]])
    ),
    max_leaves=6,
)

quietly = settings(
    max_examples=examples.of(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _columns(rule: Rule) -> Iterator[str]:
    for name, value in vars(rule).items():
        if name in ("by", "column"):
            yield value
        elif name == "rules":
            for part in value:
                yield from _columns(part)


def _asks_columns_only(rule: Rule) -> bool:
    """False for rules that look at other tables: these have their own tests, with real rows."""
    if type(rule).__module__ != "webapp.base.access":
        return False
    inner: tuple[Rule, ...] = getattr(rule, "rules", ())
    return all(_asks_columns_only(each) for each in inner)


def _things(names: list[str], draw: st.DataObject) -> list[SimpleNamespace]:
    values_of = st.fixed_dictionaries({name: st.none() | st.sampled_from(PLACES) for name in names})
    drawn = draw.draw(st.lists(values_of, min_size=1, max_size=8))
    return [SimpleNamespace(id=place, **each) for place, each in enumerate(drawn)]


def _in_sql(session: Session, clause_of: Any, things: list[SimpleNamespace]) -> set[int]:
    names = list(vars(things[0]))
    table = values(
        column("id", Integer), *(column(name, BigInteger) for name in names[1:]), name="thing"
    ).data([tuple(getattr(each, name) for name in names) for each in things])
    model = SimpleNamespace(**{name: cast(table.c[name], BigInteger) for name in names})
    return set(session.scalars(select(table.c.id).where(clause_of(model))))


@quietly
@given(who=people, rule=rules, draw=st.data())
def test_the_list_holds_exactly_the_things_that_may_be_seen(
    session: Session, who: Any, rule: Rule, draw: st.DataObject
) -> None:
    things = _things(sorted({*_columns(rule)}), draw)
    listed = _in_sql(session, lambda model: rule.clause(who, model), things)
    assert listed == {each.id for each in things if rule.allows(who, each)}


@quietly
@given(who=people, draw=st.data())
def test_every_right_of_the_house_says_the_same_of_one_thing_and_of_a_list(
    session: Session, who: Any, draw: st.DataObject
) -> None:
    plain = [right for right, rule in RIGHTS.items() if _asks_columns_only(rule)]
    right = draw.draw(st.sampled_from(sorted(plain)))
    things = _things(sorted({*_columns(RIGHTS[right])}), draw)
    listed = _in_sql(session, lambda model: visible(model, who, right), things)
    assert listed == {each.id for each in things if may(who, right, each)}


@given(who=people, rule=rules)
def test_whoever_may_with_some_thing_may_in_general_unless_the_thing_must_name_them(
    who: Any, rule: Rule
) -> None:
    names = {*_columns(rule)}
    if any("owner" in name or "helper" in name for name in names):
        return
    thing = SimpleNamespace(**dict.fromkeys(names, 1))
    assert rule.allows(who, None) or not rule.allows(who, thing)


def test_a_thing_in_no_place_is_in_the_hands_of_those_who_stand_above_all() -> None:
    lost = SimpleNamespace(grid_id=None)
    here = Held(1, "grid_worker", "", frozenset(), frozenset({1}), everywhere=False)
    above = Held(1, "grid_worker", "", frozenset(), frozenset(), everywhere=True)
    rule = Holds("grid_worker")
    assert not rule.allows(_person(here), lost)
    assert rule.allows(_person(above), lost)


def test_a_role_counts_only_where_it_is_held() -> None:
    here = Held(1, "grid_worker", "", frozenset(), frozenset({1}), everywhere=False)
    there = Held(2, "grid_leader", "", frozenset(), frozenset({2}), everywhere=False)
    who = _person(here, there)
    assert not Holds("grid_worker").allows(who, SimpleNamespace(grid_id=2))
    assert Holds("grid_worker", "grid_leader").allows(who, SimpleNamespace(grid_id=2))


def test_a_name_of_a_right_belongs_to_one_feature() -> None:
    known = next(iter(RIGHTS))
    with pytest.raises(ValueError, match="defined twice"):
        access.register({known: Everyone()})


def test_a_view_says_its_right_or_why_it_is_public() -> None:
    assert permit("people.self")(lambda: "").right == "people.self"
    assert public("to look")(lambda: "").public == "to look"


def test_nobody_there_is_404_no_right_is_403_and_a_visitor_signs_in(app: Flask) -> None:
    guarded = permit(
        "cases.see", of=lambda number: [None, SimpleNamespace(grid_id=1, parts=[])][number]
    )
    view = guarded(lambda thing: "seen")
    with app.test_request_context("/"):
        for number, status in ((0, "404"), (1, "401")):
            with pytest.raises(Exception, match=status):
                view(number=number)


def _person(*held: Held) -> Person:
    return Person(
        id=1, name="", locale=None, large_type=False, demo=False, session_epoch=0, held=held
    )
