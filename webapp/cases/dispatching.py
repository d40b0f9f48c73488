"""Who goes: what each of those who could would cost, in minutes, and who goes before whom.

Pure: no database, no clock. The same facts always give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from webapp.cases import ways
from webapp.cases.rules import Grade
from webapp.cases.ways import Point
from webapp.cases.weights import USUAL, Weights

# Whoever is off duty comes after all who are on duty, whatever the weights.
OFF_DUTY = 10_000.0

HASTE = {Grade.NORMAL: 0, Grade.URGENT: 1, Grade.EMERGENCY: 2}


@dataclass(frozen=True)
class Post:
    """A grid over which somebody holds a field post, and its centre (metres)."""

    grid_id: int
    grid: str
    centre: Point


@dataclass(frozen=True)
class Worker:
    """What is known of somebody who could go. `at` is a fresh position, `on_duty` None: no rota."""

    id: int
    name: str
    posts: tuple[Post, ...]
    at: Point | None = None
    age_min: float | None = None
    skills: frozenset[str] = frozenset()
    on_duty: bool | None = None
    duties: int = 0
    # The case that was offered and waits for an answer; how much haste the work in hand wants.
    offer: int | None = None
    haste: Grade = Grade.NORMAL
    # Minutes until they have usually dealt with what is urgent in their hands; None: nothing is.
    free_in: float | None = None


@dataclass(frozen=True)
class Call:
    """A case for which somebody is looked for; `without` are those who are not asked for it any more.

    `weights` are what counts how much in the choice.
    """

    id: int
    at: Point | None
    grid_id: int | None
    grade: Grade = Grade.NORMAL
    skills: frozenset[str] = frozenset()
    people: int = 1
    waited_min: float = 0.0
    without: frozenset[int] = frozenset()
    minutes: ways.Minutes = field(default=ways.straight, compare=False)
    weights: Weights = USUAL


@dataclass(frozen=True)
class Candidate:
    """What it costs that somebody goes: five parts in minutes, and the facts behind them."""

    account: int
    name: str
    grid: str
    own: bool
    travel: float
    load: float
    skill: float
    rota: float
    position: float
    way: str
    # Where the way begins: `reported`, `centre` of the grid, or `unknown`.
    origin: str
    age_min: float | None
    duties: int
    missing: tuple[str, ...]
    on_duty: bool | None
    offer: int | None
    haste: str
    spot: Point | None

    @property
    def total(self) -> float:
        """All parts together."""
        return self.travel + self.load + self.skill + self.rota + self.position

    @property
    def arrival(self) -> float:
        """Minutes until help that can help is there, whatever else is in hand."""
        return self.travel + self.skill + self.position

    def kept(self) -> dict[str, Any]:
        """As it is kept with the choice: rounded, and without the position of a person."""
        values = {**asdict(self), "missing": list(self.missing), "spot": None}
        return {
            name: round(value, 2) if isinstance(value, float) else value
            for name, value in values.items()
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Candidate:
        """As it was when the choice was made."""
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in kept.items() if name in known}
        return cls(**{**values, "missing": tuple(values["missing"])})


def price(call: Call, worker: Worker) -> Candidate:
    """What it costs that this worker goes to this case."""
    own = next((post for post in worker.posts if post.grid_id == call.grid_id), None)
    post, travel, way, origin = _way(call, worker, own)
    load = worker.duties * call.weights.a_duty
    if worker.offer is not None:
        load += call.weights.unanswered
    elif worker.haste != Grade.NORMAL:
        load += call.weights.under_way
    missing = tuple(sorted(call.skills - worker.skills))
    return Candidate(
        account=worker.id,
        name=worker.name,
        grid=post.grid,
        own=own is not None,
        travel=travel,
        load=load,
        skill=len(missing) * call.weights.skill_missing,
        rota=OFF_DUTY if worker.on_duty is False else 0.0,
        position=0.0 if origin == "reported" else call.weights.old_position,
        way=way,
        origin=origin,
        age_min=worker.age_min if origin == "reported" else None,
        duties=worker.duties,
        missing=missing,
        on_duty=worker.on_duty,
        offer=worker.offer,
        haste=worker.haste,
        spot=(worker.at or post.centre) if call.at else None,
    )


def free_in(urgent: int, since_min: float, *, by: Weights = USUAL) -> float:
    """Minutes until somebody is free who has so many urgent things in hand, the first since then."""
    return max(by.soonest_free, urgent * by.urgent_takes - since_min)


def _way(call: Call, worker: Worker, own: Post | None) -> tuple[Post, float, str, str]:
    if call.at is None:
        home = own or worker.posts[0]
        return home, 0.0 if own else call.weights.elsewhere, ways.Way.STRAIGHT, "unknown"
    if worker.at is not None:
        took, way = call.minutes(worker.at, call.at)
        return own or _nearest(worker.posts, worker.at), took, way, "reported"
    home = own or _nearest(worker.posts, call.at)
    took, way = call.minutes(home.centre, call.at)
    return home, took, way, "centre"


def _nearest(posts: Sequence[Post], to: Point) -> Post:
    return min(posts, key=lambda each: (ways.straight(each.centre, to)[0], each.grid_id))


def ranked(call: Call, workers: Iterable[Worker]) -> list[Candidate]:
    """Everybody who could go, the best first: the least minutes in all, but the worker of the grid
    before others who are hardly better (`Weights.own_within`)."""
    all_ = sorted(
        (price(call, worker) for worker in workers), key=lambda each: (each.total, each.account)
    )
    own = next((each for each in all_ if each.own), None)
    if own is not None and own.total <= all_[0].total + call.weights.own_within:
        all_.remove(own)
        all_.insert(0, own)
    return all_


def mates(call: Call, chosen: int, order: Sequence[Candidate]) -> list[Candidate]:
    """Who goes along where the class wants several: the next best with the skills, on duty and free."""
    fit = [
        each
        for each in order
        if each.account != chosen
        and not each.missing
        and each.on_duty is not False
        and each.offer is None
    ]
    return fit[: call.people - 1]


def because(call: Call, one: Candidate, order: Sequence[Candidate]) -> list[tuple[str, Any]]:
    """What speaks for somebody: (reason, value), the strongest first."""
    reasons: list[tuple[str, Any]] = []
    if one.own:
        reasons.append(("own", None))
    if one.origin != "unknown" and one.travel <= min(each.travel for each in order):
        reasons.append(("nearest", round(one.travel)))
    if call.skills and not one.missing:
        reasons.append(("skilled", sorted(call.skills)))
    if one.on_duty:
        reasons.append(("on_duty", None))
    if one.duties == 0 and one.offer is None:
        reasons.append(("free", None))
    return reasons or [("least", round(one.total))]


def why_not(one: Candidate, first: Candidate) -> list[tuple[str, Any]]:
    """What speaks for the first one and against this one: (reason, value), the heaviest first."""
    against: list[tuple[float, str, Any]] = []
    if one.rota > first.rota:
        against.append((one.rota, "off_duty", None))
    if len(one.missing) > len(first.missing):
        against.append((one.skill, "missing", list(one.missing)))
    if one.offer is not None:
        against.append((one.load, "offer", None))
    elif one.haste != Grade.NORMAL:
        against.append((one.load, "under_way", None))
    if one.duties > first.duties:
        against.append((one.load - first.load, "busier", one.duties - first.duties))
    if one.travel - first.travel >= 0.5:
        against.append((one.travel - first.travel, "farther", round(one.travel - first.travel)))
    if one.position > first.position:
        against.append((one.position, "old_position", None))
    if first.own and one.total < first.total:
        against.append((0.0, "own_first", None))
    against.sort(key=lambda each: -each[0])
    return [(name, value) for _weight, name, value in against] or [("hardly", None)]
