"""What has to be true of every degree, whoever meets whom: each property takes a judge and a chance.

A property answers whether it had something to say of what chance dealt; it raises AssertionError
where it is broken. The tests run them by hypothesis, the bench by the ten thousand, and the bench
also against judges that are broken on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from math import cos, sin
from random import Random
from typing import Any

from tests.jobs.pools import BENEFITS, CODES, ON, SHIFTS, SKILLS, TABLES, Pair, known_pair, pair
from webapp.jobs.degree import DESIGN, Degree, Gate, Posting, Seeker, Side, Way
from webapp.jobs.pay import PayUnit, monthly, paid
from webapp.jobs.sides import straight_way

Judge = Callable[..., Degree]
Property = Callable[[Judge, Random], bool]

# Below this, two numbers are the same one, counted in two ways.
SAME = 1e-6
# What is not asked of anybody, so that no degree can rest on it.
NEVER_ASKED = (
    "sex",
    "gender",
    "marr",
    "child",
    "ethnic",
    "relig",
    "party",
    "hukou",
    "health",
    "photo",
)


def judged(judge: Judge, found: Pair, **more: Any) -> Degree:
    """What the judge says of two."""
    return judge(found.seeker, found.posting, found.way, on=ON, **TABLES, **more)


def bounds(judge: Judge, chance: Random) -> bool:
    """Everything lies between 0 and 100, and in its own range."""
    found = judged(judge, pair(chance))
    assert 0 <= found.low <= found.exact <= found.high <= 100
    assert found.exact - 1 < found.whole <= found.exact
    assert all(0 <= each.value <= 1 for each in found.criteria)
    assert 0 <= found.seeker_side <= 1
    assert 0 <= found.employer_side <= 1
    return True


def gate_means_nothing(judge: Judge, chance: Random) -> bool:
    """A shut gate leaves nothing, and says why; nothing but a gate leaves nothing."""
    found = judged(judge, pair(chance))
    assert bool(found.gates) == (found.exact == 0) or found.exact == 0 == min(
        found.seeker_side, found.employer_side
    )
    assert found.gates == () or (found.low, found.high) == (0, 0)
    return bool(found.gates)


def every_gate_is_kept(judge: Judge, chance: Random) -> bool:
    """What rules a match out, said once more in other words, is what the judge names."""
    two = pair(chance)
    seeker, posting, way = two.seeker, two.posting, two.way
    floor = seeker.floor if seeker.floor is not None else 0.8 * (seeker.ask or 0)
    top = posting.pay_high or posting.pay_low or 0
    valid = {name for name, until in seeker.certificates.items() if (until or ON) >= ON}
    age = 99 if seeker.birth_year is None else ON.year - 1 - seeker.birth_year
    lodged = seeker.dormitory and posting.dormitory
    minutes = 0 if way is None else way.metres / DESIGN.speeds[seeker.mode]
    expected = {
        Gate.CLOSED: not posting.open,
        Gate.EXPIRED: (posting.valid_until or ON) < ON,
        Gate.FULL: posting.openings_left < 1,
        Gate.NOT_LOOKING: not seeker.open,
        Gate.OPTED_OUT: not seeker.push,
        Gate.TOO_YOUNG: age < 16,
        Gate.HAZARD: 16 <= age < 18 and posting.hazardous,
        Gate.CERTIFICATE: bool(posting.certificates - valid),
        Gate.PAY: top < floor,
        Gate.COMMUTE: minutes > (seeker.max_minutes or 1e9) and not lodged,
        Gate.SHIFT: bool((posting.shifts or frozenset()) & seeker.refused),
    }
    shut = {gate for gate, is_shut in expected.items() if is_shut}
    found = judged(judge, two)
    assert {each.gate for each in found.gates} == shut
    return bool(shut)


def ninety_is_good_all_round(judge: Judge, chance: Random) -> bool:
    """From 90 on every criterion is met to three quarters, both sides to 0.818, nothing is unknown."""
    two = pair(chance)
    found = judged(judge, two)
    if found.exact < 90:
        return False
    assert min(each.value for each in found.criteria) >= 0.75 - SAME
    assert min(found.seeker_side, found.employer_side) >= 0.9 / 1.1 - SAME
    assert not found.unknown
    assert two.way is not None
    housed = two.seeker.dormitory and two.posting.dormitory
    assert housed or two.way.minutes(two.seeker.mode, DESIGN) <= 21.3
    return True


def farther_is_never_better(judge: Judge, chance: Random) -> bool:
    """A longer way never raises the degree."""
    two = pair(chance)
    if two.way is None:
        return False
    far = replace(two, way=Way(two.way.metres + chance.uniform(1, 8000)))
    return _falls(judged(judge, two), judged(judge, far))


def asking_more_is_never_better(judge: Judge, chance: Random) -> bool:
    """Who asks for more is not offered more."""
    two = pair(chance)
    more = (two.seeker.ask or 2000) + chance.randint(1, 3000)
    return _falls(
        judged(judge, two), judged(judge, replace(two, seeker=replace(two.seeker, ask=float(more))))
    )


def paying_more_is_never_worse(judge: Judge, chance: Random) -> bool:
    """Both ends higher, or the top alone."""
    two = pair(chance)
    posting, more = two.posting, float(chance.randint(1, 3000))
    low = posting.pay_low
    assert low is not None
    top = (low if posting.pay_high is None else posting.pay_high) + more
    base = low + more if chance.random() < 0.5 else low
    better = replace(posting, pay_low=base, pay_high=top)
    return _falls(judged(judge, replace(two, posting=better)), judged(judge, two))


def a_skill_more_is_never_worse(judge: Judge, chance: Random) -> bool:
    """Who can do more is not offered less."""
    two = pair(chance)
    if two.seeker.skills is None:
        return False
    more = two.seeker.skills | {chance.choice((*SKILLS, "刺绣", "商品陈列员"))}
    better = replace(two.seeker, skills=frozenset(more))
    return _falls(judged(judge, replace(two, seeker=better)), judged(judge, two))


def years_more_are_never_worse(judge: Judge, chance: Random) -> bool:
    """More years in a line, or a line more."""
    two = pair(chance)
    if two.seeker.lines is None:
        return False
    line = chance.choice((*two.seeker.lines, *CODES[:2], two.posting.code))
    years = two.seeker.lines.get(line, 0.0) + chance.randint(1, 10)
    better = replace(two.seeker, lines={**two.seeker.lines, line: years})
    return _falls(judged(judge, replace(two, seeker=better)), judged(judge, two))


def schooling_more_is_never_worse(judge: Judge, chance: Random) -> bool:
    """Nobody is too well schooled."""
    two = pair(chance)
    if two.seeker.education is None:
        return False
    better = replace(two.seeker, education=two.seeker.education + chance.randint(1, 3))
    return _falls(judged(judge, replace(two, seeker=better)), judged(judge, two))


def a_benefit_more_is_never_worse(judge: Judge, chance: Random) -> bool:
    """Who gives more is not shown less."""
    two = pair(chance)
    if two.posting.benefits is None:
        return False
    better = replace(two.posting, benefits=two.posting.benefits | {chance.choice(BENEFITS)})
    return _falls(judged(judge, replace(two, posting=better)), judged(judge, two))


def an_accepted_shift_more_is_never_worse(judge: Judge, chance: Random) -> bool:
    """Who would work more shifts is not offered less."""
    two = pair(chance)
    if not two.seeker.shifts:
        return False
    better = replace(two.seeker, shifts=two.seeker.shifts | {chance.choice(SHIFTS)})
    return _falls(judged(judge, replace(two, seeker=better)), judged(judge, two))


def who_they_are_tells_nothing(judge: Judge, chance: Random) -> bool:
    """Neither the number of a person nor the year of birth of a grown-up changes anything."""
    names = {each.name for kind in (Seeker, Posting) for each in fields(kind)}
    assert not [name for name in names if any(word in name for word in NEVER_ASKED)]
    two = pair(chance)
    other = replace(
        two.seeker, id=chance.randint(1, 10_000), birth_year=chance.choice((1958, 1971, 1990, 2003))
    )
    grown = replace(two.seeker, birth_year=1980)
    assert _same(
        judged(judge, replace(two, seeker=grown)), judged(judge, replace(two, seeker=other))
    )
    return other.id != grown.id


def the_map_may_be_turned(judge: Judge, chance: Random) -> bool:
    """Home and work moved and turned together stay as far apart."""
    two = pair(chance)
    home = (chance.uniform(0, 9000), chance.uniform(0, 9000))
    work = (chance.uniform(0, 9000), chance.uniform(0, 9000))
    turn, dx, dy = chance.uniform(0, 6), chance.uniform(-1e5, 1e5), chance.uniform(-1e5, 1e5)

    def moved(x: float, y: float) -> tuple[float, float]:
        return x * cos(turn) - y * sin(turn) + dx, x * sin(turn) + y * cos(turn) + dy

    here = judged(judge, replace(two, way=straight_way(home, work, DESIGN)))
    there = judged(judge, replace(two, way=straight_way(moved(*home), moved(*work), DESIGN)))
    assert _same(here, there)
    return not here.gates


def the_order_of_wishes_tells_nothing(judge: Judge, chance: Random) -> bool:
    """Occupations wished for have no order, nor have lines held."""
    two = pair(chance)
    lines = two.seeker.lines
    other = replace(
        two.seeker,
        wanted=two.seeker.wanted[::-1],
        lines=None if lines is None else dict(reversed(lines.items())),
    )
    assert _same(judged(judge, two), judged(judge, replace(two, seeker=other)))
    return len(two.seeker.wanted) > 1


def all_known_is_one_number(judge: Judge, chance: Random) -> bool:
    """Where nothing is blank there is no range."""
    found = judged(judge, known_pair(chance))
    assert not found.unknown
    assert found.low == found.exact == found.high
    return not found.gates


REVEALED: dict[str, Callable[[Random], Any]] = {
    "lines": lambda chance: {
        code: float(chance.randint(0, 12)) for code in chance.sample(CODES, chance.randint(0, 2))
    },
    "skills": lambda chance: frozenset(chance.sample(SKILLS, chance.randint(0, 6))),
    "education": lambda chance: chance.randint(0, 5),
}


def what_is_filled_in_stays_in_the_range(judge: Judge, chance: Random) -> bool:
    """Whatever an unknown turns out to be, the range said so before."""
    two = pair(chance)
    name = chance.choice(("lines", "skills", "education", "shifts", "benefits", "way"))
    if name in REVEALED:
        told = REVEALED[name](chance)
        two = replace(two, seeker=replace(two.seeker, **{name: None}))
        after = replace(two, seeker=replace(two.seeker, **{name: told}))
    elif name == "way":
        two = replace(two, way=None, seeker=replace(two.seeker, max_minutes=None))
        after = replace(two, way=Way(chance.uniform(0, 20_000)))
    else:
        posting = replace(two.posting, **{name: None})
        of = SHIFTS[:1] + SHIFTS[2:] if name == "shifts" else BENEFITS
        told = frozenset(chance.sample(of, chance.randint(1, 2)))
        seeker = replace(two.seeker, refused=frozenset())
        two = replace(two, posting=posting, seeker=seeker)
        after = replace(two, posting=replace(posting, **{name: told}))
    before, then = judged(judge, two), judged(judge, after)
    assert before.low - SAME <= then.exact <= before.high + SAME
    assert before.low - SAME <= then.low <= then.high <= before.high + SAME
    return bool(before.unknown) and not before.gates


def an_unknown_counts_a_half(judge: Judge, chance: Random) -> bool:
    """What is not known brings half of its weight: no more, no less, and nothing is shared out."""
    two = known_pair(chance)
    asking = replace(two.posting, must=frozenset({"焊接"}), education=2, years=1.0)
    name = chance.choice(("skills", "education", "lines"))
    blank = replace(two, posting=asking, seeker=replace(two.seeker, **{name: None}))
    found = judged(judge, blank)
    for each in found.criteria:
        assert each.unknown == (each.name in found.unknown)
        if each.unknown:
            assert abs(each.points - 100 * each.weight / 2) < SAME
            assert each.weight == DESIGN.weights[each.name]
    assert found.unknown
    side = sum(each.weight * each.value for each in found.criteria if each.side is Side.EMPLOYER)
    if found.gates:
        return False
    sides = 2 * found.seeker_side * side / (found.seeker_side + side)
    weakest = min(each.value for each in found.criteria)
    assert abs(found.exact - 100 * min(sides, 0.6 + 0.4 * weakest)) < SAME
    return True


def points_add_up(judge: Judge, chance: Random) -> bool:
    """The points of a side are that side, and both sides and the weakest criterion are the degree."""
    found = judged(judge, pair(chance))
    for side, value in ((Side.SEEKER, found.seeker_side), (Side.EMPLOYER, found.employer_side)):
        of_side = [each for each in found.criteria if each.side is side]
        assert abs(sum(each.points for each in of_side) - 100 * value) < SAME
        assert abs(sum(each.most for each in of_side) - 100) < SAME
    if found.gates:
        return False
    one, other = found.seeker_side, found.employer_side
    sides = 2 * one * other / (one + other) if one + other else 0.0
    assert abs(found.exact - min(100 * sides, found.cap)) < SAME
    assert (found.capped_by is None) == (found.cap >= 100 * sides - SAME)
    return True


def who_else_is_there_tells_nothing(judge: Judge, chance: Random) -> bool:
    """The degree of two is the same when others were judged in between, and in any order."""
    several = [pair(chance) for _ in range(4)]
    first = [judged(judge, each).exact for each in several]
    again = [judged(judge, each).exact for each in reversed(several)]
    assert first == again[::-1]
    return any(first)


def the_unit_of_pay_tells_nothing(judge: Judge, chance: Random) -> bool:
    """Pay said by the day, the hour or the piece is the same pay."""
    two = pair(chance)
    unit = chance.choice((PayUnit.DAY, PayUnit.HOUR, PayUnit.PIECE))
    pieces = float(chance.randint(1, 400)) if unit is PayUnit.PIECE else None
    low, high = two.posting.pay_low, two.posting.pay_high

    def and_back(amount: float) -> float:
        said = paid(amount, unit, pieces_a_day=pieces)
        return round(monthly(said, unit, pieces_a_day=pieces), 6)

    assert low is not None
    other = replace(
        two.posting,
        pay_low=and_back(low),
        pay_high=None if high is None else and_back(high),
    )
    assert _same(judged(judge, two), judged(judge, replace(two, posting=other)))
    return True


def a_no_stays_a_no(judge: Judge, chance: Random) -> bool:
    """Two who were introduced and did not want to are not introduced again."""
    two = pair(chance)
    assert judged(judge, two, declined=True).exact == 0
    return judged(judge, two).exact > 0


PROPERTIES: dict[str, Property] = {
    each.__name__: each
    for each in (
        bounds,
        gate_means_nothing,
        every_gate_is_kept,
        ninety_is_good_all_round,
        farther_is_never_better,
        asking_more_is_never_better,
        paying_more_is_never_worse,
        a_skill_more_is_never_worse,
        years_more_are_never_worse,
        schooling_more_is_never_worse,
        a_benefit_more_is_never_worse,
        an_accepted_shift_more_is_never_worse,
        who_they_are_tells_nothing,
        the_map_may_be_turned,
        the_order_of_wishes_tells_nothing,
        all_known_is_one_number,
        what_is_filled_in_stays_in_the_range,
        an_unknown_counts_a_half,
        points_add_up,
        who_else_is_there_tells_nothing,
        the_unit_of_pay_tells_nothing,
        a_no_stays_a_no,
    )
}


def _falls(better: Degree, worse: Degree) -> bool:
    assert worse.exact <= better.exact + SAME
    return better.exact > worse.exact


def _same(one: Degree, other: Degree) -> bool:
    return abs(one.exact - other.exact) < SAME and one.gates == other.gates
