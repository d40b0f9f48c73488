"""Who fits whom: SQL leaves out what is out of the question, `degree` says how well the rest fits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from webapp.base.spatial import center, shape_of
from webapp.jobs import meeting_queries as meetings, queries, standards
from webapp.jobs.degree import Degree, degree, most_with
from webapp.jobs.gates import sure_age
from webapp.jobs.models import Introduction, Posting, Push, Seeker
from webapp.jobs.parameters import Parameters
from webapp.jobs.queries import Asked, Offered
from webapp.jobs.rules import IntroductionState, PostingState, SeekerState
from webapp.jobs.sides import Posting as PostingSide, Seeker as SeekerSide, Way, minor_group
from webapp.jobs.ways import Spot, Ways, spot_of
from webapp.people import days

# A straight line in the metres of the storage CRS may be a little longer than the road is measured.
_MARGIN, _MARGIN_M = 1.01, 5.0
_Order = tuple[float, float, float, int, int]
_OVER = (IntroductionState.DECLINED, IntroductionState.NO_SHOW)


@dataclass(frozen=True)
class Match:
    """A seeker and a posting with their degree, and what has become of them so far."""

    seeker: Seeker
    posting: Posting
    degree: Degree
    introduction: Introduction | None = None

    @property
    def commute(self) -> float:
        """Minutes from door to door; endless where nobody knows."""
        return _commute(self.degree)

    @property
    def order(self) -> _Order:
        """The best first; of equal ones the shorter way, the newer posting, the key."""
        return _order(self.degree, self.posting.published_at)


class _Sides:
    """What counts of the seekers and postings of one list, taken down once of each."""

    def __init__(self, *, asked_by_seeker: bool = False) -> None:
        self._asked_by_seeker = asked_by_seeker
        self._seekers: dict[int, SeekerSide] = {}
        self._postings: dict[int, tuple[PostingSide, Spot]] = {}

    def of_seeker(self, seeker: Seeker) -> SeekerSide:
        if seeker.id not in self._seekers:
            side = seeker_side(seeker, asked_by_seeker=self._asked_by_seeker)
            self._seekers[seeker.id] = side
        return self._seekers[seeker.id]

    def of_posting(self, posting: Posting) -> tuple[PostingSide, Spot]:
        if posting.id not in self._postings:
            self._postings[posting.id] = posting_side(posting), spot_of(posting)
        return self._postings[posting.id]


class _Ways(Protocol):
    def between(self, grid_id: int, spot: Spot, mode: str) -> Way | None: ...


class Matcher:
    """Counts degrees for one question: one edition, one day, each way looked up once."""

    def __init__(self, *, on: date | None = None) -> None:
        self.standard = standards.standard()
        self.on = on or days.today()
        self.ways: _Ways = Ways()

    def between(
        self, seeker: Seeker, posting: Posting, *, asked_by_seeker: bool, declined: bool = False
    ) -> Degree:
        """How well two fit. `asked_by_seeker`: that they want no recommendations does not count."""
        sides = _Sides(asked_by_seeker=asked_by_seeker)
        return self._counted(seeker, posting, sides, declined=declined)

    def _counted(
        self, seeker: Seeker, posting: Posting, sides: _Sides, *, declined: bool = False
    ) -> Degree:
        work, spot = sides.of_posting(posting)
        way = self.ways.between(seeker.home_grid_id, spot, seeker.mode)
        return self._of(sides.of_seeker(seeker), work, way, declined=declined)

    def _of(
        self, seeker: SeekerSide, posting: PostingSide, way: Way | None, *, declined: bool
    ) -> Degree:
        return degree(
            seeker,
            posting,
            way,
            on=self.on,
            declined=declined,
            parameters=self.standard.parameters,
            words=self.standard.words,
            substitutes=self.standard.substitutes,
        )

    def for_seeker(self, seeker: Seeker, most: int | None = None) -> list[Match]:
        """The postings that are not ruled out for a seeker, the best first: all, or so many."""
        met = meetings.met(seeker_id=seeker.id)
        wanted = asked(seeker, self.standard.parameters, self.on)
        found = self._nearest_kinds(seeker, wanted, met, most) if most is not None else None
        if found is None:
            found = self._counted_for(seeker, queries.within(wanted, self.on), met)
        best = found[:most]
        shown = {each.id: each for each in queries.postings(key for key, _counted in best)}
        return [Match(seeker, shown[key], counted, met.get(key)) for key, counted in best]

    def _nearest_kinds(
        self, seeker: Seeker, wanted: Asked, met: dict[int, Introduction], most: int
    ) -> list[tuple[int, Degree]] | None:
        """The best among the nearest kinds of work; None when one of another kind may be better."""
        parameters = self.standard.parameters
        farther = parameters.ladder[2]
        narrowed = replace(wanted, groups=self._kindred(seeker.wanted, above=farther))
        found = self._counted_for(seeker, queries.recommended(narrowed, self.on), met)
        bound = 100 * most_with(farther, parameters)
        enough = len(found) >= most and found[most - 1][1].exact > bound
        return found if enough else None

    def _counted_for(
        self, seeker: Seeker, keys: Iterable[int], met: dict[int, Introduction]
    ) -> list[tuple[int, Degree]]:
        """Keys and degrees of those of these postings that nothing rules out, the best first."""
        side = seeker_side(seeker, asked_by_seeker=True)
        found: list[tuple[_Order, Degree]] = []
        for each in queries.offered(keys):
            declined = _is_over(met.get(each.id))
            spot = round(each.x), round(each.y)
            way = self.ways.between(seeker.home_grid_id, spot, seeker.mode)
            counted = self._of(side, posting_side(each), way, declined=declined)
            if not counted.gates:
                found.append((_order(counted, each.published_at), counted))
        found.sort(key=lambda each: each[0])
        return [(counted.posting.id, counted) for _order, counted in found]

    def for_posting(self, posting: Posting) -> list[Match]:
        """Every seeker who is not ruled out for a posting and wants to be found, the best first."""
        met, sides, found = meetings.met(posting_id=posting.id), _Sides(), []
        for seeker in queries.seekers(self.sought(posting)):
            introduction = met.get(seeker.id)
            declined = _is_over(introduction)
            counted = self._counted(seeker, posting, sides, declined=declined)
            if not counted.gates:
                found.append(Match(seeker, posting, counted, introduction))
        return sorted(found, key=lambda each: each.order)

    def sought(self, posting: Posting, *, pushed: bool = False) -> list[int]:
        """Keys of the seekers for whom a posting is not out of the question; or who may be told of it."""
        parameters = self.standard.parameters
        reach = reach_of_push(parameters) if pushed else {}
        return queries.sought(
            posting,
            groups=self.wanting(posting) if pushed else None,
            reach_m=reach,
            floor_share=parameters.floor_share,
        )

    def pushes(self, pairs: Iterable[tuple[Seeker, Posting]]) -> list[Match]:
        """The pairs that fit so well that both are told, the best first."""
        sides = _Sides()
        found = (
            Match(seeker, posting, self._counted(seeker, posting, sides))
            for seeker, posting in pairs
        )
        return sorted((each for each in found if each.degree.pushed), key=lambda each: each.order)

    def recommended(self, seeker: Seeker) -> list[int]:
        """Keys of the postings among which every one is that fits a seeker so well as to be told."""
        parameters = self.standard.parameters
        wanted = asked(seeker, parameters, self.on)
        reach = reach_of_push(parameters).get(seeker.mode)
        groups = self._pushed_groups(seeker.wanted, offered=False)
        if groups is None or reach is None:
            return queries.within(wanted, self.on)
        narrowed = replace(
            wanted,
            reach_m=min(reach, wanted.reach_m),
            dormitory=wanted.dormitory and parameters.dormitory >= least_of_push(parameters),
            groups=groups,
        )
        return queries.recommended(narrowed, self.on)

    def wanting(self, posting: Posting) -> list[str] | None:
        """The 小类 whose seekers can be near enough to what a posting offers; None: any might be."""
        return self._pushed_groups([posting.occupation], offered=True)

    def _pushed_groups(self, codes: Sequence[str], *, offered: bool) -> list[str] | None:
        """The 小类 that can be near enough to these kinds of work for a push; None: any might be."""
        least = least_of_push(self.standard.parameters)
        if self.standard.parameters.ladder[2] >= least:
            return None
        return self._kindred(codes, offered=offered, above=math.nextafter(least, 0.0))

    def _kindred(self, codes: Sequence[str], *, offered: bool = False, above: float) -> list[str]:
        """The 小类 of these kinds of work, and those that stand in for them by more than so much."""
        own = set(map(minor_group, codes))
        mine = own.union(codes)
        near = (pair for pair, score in self.standard.substitutes.items() if score > above)
        turned = ((other, code) if offered else (code, other) for code, other in near)
        return sorted(own | {minor_group(other) for code, other in turned if code in mine})


def _is_over(introduction: Introduction | None) -> bool:
    return introduction is not None and introduction.state in _OVER


def seeker_side(seeker: Seeker, *, asked_by_seeker: bool = False) -> SeekerSide:
    """What counts of a seeker."""
    return SeekerSide(
        id=seeker.id,
        wanted=tuple(seeker.wanted),
        lines=seeker.lines,
        skills=frozenset(seeker.skills) if seeker.skills is not None else None,
        certificates={
            name: date.fromisoformat(until) if until else None
            for name, until in seeker.certificates.items()
        },
        education=seeker.education,
        ask=seeker.pay_ask,
        floor=seeker.pay_floor,
        shifts=frozenset(seeker.shifts) if seeker.shifts else None,
        refused=frozenset(seeker.refused),
        benefits=frozenset(seeker.benefits),
        dormitory=seeker.dormitory,
        mode=seeker.mode,
        max_minutes=float(seeker.max_minutes),
        birth_year=seeker.birth_year,
        push=seeker.push or asked_by_seeker,
        open=seeker.state in (SeekerState.OPEN, SeekerState.IN_TALKS),
    )


def posting_side(posting: Posting | Offered) -> PostingSide:
    """What counts of a posting."""
    return PostingSide(
        id=posting.id,
        code=posting.occupation,
        must=frozenset(posting.must_skills),
        nice=frozenset(posting.nice_skills),
        certificates=frozenset(posting.certificates),
        education=posting.education,
        years=posting.years,
        pay_low=posting.month_low,
        pay_high=posting.month_high,
        shifts=frozenset(posting.shifts),
        benefits=frozenset(posting.benefits),
        dormitory=posting.dormitory,
        hazardous=posting.hazard,
        open=posting.state == PostingState.OPEN,
        valid_until=posting.valid_until,
        openings_left=posting.free,
    )


def asked(seeker: Seeker, parameters: Parameters, on: date) -> Asked:
    """What SQL may leave out for a seeker."""
    side = seeker_side(seeker)
    x, y = center(shape_of(seeker.home))
    speed = parameters.speeds[seeker.mode]
    return Asked(
        x=x,
        y=y,
        reach_m=seeker.max_minutes * speed * _MARGIN + _MARGIN_M,
        lowest=side.lowest_pay(parameters),
        refused=seeker.refused,
        certificates=[
            name for name, until in side.certificates.items() if until is None or until >= on
        ],
        dormitory=seeker.dormitory,
        of_age=sure_age(seeker.birth_year, on) >= parameters.hazard_age,
    )


def _commute(counted: Degree) -> float:
    mode, parameters = counted.seeker.mode, counted.tables.parameters
    return counted.way.minutes(mode, parameters) if counted.way else math.inf


def _order(counted: Degree, published_at: datetime | None) -> _Order:
    newer = -published_at.timestamp() if published_at else 0.0
    return -counted.exact, _commute(counted), newer, counted.posting.id, counted.seeker.id


def least_of_push(parameters: Parameters) -> float:
    """No criterion of a pair that is pushed is met less than this."""
    if parameters.cap >= 1:
        return 0.0
    # Degrees are rounded at their ninth digit; a hair less keeps every push.
    return max(0.0, (parameters.push_from / 100 - parameters.cap) / (1 - parameters.cap) - 1e-6)


def reach_of_push(parameters: Parameters) -> dict[str, float]:
    """By mode: a straight line beyond these metres is too long for a push."""
    least = least_of_push(parameters)
    if least <= 0:
        return {}
    minutes = parameters.free_minutes + parameters.halving_minutes * math.log2(1 / least)
    return {
        mode: minutes * speed * _MARGIN + _MARGIN_M for mode, speed in parameters.speeds.items()
    }


def snapshot(counted: Degree) -> dict[str, Any]:
    """Everything a degree was counted from, as a row keeps it."""
    seeker, posting, way = counted.seeker, counted.posting, counted.way
    return {
        "on": counted.on.isoformat(),
        "way": [way.metres, way.by_road] if way else None,
        "seeker": {name: _kept(getattr(seeker, name)) for name in _fields(seeker)},
        "posting": {name: _kept(getattr(posting, name)) for name in _fields(posting)},
    }


def again(push: Push) -> Degree:
    """The degree of a recommendation, counted again from what was kept with the edition of then."""
    standard, kept = standards.standard(push.edition_id), push.counted
    seeker = dict(kept["seeker"])
    seeker |= {name: _set(seeker[name]) for name in ("skills", "shifts", "refused", "benefits")}
    seeker["wanted"] = tuple(seeker["wanted"])
    seeker["certificates"] = {
        name: date.fromisoformat(until) if until else None
        for name, until in seeker["certificates"].items()
    }
    posting = dict(kept["posting"])
    names = ("must", "nice", "certificates", "shifts", "benefits")
    posting |= {name: _set(posting[name]) for name in names}
    if posting["valid_until"]:
        posting["valid_until"] = date.fromisoformat(posting["valid_until"])
    return degree(
        SeekerSide(**seeker),
        PostingSide(**posting),
        Way(*kept["way"]) if kept["way"] else None,
        on=date.fromisoformat(kept["on"]),
        parameters=standard.parameters,
        words=standard.words,
        substitutes=standard.substitutes,
    )


def _fields(side: Any) -> tuple[str, ...]:
    names: tuple[str, ...] = tuple(type(side).__dataclass_fields__)
    return names


def _kept(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _kept(each) for key, each in value.items()}
    return dict(value) if hasattr(value, "items") else value


def _set(value: Any) -> frozenset[str] | None:
    return None if value is None else frozenset(value)
