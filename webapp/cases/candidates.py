"""Who could go to a case, with every because in words, and what is kept of a choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext, lazy_gettext as _l, ngettext

from webapp.base import clock
from webapp.base.spatial import shape_of, to_lonlat
from webapp.cases import dispatching, ways
from webapp.cases.dispatching import Call, Candidate, Post, Worker
from webapp.cases.models import Assignment, Case
from webapp.cases.rota import queries as field
from webapp.cases.rota.models import ClassWish
from webapp.cases.rota.rules import SKILL_WORDS, Skill
from webapp.cases.rules import Grade
from webapp.cases.weights import BOUNDS, USUAL, Weights
from webapp.travel import loaded
from webapp.travel.network import Network

SHOWN = 3


def _(words: str, **values: Any) -> str:
    return str(gettext(words, **values))


_AGAINST = {
    "off_duty": _l("off duty by the rota"),
    "offer": _l("has another offer that is not answered yet"),
    "under_way": _l("under way to something urgent"),
    "old_position": _l("no fresh position"),
    "own_first": _l("the worker of the grid goes first where others are hardly better"),
    "hardly": _l("hardly worse"),
}

_GRADES = (Grade.NORMAL, Grade.URGENT, Grade.EMERGENCY)


@dataclass(frozen=True)
class Staff:
    """Everybody who could be sent anywhere, the roads they go along, and what counts how much."""

    people: list[Worker]
    roads: Network
    weights: Weights


@dataclass(frozen=True)
class Ranking:
    """Everybody who could go to a case, the best first, and what the case wants of them."""

    call: Call
    order: list[Candidate]

    def mates_of(self, account: int) -> list[Candidate]:
        """Who goes along."""
        return dispatching.mates(self.call, account, self.order)


def ranking(
    case: Case,
    *,
    without: Iterable[int | None] = (),
    wishes: Sequence[ClassWish] | None = None,
) -> Ranking:
    """Everybody who could go to the case but these, the best first.

    `wishes` is what classes want of whoever goes, where that is known already.
    """
    return ranking_of(call_of(case, field.wishes() if wishes is None else wishes), without=without)


def ranking_of(call: Call, *, without: Iterable[int | None] = ()) -> Ranking:
    """Everybody who could go to a call but these, the best first."""
    left_out = set(without)
    staff = workers()
    people = [worker for worker in staff.people if worker.id not in left_out]
    return ranked_among(replace(staff, people=people), call)


def ranked_among(staff: Staff, call: Call) -> Ranking:
    """These people, by their weights, the best first."""
    (call,) = by_road([call], staff)
    return Ranking(call, dispatching.ranked(call, staff.people))


def by_road(calls: Iterable[Call], staff: Staff) -> list[Call]:
    """The same calls, to which the ways of these people are known along the roads, by their weights."""
    starts = [
        spot
        for worker in staff.people
        for spot in (worker.at, *(post.centre for post in worker.posts))
        if spot is not None
    ]
    return [
        replace(call, minutes=ways.by_road(staff.roads, call.at, starts), weights=staff.weights)
        for call in calls
    ]


def workers(by: Weights | None = None) -> Staff:
    """Everybody who could be sent anywhere; by the weights in force where no others are tried."""
    rows = field.workers()
    roads = loaded.roads(rows[0].roads if rows else None)
    laid_down = rows[0].weights if rows else None
    weights = by or (Weights(**{each: laid_down[each] for each in BOUNDS}) if laid_down else USUAL)
    people = [
        Worker(
            id=row.id,
            name=row.name,
            posts=tuple(
                Post(grid, name, (x, y))
                for grid, name, x, y in zip(row.grids, row.names, row.xs, row.ys, strict=True)
            ),
            at=None if row.x is None else (row.x, row.y),
            age_min=None if row.age_min is None else float(row.age_min),
            skills=frozenset(row.skills),
            on_duty=row.on_duty if row.kept else None,
            duties=row.duties,
            offer=row.offer,
            haste=_GRADES[row.haste or 0],
            free_in=dispatching.free_in(row.urgent, float(row.since_min), by=weights)
            if row.urgent
            else None,
        )
        for row in rows
    ]
    return Staff(people, roads, weights)


def call_of(case: Case, wishes: Sequence[ClassWish]) -> Call:
    """The case as the choice sees it: where, how much haste, what its class wants."""
    skills, people = wanted(case.class_code, wishes)
    at = None
    if case.geom is not None:
        middle = shape_of(case.geom).centroid
        at = (middle.x, middle.y)
    return Call(
        id=case.id,
        at=at,
        grid_id=case.grid_id,
        grade=Grade(case.grade),
        skills=skills,
        people=people,
        waited_min=(clock.now() - (case.filed_at or case.received_at)).total_seconds() / 60,
    )


def wanted(class_code: str, wishes: Sequence[ClassWish]) -> tuple[frozenset[str], int]:
    """What a class wants of whoever goes: the skills, and how many go together."""
    of_class = [each for each in wishes if class_code.startswith(each.class_prefix)]
    people = max((each.people for each in of_class), default=1)
    return frozenset(each.skill for each in of_class), people


def kept(made: Ranking, to: int) -> dict[str, Any]:
    """What is kept of a choice: the first three and the chosen one with their costs, and the wishes."""
    first = made.order[:SHOWN]
    chosen = next((each for each in made.order if each.account == to), None)
    shown = first if chosen is None or chosen in first else [*first, chosen]
    rank = {each.account: place for place, each in enumerate(made.order, start=1)}
    return {
        "chosen": to,
        "at": clock.now().isoformat(timespec="seconds"),
        "skills": sorted(made.call.skills),
        "people": made.call.people,
        "mates": [each.account for each in made.mates_of(to)],
        "candidates": [{**each.kept(), "rank": rank[each.account]} for each in shown],
    }


@dataclass(frozen=True)
class Line:
    """One candidate as it is shown: why, why not, and the costs as a sum."""

    rank: int
    one: Candidate
    minutes: int
    way: str
    because: list[str]
    why_not: list[str]
    parts: list[tuple[str, str]]
    chosen: bool = False

    @property
    def spot(self) -> tuple[float, float] | None:
        """Where the way begins, (lon, lat) degrees WGS 84."""
        return to_lonlat(*self.one.spot) if self.one.spot else None


def lines(made: Ranking, limit: int = SHOWN) -> list[Line]:
    """The first few, in words."""
    return [
        _line(made.call, each, made.order, rank)
        for rank, each in enumerate(made.order[:limit], start=1)
    ]


def way_lines(case: Case, made: Ranking, limit: int = SHOWN) -> list[dict[str, Any]]:
    """The ways of the first few, for a map: from, to (degrees WGS 84), the minutes in words."""
    return [way_line(case, each, first=place == 0) for place, each in enumerate(lines(made, limit))]


def way_line(case: Case, line: Line, *, first: bool) -> dict[str, Any]:
    """One way for a map; its ends are None where they are not known."""
    words = _("%(name)s, %(n)s min", name=line.one.name, n=line.minutes)
    return {"from": line.spot, "to": case.lonlat, "words": words, "first": first}


def line_of(call: Call, one: Candidate) -> Line:
    """Somebody proposed for a case, in words."""
    return _line(call, one, [one], 1)


def why_them(assignment: Assignment) -> list[Line]:
    """Why somebody was sent, and who else could have gone, as it was known then."""
    choice: Mapping[str, Any] = assignment.choice
    found = [(each["rank"], Candidate.of(each)) for each in choice["candidates"]]
    order = [each for _rank, each in found]
    call = Call(
        id=assignment.case_id,
        at=None,
        grid_id=None,
        skills=frozenset(choice["skills"]),
        people=choice["people"],
    )
    return [
        _line(call, each, order, rank, chosen=each.account == choice["chosen"])
        for rank, each in found
    ]


def _line(
    call: Call, one: Candidate, order: Sequence[Candidate], rank: int, *, chosen: bool = False
) -> Line:
    first = order[0]
    against = [] if one is first else dispatching.why_not(one, first)
    return Line(
        rank=rank,
        one=one,
        minutes=max(1, round(one.travel)),
        way=_way(one),
        because=[_because(name, value) for name, value in dispatching.because(call, one, order)],
        why_not=[_why_not(name, value) for name, value in against],
        parts=_parts(one),
        chosen=chosen,
    )


def _way(one: Candidate) -> str:
    if one.origin == "unknown":
        return _("the case has no point")
    way = str(ways.WAY_WORDS[ways.Way(one.way)])
    if one.origin == "reported":
        return _("%(way)s, from where they were %(n)s min ago", way=way, n=round(one.age_min or 0))
    return _("%(way)s, from the centre of the grid: no fresh position", way=way)


def _because(name: str, value: Any) -> str:
    match name:
        case "own":
            return _("it is their own grid")
        case "nearest":
            return _("nearest of all")
        case "skilled":
            return _("has what it wants: %(skills)s", skills=skills(value))
        case "on_duty":
            return _("on duty")
        case "free":
            return _("nothing else in hand")
    return _("the least in all: %(n)s min", n=value)


def _why_not(name: str, value: Any) -> str:
    if name == "missing":
        return _("lacks: %(skills)s", skills=skills(value))
    if name == "busier":
        return str(ngettext("%(num)s duty more in hand", "%(num)s duties more in hand", value))
    if name == "farther":
        return _("%(n)s min farther", n=value)
    return str(_AGAINST[name])


def _parts(one: Candidate) -> list[tuple[str, str]]:
    """What the sum is made of; what costs nothing is left out, the way never."""
    parts = (
        (_("way"), one.travel),
        (_("load"), one.load),
        (_("skills"), one.skill),
        (_("rota"), one.rota),
        (_("position"), one.position),
    )
    return [
        (words, f"{minutes:.1f}")
        for place, (words, minutes) in enumerate(parts)
        if minutes or not place
    ]


def skills(names: Iterable[str]) -> str:
    """Skills in words."""
    return _(" / ").join(str(SKILL_WORDS[Skill(each)]) for each in names)
