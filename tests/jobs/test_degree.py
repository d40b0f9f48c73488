"""The match degree: its properties, its worked example, its gates, its parameters."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.jobs import pools
from tests.jobs.pools import ON, TABLES, Pair
from tests.jobs.properties import PROPERTIES, judged
from webapp.jobs.degree import (
    DESIGN,
    Degree,
    Gate,
    Name,
    Parameters,
    Posting,
    Seeker,
    Side,
    Way,
    Words,
    degree,
)
from webapp.jobs.pay import PayUnit, monthly
from webapp.jobs.words import informative, plain

# A shop near the sea looks for people at the till; somebody who has done it lives 4.5 km away.
TILL = Posting(
    id=1,
    code="4-01-02-04",
    must=frozenset({"收银", "理货"}),
    nice=frozenset({"沟通"}),
    education=2,
    years=1.0,
    pay_low=4500.0,
    pay_high=5500.0,
    shifts=frozenset({"day"}),
    benefits=frozenset({"pension", "meals"}),
    openings_left=4,
)
NEIGHBOUR = Seeker(
    id=1,
    wanted=("4-01-02-04",),
    lines={"4-01-02-04": 3.0},
    skills=frozenset({"收款", "导购", "沟通"}),
    education=2,
    ask=5000.0,
    shifts=frozenset({"day"}),
    benefits=frozenset({"pension"}),
    max_minutes=40.0,
    birth_year=1985,
)
NEAR = Way(4500.0)

# At least this share of chance's pairs is one about which a property has something to say.
LEAST_SAID = 0.01


def of(seeker: Seeker = NEIGHBOUR, posting: Posting = TILL, way: Way | None = NEAR) -> Degree:
    """The degree of the example, or of a changed one."""
    return judged(degree, Pair(seeker, posting, way))


def values(found: Degree) -> dict[Name, float]:
    """How far each criterion is met."""
    return {each.name: each.value for each in found.criteria}


@pytest.mark.parametrize("name", PROPERTIES)
@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=examples.of(60))
def test_property(name: str, chance: Random) -> None:
    PROPERTIES[name](degree, chance)


@pytest.mark.parametrize("name", PROPERTIES)
def test_property_by_plain_chance_and_not_in_vain(name: str) -> None:
    chance = Random(name)
    said = sum(PROPERTIES[name](degree, chance) for _ in range(400))
    assert said >= 400 * LEAST_SAID


def test_chance_deals_pairs_of_every_kind() -> None:
    chance = Random(7)
    found = [judged(degree, pools.pair(chance)) for _ in range(3000)]
    passed = [each for each in found if not each.gates]
    assert len(passed) > 0.5 * len(found)
    assert sum(each.exact >= 90 for each in found) > 0.06 * len(found)
    assert sum(bool(each.unknown) for each in passed) > 0.1 * len(found)
    shut = Counter(barred.gate for each in found for barred in each.gates)
    assert shut.keys() == set(Gate) - {Gate.EXPIRED, Gate.FULL, Gate.DECLINED}
    assert {each.capped_by for each in passed} == {None, *Name}


def test_the_worked_example() -> None:
    found = of()
    assert values(found) == {
        Name.OCCUPATION: 1.0,
        Name.COMMUTE: pytest.approx(2 ** (-3 / 15)),
        # Offers from 4500 to 5500, floor 4000, ask 5000: three quarters on the way up, then whole.
        Name.WAGE: pytest.approx((500 * 0.75 + 500) / 1000),
        Name.SHIFT: 1.0,
        Name.BENEFIT: 1.0,
        # 收款 is 收银 (2.0); 导购 stands in for 理货 (1.0) by 0.7; 沟通 is welcome and there.
        Name.SKILL: pytest.approx(0.8 * (2.0 + 0.7) / 3.0 + 0.2),
        Name.LINE: 1.0,
        Name.EXPERIENCE: 1.0,
        Name.EDUCATION: 1.0,
    }
    seeker = 0.30 + 0.30 * 2**-0.2 + 0.25 * 0.875 + 0.10 + 0.05
    employer = 0.45 * 0.92 + 0.55
    assert found.seeker_side == pytest.approx(seeker)
    assert found.employer_side == pytest.approx(employer)
    assert found.exact == pytest.approx(100 * 2 * seeker * employer / (seeker + employer))
    assert (found.whole, found.low, found.high) == (94, found.exact, found.exact)
    assert (found.capped_by, found.gates, found.pushed) == (None, (), True)
    assert found.versions == (1, 3)


def test_an_unknown_counts_exactly_a_half_and_nobody_else_gets_its_weight() -> None:
    found = of(replace(NEIGHBOUR, skills=None))
    skill = next(each for each in found.criteria if each.name is Name.SKILL)
    assert (skill.unknown, skill.value, skill.points, skill.most) == (True, 0.5, 22.5, 45.0)
    assert found.employer_side == pytest.approx(0.45 / 2 + 0.20 + 0.20 + 0.15)
    # Held down by what is not known: 0.6 + 0.4 / 2.
    assert (found.exact, found.capped_by) == (80.0, Name.SKILL)
    # Of a pair that nothing holds down so far, low is that cap at 0 and high the degree at 1.
    assert found.low == pytest.approx(60.0)
    assert found.high == of(replace(NEIGHBOUR, skills=TILL.must | TILL.nice)).exact


def test_nothing_asked_is_met_and_nothing_said_is_a_half() -> None:
    easy = replace(TILL, must=frozenset(), nice=frozenset(), education=0, years=0.0)
    blank = Seeker(id=2, wanted=("4-01-02-04",))
    assert values(of(blank, easy)) == {
        **dict.fromkeys(Name, 1.0),
        Name.COMMUTE: pytest.approx(2**-0.2),
        Name.LINE: 0.5,
    }
    assert of(blank, easy).unknown == (Name.LINE,)
    assert of(blank).unknown == (Name.SKILL, Name.LINE, Name.EXPERIENCE, Name.EDUCATION)
    silent = replace(TILL, pay_low=None, pay_high=None, shifts=None, benefits=None)
    assert of(posting=silent, way=None).unknown == (
        Name.COMMUTE,
        Name.WAGE,
        Name.SHIFT,
        Name.BENEFIT,
    )


@pytest.mark.parametrize(
    "minutes, value",
    [(10, 1), (15, 1), (20, 0.79), (30, 0.5), (45, 0.25), (60, 0.125)],
)
def test_the_way_to_work(minutes: float, value: float) -> None:
    far = replace(NEIGHBOUR, max_minutes=None)
    for mode, speed in DESIGN.speeds.items():
        found = of(replace(far, mode=mode), way=Way(minutes * speed))
        assert values(found)[Name.COMMUTE] == pytest.approx(value, abs=0.005)
    housed = of(replace(far, dormitory=True), replace(TILL, dormitory=True), Way(90_000))
    assert values(housed)[Name.COMMUTE] == 0.85


@pytest.mark.parametrize(
    "low, high, value",
    [
        (4000.0, None, 0.0),
        (4500.0, None, 0.5),
        (5000.0, None, 1.0),
        (4000.0, 5000.0, 0.5),
        (3000.0, 5000.0, 0.25),
        (4000.0, 8000.0, 0.875),
        (5000.0, 9000.0, 1.0),
    ],
)
def test_pay_from_the_floor_of_4000_to_the_ask_of_5000(
    low: float, high: float | None, value: float
) -> None:
    found = of(posting=replace(TILL, pay_low=low, pay_high=high))
    assert values(found)[Name.WAGE] == pytest.approx(value)


def test_occupations_are_as_near_as_their_codes_and_as_those_who_stand_in() -> None:
    wanted = {
        "4-01-02-04": 1.0,
        "4-01-02-03": 0.8,
        "4-01-02": 0.8,
        "4-01-05-02": 0.9,
        "4-01-03-01": 0.5,
        "4-02-06-01": 0.2,
        "6-31-01-03": 0.0,
    }
    found = {code: of(replace(NEIGHBOUR, wanted=(code,))) for code in wanted}
    assert {code: values(each)[Name.OCCUPATION] for code, each in found.items()} == wanted
    # Whoever wishes for a whole group has it in a posting that names no more than the group.
    group = of(replace(NEIGHBOUR, wanted=("4-01-02",)), replace(TILL, code="4-01-02"))
    assert values(group)[Name.OCCUPATION] == 1.0
    # Those who stand in do so in one direction, and in a row of groups for all of them.
    welders = of(replace(NEIGHBOUR, wanted=("6-31-01-03",)), replace(TILL, code="6-18-01-07"))
    back = of(replace(NEIGHBOUR, wanted=("6-18-01-07",)), replace(TILL, code="6-31-01-03"))
    assert values(welders)[Name.OCCUPATION] == 0.6
    assert values(back)[Name.OCCUPATION] == 0.2


def test_years_in_a_related_line_count_in_part() -> None:
    related = replace(NEIGHBOUR, lines={"4-01-02-03": 5.0})
    found = values(of(related, replace(TILL, years=9.0)))
    assert found[Name.EXPERIENCE] == pytest.approx((1 + 5 * 0.8) / 10)
    assert values(of(replace(NEIGHBOUR, lines={})))[Name.EXPERIENCE] == 0.5


def test_every_step_of_schooling_that_lacks_costs_the_same() -> None:
    steps = [
        values(of(replace(NEIGHBOUR, education=has), replace(TILL, education=5)))
        for has in range(6)
    ]
    assert [each[Name.EDUCATION] for each in steps] == pytest.approx([0, 0, 0, 0.2, 0.6, 1])


GATES = {
    Gate.CLOSED: Pair(NEIGHBOUR, replace(TILL, open=False), NEAR),
    Gate.EXPIRED: Pair(NEIGHBOUR, replace(TILL, valid_until=ON - timedelta(days=1)), NEAR),
    Gate.FULL: Pair(NEIGHBOUR, replace(TILL, openings_left=0), NEAR),
    Gate.NOT_LOOKING: Pair(replace(NEIGHBOUR, open=False), TILL, NEAR),
    Gate.OPTED_OUT: Pair(replace(NEIGHBOUR, push=False), TILL, NEAR),
    # Born in 2010 they may still be fifteen, born in 2008 seventeen.
    Gate.TOO_YOUNG: Pair(replace(NEIGHBOUR, birth_year=2010), TILL, NEAR),
    Gate.HAZARD: Pair(replace(NEIGHBOUR, birth_year=2008), replace(TILL, hazardous=True), NEAR),
    Gate.CERTIFICATE: Pair(NEIGHBOUR, replace(TILL, certificates=frozenset({"健康证"})), NEAR),
    Gate.PAY: Pair(NEIGHBOUR, replace(TILL, pay_low=3000.0, pay_high=3999.0), NEAR),
    Gate.COMMUTE: Pair(NEIGHBOUR, TILL, Way(10_001.0)),
    Gate.SHIFT: Pair(
        replace(NEIGHBOUR, refused=frozenset({"night"})),
        replace(TILL, shifts=frozenset({"day", "night"})),
        NEAR,
    ),
}


@pytest.mark.parametrize("gate", GATES)
def test_a_shut_gate_is_named_and_alone(gate: Gate) -> None:
    found = judged(degree, GATES[gate])
    assert [each.gate for each in found.gates] == [gate]
    assert (found.exact, found.whole, found.low, found.high) == (0, 0, 0, 0)
    assert found.seeker_side > 0
    assert found.capped_by is None


def test_all_shut_gates_are_named_and_what_shuts_them() -> None:
    asked = replace(
        TILL,
        certificates=frozenset({"健康证", "叉车证", "电工证"}),
        shifts=frozenset({"night"}),
        valid_until=ON,
    )
    has = replace(
        NEIGHBOUR,
        certificates={"叉车证": ON, "电工证": ON - timedelta(days=1)},
        refused=frozenset({"night"}),
    )
    found = judged(degree, Pair(has, asked, NEAR), declined=True)
    assert [(each.gate, each.by) for each in found.gates] == [
        (Gate.DECLINED, ()),
        (Gate.CERTIFICATE, ("健康证", "电工证")),
        (Gate.SHIFT, ("night",)),
    ]


def test_a_bed_at_work_opens_the_gate_of_the_way() -> None:
    asleep = of(replace(NEIGHBOUR, dormitory=True), replace(TILL, dormitory=True), Way(60_000.0))
    assert asleep.gates == ()


def test_what_is_shown_is_never_rounded_up() -> None:
    assert replace(of(), exact=89.99).whole == 89
    assert not replace(of(), exact=89.999999999).pushed
    assert replace(of(), exact=90.0).pushed


def test_parameters_are_kept_as_a_row_and_come_back() -> None:
    changed = replace(DESIGN, version=4, free_minutes=10.0, ladder=(0.0, 0.1, 0.4, 0.75, 1.0))
    row = json.loads(json.dumps(changed.to_json()))
    assert Parameters.from_json(row) == changed
    assert Parameters.from_json({"version": 2}) == replace(DESIGN, version=2)
    tuned = degree(NEIGHBOUR, TILL, NEAR, on=ON, parameters=Parameters.from_json(row), **TABLES)
    assert tuned.exact < of().exact
    assert tuned.versions == (4, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": {**DESIGN.weights, "wage": 0.5}},
        {"ladder": [0, 0.5, 0.2, 0.8, 1]},
        {"halving_minutes": 0},
        {"speeds": {}},
        {"cap": 1.2},
        {"kin": 0.5},
        {"height": 3},
    ],
)
def test_parameters_that_make_no_degree_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Parameters.from_json(wrong)


def test_words_mean_the_same_however_they_are_written() -> None:
    words = Words(canonical={plain("EXCEL"): "表格"}, parent={"表格": "办公软件"})
    assert words.meant("\uff25xcel ") == "表格"
    assert words.meant("电 工") == "电工"
    asked = replace(TILL, must=frozenset({"办公软件"}), nice=frozenset())
    able = replace(NEIGHBOUR, skills=frozenset({"EXCEL"}))
    found = degree(able, asked, NEAR, on=ON, words=words)
    assert values(found)[Name.SKILL] == DESIGN.kin


def test_a_rare_word_tells_more() -> None:
    told = informative({"沟通": 80, "氩弧焊": 2}, lists=100)
    assert told["氩弧焊"] > 3 * told["沟通"] > 3


def test_sides_that_make_no_sense_are_refused() -> None:
    for wanted in ((), ("4-01-02-04",) * 4, ("till",)):
        with pytest.raises(ValueError, match=r"\w"):
            Seeker(id=1, wanted=wanted)
    for low, high in ((5000.0, 4000.0), (None, 4000.0)):
        with pytest.raises(ValueError, match="lowest"):
            Posting(id=1, code="4-01-02-04", pay_low=low, pay_high=high)


def test_pay_is_compared_by_the_month() -> None:
    assert monthly(200, PayUnit.DAY) == 4350
    assert monthly(25, PayUnit.HOUR) == 4350
    assert monthly(2, PayUnit.PIECE, pieces_a_day=100) == 4350
    with pytest.raises(ValueError, match="pieces"):
        monthly(2, PayUnit.PIECE)


def test_a_criterion_knows_its_side() -> None:
    assert {each.name for each in of().criteria if each.side is Side.SEEKER} == set(list(Name)[:5])
    assert date(2026, 11, 26) == of().on
