"""A degree in sentences, from the very numbers it is made of: for seekers, for employers, for staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor
from types import MappingProxyType

from flask_babel import gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.jobs.degree import DIGITS, Barred, Criterion, Degree, Gate, Name, Side
from webapp.jobs.sentences import NOBODY, SENTENCES, Called, joined, listed

NAMES: Mapping[Name, LazyString] = MappingProxyType(
    {
        Name.OCCUPATION: _l("Occupation wished for"),
        Name.COMMUTE: _l("Way to work"),
        Name.WAGE: _l("Pay beside the wish"),
        Name.SHIFT: _l("Shifts"),
        Name.BENEFIT: _l("Benefits"),
        Name.SKILL: _l("Skills"),
        Name.LINE: _l("Same line of work"),
        Name.EXPERIENCE: _l("Years in the line"),
        Name.EDUCATION: _l("Schooling"),
    }
)

SIDE_NAMES: Mapping[Side, LazyString] = MappingProxyType(
    {
        Side.SEEKER: _l("What the seeker wishes for"),
        Side.EMPLOYER: _l("What the employer asks for"),
    }
)

GATE_WORDS: Mapping[Gate, LazyString] = MappingProxyType(
    {
        Gate.CLOSED: _l("The posting is not open."),
        Gate.EXPIRED: _l("The posting has expired."),
        Gate.FULL: _l("All openings are filled."),
        Gate.NOT_LOOKING: _l("The seeker is not looking for work now."),
        Gate.OPTED_OUT: _l("The seeker has switched personal recommendations off."),
        Gate.DECLINED: _l("The two were introduced before, and one of them said no."),
        Gate.TOO_YOUNG: _l(
            "Work is open from the age of 16; the year of birth does not show it yet."
        ),
        Gate.HAZARD: _l("Hazardous work is closed to everybody under 18."),
        Gate.CERTIFICATE: _l("A certificate that is required lacks or has expired"),
        Gate.PAY: _l("The highest pay is below what the seeker accepts."),
        Gate.COMMUTE: _l("The way is longer than the seeker accepts."),
        Gate.SHIFT: _l("A shift is asked for that the seeker refuses"),
    }
)

# What a seeker reads first, the way apart: it stands beside the map.
FIRST = (Name.WAGE, Name.OCCUPATION)


@dataclass(frozen=True, slots=True)
class Told:
    """A criterion as it is shown: its name, how far it is met, what that brings of what, and why."""

    name: Name
    side: Side
    title: str
    words: str
    share: int
    points: str
    most: str
    unknown: bool
    holds_down: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """What a seeker reads: three lines, the way for the map, and what holds the degree down."""

    lines: tuple[Told, ...]
    way: Told
    held: str | None
    range: str | None


def whole(found: Degree, called: Called = NOBODY) -> tuple[Told, ...]:
    """Every criterion with what both sides said: for staff, and for seekers about themselves."""
    return tuple(_told(found, each, SENTENCES[each.name](found, called)) for each in found.criteria)


def brief(found: Degree, called: Called = NOBODY) -> Brief:
    """For the seeker: pay, occupation and what is met least of the rest; and the way."""
    told = {each.name: each for each in whole(found, called)}
    rest = [each for each in found.criteria if each.name not in (*FIRST, Name.COMMUTE)]
    least = min(rest, key=lambda each: each.value)
    return Brief(
        lines=tuple(told[name] for name in (*FIRST, least.name)),
        way=told[Name.COMMUTE],
        held=held_down(found),
        range=in_range(found),
    )


def bars(found: Degree, called: Called = NOBODY) -> tuple[Told, ...]:
    """For the employer: a bar per criterion. What the seeker asks for stays with the seeker."""
    return tuple(
        _told(
            found,
            each,
            SENTENCES[each.name](found, called)
            if each.side is Side.EMPLOYER
            else _("%(share)s %% of the seeker's wish is met", share=_share(each)),
        )
        for each in found.criteria
    )


def reasons(barred: Iterable[Barred], called: Called = NOBODY) -> list[str]:
    """Why two cannot come together, a sentence for each gate that is shut."""
    return [
        str(_("%(what)s: %(which)s.", what=GATE_WORDS[each.gate], which=listed(each.by, called)))
        if each.by
        else str(GATE_WORDS[each.gate])
        for each in barred
    ]


def held_down(found: Degree) -> str | None:
    """What keeps the degree from being what both sides together make; None: nothing does."""
    if (name := found.capped_by) is None:
        return None
    return str(
        _(
            "Held down by “%(criterion)s”: at most %(most)s %%.",
            criterion=NAMES[name],
            most=floor(round(found.cap, DIGITS)),
        )
    )


def in_range(found: Degree) -> str | None:
    """What the degree may become when everything is filled in; None: it is known."""
    if not (unknown := found.unknown):
        return None
    return str(
        _(
            "Not filled in: %(names)s. With it the degree lies between %(low)s %% and %(high)s %%.",
            names=joined(str(NAMES[name]) for name in unknown),
            low=floor(found.low),
            high=floor(found.high),
        )
    )


def adds_up(found: Degree) -> bool:
    """The points that are shown make the sides, and the sides make the degree."""
    sides = {
        side: sum(each.points for each in found.criteria if each.side is side) for side in Side
    }
    one, other = sides[Side.SEEKER], sides[Side.EMPLOYER]
    both = 2 * one * other / (one + other) if one + other else 0.0
    return bool(found.gates) or abs(min(both, found.cap) - found.exact) < 1e-6


def _told(found: Degree, each: Criterion, words: object) -> Told:
    return Told(
        name=each.name,
        side=each.side,
        title=str(NAMES[each.name]),
        words=str(words),
        share=_share(each),
        points=f"{each.points:.1f}",
        most=f"{each.most:g}",
        unknown=each.unknown,
        holds_down=found.capped_by is each.name,
    )


def _share(each: Criterion) -> int:
    return floor(round(100 * each.value, DIGITS))
