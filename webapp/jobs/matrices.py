"""How far each wish is met and which gates are shut, as matrices of seekers by postings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import numpy as np

from webapp.jobs import criteria
from webapp.jobs.gates import sure_age
from webapp.jobs.parameters import Name
from webapp.jobs.pool import Flags, Floats, Pool, Sets, numbers
from webapp.jobs.sides import Seeker
from webapp.jobs.words import Kinship


def _near(codes: Sequence[str], of: Pool) -> Floats:
    """How well each of some occupations does for each kind of work of the pool."""
    found = np.array(
        [[criteria.near(code, each, of.tables) for each in of.codes] for code in codes]
    )
    return found.reshape(len(codes), len(of.codes))


def _best_of(groups: Sequence[Sequence[str]], of: Pool, times: Floats | None = None) -> Floats:
    """For each group of occupations the nearest one, by kind of work; 0 for an empty group."""
    codes = sorted({code for group in groups for code in group})
    place = {code: at for at, code in enumerate(codes)}
    near = _near(codes, of)
    found = np.zeros((len(groups), len(of.codes)))
    flat = [place[code] for group in groups for code in group]
    if not flat:
        return found
    rows = near[flat]
    if times is not None:
        rows = rows * times[:, None]
    sizes = np.array([len(group) for group in groups])
    filled = sizes > 0
    starts = (np.cumsum(sizes) - sizes)[filled]
    found[filled] = np.maximum.reduceat(rows, starts, axis=0)
    return found


def _occupation(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    return _best_of([each.wanted for each in seekers], of)[:, of.code]


def _minutes(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    speeds = of.tables.parameters.speeds
    found: Floats = metres / np.array([speeds[each.mode] for each in seekers])[:, None]
    return found


def _housed(seekers: Sequence[Seeker], of: Pool) -> Flags:
    return np.array([each.dormitory for each in seekers], dtype=bool)[:, None] & of.dormitory


def _commute(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    parameters = of.tables.parameters
    beyond = np.maximum(_minutes(seekers, of, metres) - parameters.free_minutes, 0.0)
    found: Floats = np.exp2(-beyond / parameters.halving_minutes)
    return np.where(_housed(seekers, of), np.maximum(found, parameters.dormitory), found)


def _wage(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    floors = [each.lowest_pay(of.tables.parameters) for each in seekers]
    asks = [each.ask for each in seekers]
    floor, said = numbers(floors)[:, None], numbers(asks)[:, None]
    ask = np.fmax(said, floor)
    low, high = of.low[None, :], of.high[None, :]
    span = np.where(ask > floor, ask - floor, np.inf)

    def content(pay: Floats) -> Floats:
        return np.where(pay >= ask, 1.0, np.maximum(0.0, (pay - floor) / span))

    ramp_from = np.minimum(np.maximum(low, floor), ask)
    ramp_to = np.minimum(np.maximum(high, floor), ask)
    met = (ramp_to - ramp_from) * content((ramp_from + ramp_to) / 2) + np.maximum(high - ask, 0.0)
    width = np.where(high > low, high - low, 1.0)
    found = np.where(high > low, np.minimum(1.0, met / width), content(low))
    found = np.where(low >= ask, 1.0, found)
    return np.where(np.isnan(said), 1.0, np.where(np.isnan(low), np.nan, found))


def _shift(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    offered = of.shifts.has.sum(axis=1)
    common = of.shifts.rows([each.shifts for each in seekers]) @ of.shifts.has.T
    found = np.where(offered > 0, common / np.maximum(offered, 1), np.nan)
    easy = np.array([not each.shifts for each in seekers])[:, None]
    return np.where(easy, 1.0, found)


def _benefit(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    wanted = np.array([len(each.benefits or ()) for each in seekers])[:, None]
    common = of.benefits.rows([each.benefits for each in seekers]) @ of.benefits.has.T
    found = np.where(of.benefits_known, common / np.maximum(wanted, 1), np.nan)
    return np.where(wanted == 0, 1.0, found)


def _skill(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    share = of.tables.parameters.must_share
    must = _covered(seekers, of, of.must)
    nice = _covered(seekers, of, of.nice)
    some_must = of.must.has.any(axis=1)
    some_nice = of.nice.has.any(axis=1)
    found = np.where(some_must & some_nice, share * must + (1 - share) * nice, must + nice)
    unknown = np.array([each.skills is None for each in seekers])[:, None]
    found = np.where(unknown, np.nan, found)
    return np.where(some_must | some_nice, found, 1.0)


def _covered(seekers: Sequence[Seeker], of: Pool, needs: Sets) -> Floats:
    """The share of the needs that each seeker covers; 0 where there are none."""
    tables = of.tables
    has = Sets.of([tables.words.meant_by(each.skills or ()) for each in seekers])
    likeness = _likeness(has, needs, of)
    covers = np.zeros((len(seekers), len(needs.words)))
    for row, mine in enumerate(has.has):
        held = np.flatnonzero(mine)
        if len(held):
            covers[row] = likeness[held].max(axis=0)
    tells = np.array([tables.words.weight(word) for word in needs.words])
    whole = needs.has @ tells
    met = covers @ (needs.has * tells).T
    shares: Floats = np.divide(met, whole, out=np.zeros_like(met), where=whole > 0)
    return np.minimum(1.0, shares)


def _likeness(has: Sets, needs: Sets, of: Pool) -> Floats:
    parameters, words = of.tables.parameters, of.tables.words
    counts = {
        Kinship.NONE: 0.0,
        Kinship.RESEMBLING: parameters.resembling,
        Kinship.KIN: parameters.kin,
        Kinship.SAME: 1.0,
    }
    found = [
        [
            counts[words.kinship(need, word, resembling_from=parameters.resembling_from)]
            for need in needs.words
        ]
        for word in has.words
    ]
    return np.array(found).reshape(len(has.words), len(needs.words))


def _line(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    groups = [(*(each.lines or ()), *each.wanted) for each in seekers]
    found = _best_of(groups, of)[:, of.code]
    unknown = np.array([each.lines is None for each in seekers])[:, None]
    return np.where(unknown, np.nan, found)


def _experience(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    groups = [tuple(each.lines or ()) for each in seekers]
    times = np.array([years for each in seekers for years in (each.lines or {}).values()])
    years = _best_of(groups, of, times)[:, of.code]
    found: Floats = np.minimum(1.0, (1 + years) / (1 + of.years))
    unknown = np.array([each.lines is None for each in seekers])[:, None]
    return np.where(of.years <= 0, 1.0, np.where(unknown, np.nan, found))


def _education(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    has = numbers(each.education for each in seekers)[:, None]
    lacking = np.maximum(of.education - has, 0)
    found = np.maximum(0.0, 1.0 - of.tables.parameters.education_step * lacking)
    return np.where(of.education <= 0, 1.0, found)


def shut(seekers: Sequence[Seeker], of: Pool, metres: Floats, on: date) -> Flags:
    """Where a gate is shut, whatever else fits."""
    parameters = of.tables.parameters
    away = np.array([not each.open or not each.push for each in seekers])[:, None]
    gone = ~of.open | (of.until < on.toordinal())
    age = numbers(
        None if each.birth_year is None else sure_age(each.birth_year, on) for each in seekers
    )[:, None]
    young = (age < parameters.working_age) | (of.hazardous & (age < parameters.hazard_age))
    valid = [
        [name for name, until in each.certificates.items() if until is None or until >= on]
        for each in seekers
    ]
    needed = of.certificates.has.sum(axis=1)
    lacking = of.certificates.rows(valid) @ of.certificates.has.T < needed
    floor = numbers(each.lowest_pay(parameters) for each in seekers)[:, None]
    most = numbers(each.max_minutes for each in seekers)[:, None]
    far = (_minutes(seekers, of, metres) > most) & ~_housed(seekers, of)
    refused = of.shifts.rows([each.refused for each in seekers]) @ of.shifts.has.T > 0
    found: Flags = away | gone | young | lacking | (of.high < floor) | far | refused
    return found


Matrix = Callable[[Sequence[Seeker], Pool, Floats], Floats]

# Each answers values of 0 to 1, not a number where something was asked for and nobody knows yet.
CRITERIA: Mapping[Name, Matrix] = MappingProxyType(
    {
        Name.OCCUPATION: _occupation,
        Name.COMMUTE: _commute,
        Name.WAGE: _wage,
        Name.SHIFT: _shift,
        Name.BENEFIT: _benefit,
        Name.SKILL: _skill,
        Name.LINE: _line,
        Name.EXPERIENCE: _experience,
        Name.EDUCATION: _education,
    }
)
