"""How far each wish is met, from 0 to 1; None where it was asked for and nobody knows yet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from webapp.jobs.gates import housed
from webapp.jobs.parameters import Name, Parameters
from webapp.jobs.sides import Posting, Seeker, Way, level, minor_group
from webapp.jobs.words import Kinship, Words

Substitutes = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Tables:
    """What both sides are compared by: parameters, the words of skills, and who stands in for whom.

    `substitutes`: how well somebody of the first occupation does the work of the second; of
    occupations or of their minor groups.
    """

    parameters: Parameters
    words: Words
    substitutes: Substitutes


def near(code: str, wanted_by: str, tables: Tables) -> float:
    """How well an occupation held or wished for does for the one of a posting."""
    ladder, substitutes = tables.parameters.ladder, tables.substitutes
    if code == wanted_by or not substitutes:
        return ladder[level(code, wanted_by)]
    row = substitutes.get((code, wanted_by), 0.0)
    groups = substitutes.get((minor_group(code), minor_group(wanted_by)), 0.0)
    return max(ladder[level(code, wanted_by)], row, groups)


def nearest(codes: Iterable[str], wanted_by: str, tables: Tables) -> float:
    """The best of several; 0 for none."""
    return max([near(code, wanted_by, tables) for code in codes], default=0.0)


def occupation(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """How near the work is to an occupation the seeker wishes for."""
    return nearest(seeker.wanted, posting.code, tables)


def commute(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """Whole while the way is short; then it halves, and halves again. A bed at work is nearly as good."""
    if way is None:
        return None
    parameters = tables.parameters
    beyond = way.minutes(seeker.mode, parameters) - parameters.free_minutes
    found = 1.0 if beyond <= 0 else 2.0 ** (-beyond / parameters.halving_minutes)
    return max(found, parameters.dormitory) if housed(seeker, posting) else found


def wage(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """How content the seeker is on average with what may be paid, from the floor up to the ask."""
    floor = seeker.lowest_pay(tables.parameters)
    if seeker.ask is None or floor is None:
        return 1.0
    ask = max(seeker.ask, floor)
    low, high = posting.pay_low, posting.top_pay
    if low is None or high is None:
        return None
    if low >= ask:
        return 1.0
    if high == low:
        return _contentment(low, floor, ask)
    # The ramp between floor and ask is a trapezoid: no difference of large areas is taken.
    ramp_from, ramp_to = (min(max(pay, floor), ask) for pay in (low, high))
    middle = _contentment((ramp_from + ramp_to) / 2, floor, ask)
    met = (ramp_to - ramp_from) * middle + max(high - ask, 0.0)
    return min(1.0, met / (high - low))


def shift(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """The share of the shifts that the seeker would work."""
    if not seeker.shifts:
        return 1.0
    if not posting.shifts:
        return None
    return len(posting.shifts & seeker.shifts) / len(posting.shifts)


def benefit(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """The share of the benefits wished for that are given."""
    if not seeker.benefits:
        return 1.0
    if posting.benefits is None:
        return None
    return len(seeker.benefits & posting.benefits) / len(seeker.benefits)


def skill(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """How much of what is needed the seeker can do, the needed before the welcome."""
    must, nice = posting.must, posting.nice
    if not must and not nice:
        return 1.0
    if seeker.skills is None:
        return None
    has = tables.words.meant_by(seeker.skills)
    if not nice:
        return covered(must, has, tables)
    if not must:
        return covered(nice, has, tables)
    share = tables.parameters.must_share
    return share * covered(must, has, tables) + (1 - share) * covered(nice, has, tables)


def covered(needs: frozenset[str], has: frozenset[str], tables: Tables) -> float:
    """The share of the needs that the skills cover, each need by what it tells."""
    words = tables.words
    whole, met = [], []
    for need in words.meant_by(needs):
        tells = words.weight(need)
        whole.append(tells)
        met.append(tells * _best(need, has, tables))
    # The sum does not depend on the order in which a set is read.
    return min(1.0, math.fsum(met) / math.fsum(whole))


def line(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """How near the work is to what the seeker has done or wishes to do."""
    if seeker.lines is None:
        return None
    return nearest((*seeker.lines, *seeker.wanted), posting.code, tables)


def experience(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """Years in the line beside those asked for; years in a related one count in part."""
    if posting.years <= 0:
        return 1.0
    if seeker.lines is None:
        return None
    return min(1.0, (1 + years_in_line(seeker, posting, tables)) / (1 + posting.years))


def years_in_line(seeker: Seeker, posting: Posting, tables: Tables) -> float:
    """The years that count for the posting."""
    lines = seeker.lines or {}
    return max(
        (years * near(code, posting.code, tables) for code, years in lines.items()), default=0.0
    )


def education(seeker: Seeker, posting: Posting, way: Way | None, tables: Tables) -> float | None:
    """Whole from the schooling asked for upwards; every step that lacks costs the same."""
    if posting.education <= 0:
        return 1.0
    if seeker.education is None:
        return None
    lacking = max(0, posting.education - seeker.education)
    return max(0.0, 1.0 - tables.parameters.education_step * lacking)


Criterion = Callable[[Seeker, Posting, Way | None, Tables], float | None]

CRITERIA: Mapping[Name, Criterion] = MappingProxyType(
    {
        Name.OCCUPATION: occupation,
        Name.COMMUTE: commute,
        Name.WAGE: wage,
        Name.SHIFT: shift,
        Name.BENEFIT: benefit,
        Name.SKILL: skill,
        Name.LINE: line,
        Name.EXPERIENCE: experience,
        Name.EDUCATION: education,
    }
)


def _best(need: str, has: frozenset[str], tables: Tables) -> float:
    if need in has:
        return 1.0
    parameters, kinship = tables.parameters, tables.words.kinship
    from_ = parameters.resembling_from
    found = max([kinship(need, each, resembling_from=from_) for each in has], default=Kinship.NONE)
    if found is Kinship.NONE:
        return 0.0
    return parameters.kin if found is Kinship.KIN else parameters.resembling


def _contentment(pay: float, floor: float, ask: float) -> float:
    """How content one is with a pay: not at all at the floor, wholly from the ask on."""
    if pay >= ask:
        return 1.0
    return max(0.0, (pay - floor) / (ask - floor)) if ask > floor else 0.0
