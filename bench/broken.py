"""Judges broken on purpose: a property is worth what it catches.

Each breakage changes the counting while a property looks; the table says which properties saw it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from random import Random
from types import ModuleType
from typing import Any
from unittest import mock

from bench.figures import Figure
from bench.ground import Ground
from tests.jobs.properties import PROPERTIES
from webapp.jobs import criteria, degree as counting, gates
from webapp.jobs.criteria import Tables
from webapp.jobs.degree import DESIGN, Degree, Name, Posting, Seeker, Side, Way, degree
from webapp.jobs.gates import Barred, Gate

# So many pairs a property sees of the judge as it is, and at most of each broken one.
PAIRS = 40_000
TRIES = 600

Both = tuple[Seeker, Posting, Way | None, Tables]


def figures(_ground: Ground) -> Iterator[Figure]:
    """The judge as it is, by the ten thousand; then every broken one, with who has seen it."""
    broken = {name: _broken(name, PAIRS) for name in PROPERTIES}
    failed = [name for name, (failures, _said) in broken.items() if failures]
    said = min(said for _failures, said in broken.values())
    yield Figure(
        what=f"degree, {len(PROPERTIES)} properties",
        rows=PAIRS * len(PROPERTIES),
        measured=f"{sum(failures for failures, _said in broken.values())} violations",
        baseline="the property with the fewest pairs it tells something of",
        beside=f"{said:,} of {PAIRS:,}",
        wanted="none",
        met=not failed and said > PAIRS / 200,
    )
    for name, breakage in BREAKAGES.items():
        with breakage():
            seen = [each for each in PROPERTIES if _broken(each, TRIES, until_first=True)[0]]
        yield Figure(
            what=f"degree broken: {name}",
            rows=TRIES * len(PROPERTIES),
            measured=f"caught by {len(seen)}",
            baseline="properties that saw it",
            beside=", ".join(seen[:3]) + (" …" if len(seen) > 3 else ""),
            wanted="at least 1",
            met=bool(seen),
        )


def _broken(name: str, tries: int, *, until_first: bool = False) -> tuple[int, int]:
    """How often a property fails, and of how many pairs it tells something."""
    chance, failures, said = Random(name), 0, 0
    for _ in range(tries):
        try:
            said += PROPERTIES[name](degree, chance)
        except AssertionError:
            failures += 1
            if until_first:
                break
    return failures, said


def _patched(module: ModuleType, name: str, value: object) -> AbstractContextManager[Any]:
    return mock.patch.object(module, name, value)


def _with(name: Name, rule: Callable[..., float | None]) -> AbstractContextManager[Any]:
    """One criterion is counted in another way."""
    return _patched(criteria, "CRITERIA", {**criteria.CRITERIA, name: rule})


def _cosine_of_skills() -> AbstractContextManager[Any]:
    def skill(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
        if not posting.must or seeker.skills is None:
            return criteria.skill(seeker, posting, way, tables)
        needs, has = tables.words.meant_by(posting.must), tables.words.meant_by(seeker.skills)
        return len(needs & has) / math.sqrt(len(needs) * max(1, len(has)))

    return _with(Name.SKILL, skill)


def _no_cap() -> AbstractContextManager[Any]:
    return _patched(counting, "most_with", lambda weakest, parameters: 1.0)


def _unknown_is_met() -> AbstractContextManager[Any]:
    def filled(values: Any, instead: float) -> tuple[float, ...]:
        return tuple(1.0 if value is None and instead else value or 0.0 for value in values)

    return _patched(counting, "_filled", filled)


def _bell_of_ways() -> AbstractContextManager[Any]:
    def commute(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
        if way is None:
            return None
        minutes = way.minutes(seeker.mode, tables.parameters)
        return 2.0 ** -(((minutes - 15) / 15) ** 2)

    return _with(Name.COMMUTE, commute)


def _too_well_schooled() -> AbstractContextManager[Any]:
    def education(*both: Any) -> float | None:
        found, (seeker, posting, *_) = criteria.education(*both), both
        more = max(0, (seeker.education or 0) - posting.education)
        return None if found is None else max(0.0, found - 0.1 * more)

    return _with(Name.EDUCATION, education)


def _overlap_of_pay() -> AbstractContextManager[Any]:
    def wage(*both: Any) -> float | None:
        found, (seeker, posting, _way, tables) = criteria.wage(*both), both
        floor, low, high = seeker.lowest_pay(tables.parameters), posting.pay_low, posting.top_pay
        if found is None or seeker.ask is None or floor is None or high <= low:
            return found
        common = max(0.0, min(high, seeker.ask) - max(low, floor))
        return common / max(high - floor, seeker.ask - floor, high - low)

    return _with(Name.WAGE, wage)


def _gate_forgotten() -> AbstractContextManager[Any]:
    shut = gates.shut

    def fewer(*both: Any, **more: Any) -> tuple[Barred, ...]:
        return tuple(each for each in shut(*both, **more) if each.gate is not Gate.CERTIFICATE)

    return _patched(gates, "shut", fewer)


@contextmanager
def _by_birth() -> Iterator[None]:
    """Who is born in an even year counts less: a stand-in for every attribute that may not matter."""
    made = counting.Degree

    def scaled(seeker: Seeker, *more: Any) -> Degree:
        found = made(seeker, *more)
        by = 0.97 if (seeker.birth_year or 1) % 2 == 0 else 1.0
        return replace(found, exact=by * found.exact, low=by * found.low, high=by * found.high)

    with _patched(counting, "Degree", scaled):
        yield


def _scale_of_105() -> AbstractContextManager[Any]:
    counted = counting.counted
    return _patched(
        counting, "counted", lambda values, parameters: 1.05 * counted(values, parameters)
    )


@contextmanager
def _unknown_shared_out() -> Iterator[None]:
    """The weight of what is not known goes to what is known."""

    def side(values: Any, of: Side, parameters: Any) -> float:
        known = [
            (parameters.weights[name], value)
            for name, value in zip(Name, values, strict=True)
            if counting.SIDES[name] is of and value is not None
        ]
        whole = sum(weight for weight, _value in known)
        return sum(weight * value for weight, value in known) / whole if whole else 0.5

    # The values keep their gaps until a side is made of them; the weakest is one of the known.
    def counted(values: Any, parameters: Any) -> float:
        one, other = (side(values, of, parameters) for of in Side)
        weakest = min(value for value in values if value is not None)
        both = min(counting.together(one, other), counting.most_with(weakest, parameters))
        return round(100 * both, counting.DIGITS)

    def filled(values: Any, instead: float) -> Any:
        return (
            values
            if instead == DESIGN.unknown
            else tuple(instead if v is None else v for v in values)
        )

    with ExitStack() as stack:
        for name, broken in (("_side", side), ("_filled", filled), ("counted", counted)):
            stack.enter_context(_patched(counting, name, broken))
        yield


def _mean_of_sides() -> AbstractContextManager[Any]:
    return _patched(counting, "together", lambda one, other: (one + other) / 2)


def _first_wish_counts_most() -> AbstractContextManager[Any]:
    def occupation(*both: Any) -> float | None:
        seeker, posting, _way, tables = both
        first, *others = seeker.wanted
        return max(
            criteria.near(first, posting.code, tables),
            0.9 * criteria.nearest(others, posting.code, tables),
        )

    return _with(Name.OCCUPATION, occupation)


def _streets_north_and_east() -> AbstractContextManager[Any]:
    from tests.jobs import properties

    def straight_way(here: Any, there: Any, parameters: Any) -> Way:
        metres = sum(abs(mine - theirs) for mine, theirs in zip(here, there, strict=True))
        return Way(metres, by_road=False)

    return _patched(properties, "straight_way", straight_way)


BREAKAGES: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "cosine of skills": _cosine_of_skills,
    "no cap": _no_cap,
    "unknown is met": _unknown_is_met,
    "a bell over the way": _bell_of_ways,
    "too well schooled": _too_well_schooled,
    "overlap of pay": _overlap_of_pay,
    "a gate forgotten": _gate_forgotten,
    "by birth, times 0.97": _by_birth,
    "a scale of 105": _scale_of_105,
    "unknown shared out": _unknown_shared_out,
    "mean of the sides": _mean_of_sides,
    "the first wish counts most": _first_wish_counts_most,
    "streets north and east": _streets_north_and_east,
}
