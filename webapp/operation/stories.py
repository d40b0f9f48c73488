"""The life of each demo case, told through the same actions as the pages."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from random import Random

from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import update

from webapp.base import clock, files
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.notices import Notice
from webapp.base.spatial import shape_of, to_lonlat
from webapp.cases import actions, moves, queries
from webapp.cases.models import Assignment, Case, CaseMedia
from webapp.cases.rota import queries as field
from webapp.cases.rules import Grade, Source, Stage, State
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import actors, queries as people
from webapp.people.actors import Person

TROUBLES = Path(__file__).parent / "data" / "demo_cases.tsv"

# The same cases on every machine, told back from today.
SEED = 970097
NAMES = uuid.UUID("5a0b4f0e-2f0c-4c39-9a2f-97b1d2f5c0de")

# How many cases stand where, and how long ago (hours, from and to) they came in.
STAGES: dict[State, tuple[int, float, float]] = {
    State.REPORTED: (9, 0.1, 2.5),
    State.FILED: (5, 0.8, 5),
    State.DISPATCHED: (8, 0.3, 1.5),
    State.PROCESSING: (9, 4, 40),
    State.FEEDBACK: (4, 6, 48),
    State.CHECKING: (5, 8, 60),
    State.CHECKED: (2, 20, 70),
    State.CLOSED: (15, 26, 190),
    State.REJECTED: (3, 20, 120),
}

# The long way, one step after the other.
WAY = (
    State.REPORTED,
    State.FILED,
    State.DISPATCHED,
    State.PROCESSING,
    State.FEEDBACK,
    State.CHECKING,
    State.CHECKED,
    State.CLOSED,
)

Step = Callable[[], object]


@dataclass(frozen=True)
class Trouble:
    """A row of `demo_cases.tsv`: what was found, whose matter it is, what was done about it."""

    class_code: str
    scene: str
    handler: str
    words: str
    where_words: str
    solved: str


@dataclass(frozen=True)
class Site:
    """A living grid, its border in metres, and its worker."""

    grid: Grid
    border: BaseGeometry
    worker: Person


@dataclass(frozen=True)
class Plot:
    """What will have happened: where, what, who, how far it got."""

    place: int
    state: State
    site: Site
    trouble: Trouble
    random: Random


class Stories:
    """All demo cases; those that are there already are not told again."""

    def __init__(self, *, prefix: str, home: str) -> None:
        self.prefix = prefix
        self.now = clock.now()
        with TROUBLES.open(encoding="utf-8", newline="") as source:
            self.troubles = [Trouble(**row) for row in csv.DictReader(source, delimiter="\t")]
        self.home = next((site for site in self.sites if home in site.grid.name), self.sites[0])
        self.total = sum(count for count, _from, _to in STAGES.values())
        self._known: dict[str, Person] = {}
        self._before: Plot | None = None

    @cached_property
    def sites(self) -> list[Site]:
        """Every living grid that has a worker."""
        living = {grid.id: grid for grid in grids.living()}
        sites = []
        for version in grids.active_versions():
            grid = living.get(version.grid_id or 0)
            posts = people.holders(["grid_worker"], grid_id=grid.id) if grid else []
            worker = actors.person(posts[0].account_id) if posts else None
            if grid and worker:
                sites.append(Site(grid, shape_of(version.geom), worker))
        return sites

    def tell(self) -> Iterator[bool]:
        """Each case in turn, oldest first; True when it is new."""
        random = Random(SEED)  # noqa: S311  # the same everywhere is the point
        plots = [
            (random.uniform(first, last), state)
            for state, (count, first, last) in STAGES.items()
            for _each in range(count)
        ]
        for place, (hours, state) in enumerate(sorted(plots, reverse=True)):
            own = Random(SEED + place)  # noqa: S311
            # Every fourth case is at home, so that the sign-ins of the README have something to do.
            site = self.home if place % 4 == 0 else own.choice(self.sites)
            trouble = self._trouble(place * 7, state)
            plot = Plot(place, state, site, trouble, own)
            if place == self.total - 1 and self._before is not None:
                # The newest is what somebody else reported a moment ago: the desk finds the two.
                plot = replace(plot, site=self._before.site, trouble=self._before.trouble)
            found = self.now - timedelta(hours=hours)
            yield self._case(plot, _by_day(found, own) if hours > 24 else found)
            self._before = plot

    def _trouble(self, place: int, state: State) -> Trouble:
        """The next of the list; what wants haste is not left without an answer for an hour."""
        for step in range(len(self.troubles)):
            trouble = self.troubles[(place + step) % len(self.troubles)]
            if state is not State.DISPATCHED:
                return trouble
            condition = queries.condition_for(trouble.class_code)
            if condition is None or condition.grade == Grade.NORMAL:
                return trouble
        raise LookupError("no demo case is without haste")

    def _case(self, plot: Plot, found: datetime) -> bool:
        client_id = uuid.uuid5(NAMES, str(plot.place))
        if queries.by_client_id(client_id) is not None:
            return False
        # A few lie off the coast, beyond the reach of every grid, and wait for somebody to place them.
        outside = plot.state is State.REPORTED and plot.place % 5 == 2
        lon, lat = self._off_the_coast(plot.random) if outside else _inside(plot)
        if self._before is not None and self._before.trouble is plot.trouble:
            lon, lat = self._beside_the_last()
        with clock.at(found):
            case = actions.report(
                class_code=plot.trouble.class_code,
                lon=lon,
                lat=lat,
                datum=Datum.WGS84,
                accuracy_m=round(plot.random.uniform(4, 30), 1),
                words=f"【示例】{plot.trouble.words}",
                where_words=plot.trouble.where_words,
                source=Source.WORKER,
                by=plot.site.worker,
                happened_at=found,
                client_id=client_id,
                prefix=self.prefix,
            )
            case.received_at = found + timedelta(seconds=plot.random.randint(1, 40))
            _photo(case, plot, Stage.FOUND, plot.site.worker)
            _date(case)
        for at, step in zip(self._moments(plot, found), self._steps(case, plot), strict=False):
            with clock.at(at):
                step()
                _date(case)
        return True

    def _steps(self, case: Case, plot: Plot) -> Iterator[Step]:
        finder = plot.site.worker
        if plot.state is State.REJECTED:
            note = "【示例】与前一件重复，并入处理"
            return iter([partial(moves.reject, case, by=self._who("acceptor"), note=note)])
        if plot.state is State.CLOSED and plot.place % 5 < 2:
            return iter([partial(self._solve_on_the_spot, case, plot)])
        return islice(self._long_way(case, plot, finder), WAY.index(plot.state))

    def _long_way(self, case: Case, plot: Plot, finder: Person) -> Iterator[Step]:
        desk, shift = self._who("dispatcher"), self._who("shift")
        handler = self._handler(plot, finder)
        checker = self._checker(finder, handler)
        yield partial(moves.file_case, case, by=self._who("acceptor"))
        note = "【示例】请尽快到场处置"
        office = _department_of(handler)
        yield partial(moves.dispatch, case, to=handler.id, unit=office, by=desk, note=note)
        yield partial(moves.sign, case, by=handler)
        yield partial(self._handle, case, plot, handler)
        yield partial(moves.send_check, case, to=checker.id, by=desk)
        yield partial(self._check, case, plot, checker)
        yield partial(moves.close, case, by=shift)

    def _solve_on_the_spot(self, case: Case, plot: Plot) -> None:
        _photo(case, plot, Stage.AFTER, plot.site.worker)
        moves.self_close(case, by=plot.site.worker, note=f"【示例】{plot.trouble.solved}")

    def _handle(self, case: Case, plot: Plot, handler: Person) -> None:
        _photo(case, plot, Stage.AFTER, handler)
        moves.feedback(case, by=handler, note=f"【示例】{plot.trouble.solved}")

    def _check(self, case: Case, plot: Plot, checker: Person) -> None:
        _photo(case, plot, Stage.CHECK, checker)
        moves.pass_check(case, by=checker, note="【示例】现场已恢复")

    def _moments(self, plot: Plot, found: datetime) -> Iterator[datetime]:
        """When each step was taken: one after the other, never in the future."""
        at = found
        while True:
            at += (self.now - at) * plot.random.uniform(0.12, 0.3)
            yield at

    def _beside_the_last(self) -> tuple[float, float]:
        """Some steps from the case before."""
        before = queries.by_client_id(uuid.uuid5(NAMES, str(self.total - 2)))
        spot = shape_of(before.geom) if before and before.geom else self.home.border
        at = spot.centroid
        return to_lonlat(at.x + 12, at.y - 9)

    def _off_the_coast(self, random: Random) -> tuple[float, float]:
        north = max(self.sites, key=lambda site: site.border.bounds[3]).border
        x, y = north.centroid.x, north.bounds[3]
        return to_lonlat(x + random.uniform(-600, 600), y + random.uniform(300, 900))

    def _handler(self, plot: Plot, finder: Person) -> Person:
        """Every third goes to the worker at home, the others to the department of the matter.

        Whoever still has to answer is of the field, each with one offer: the worker at home first.
        """
        worker = self.home.worker
        if plot.state is State.DISPATCHED:
            free = [worker, plot.site.worker, *(site.worker for site in self.sites)]
            return next(each for each in free if field.offer_of(each.id or 0) is None)
        if plot.place % 3 == 0 and worker.id != finder.id:
            return worker
        code = plot.trouble.handler
        return self._who("handler" if code == "D12" else code.lower())

    def _checker(self, finder: Person, handler: Person) -> Person:
        """A worker who neither found nor handled it; the one at home where that is possible."""
        busy = (finder.id, handler.id)
        free = [self.home.worker, *(site.worker for site in self.sites)]
        return next(worker for worker in free if worker.id not in busy)

    def _who(self, username: str) -> Person:
        if username not in self._known:
            self._known[username] = actor(username)
        return self._known[username]


def _department_of(handler: Person) -> int | None:
    """The department somebody handles cases for; None for a worker of a grid."""
    held = next((each for each in handler.held if each.role == "handler"), None)
    return next(iter(held.units)) if held else None


def _by_day(moment: datetime, random: Random) -> datetime:
    """Another hour of that day, when people are about."""
    local = moment.astimezone(clock.Calendar().zone)
    return local.replace(hour=random.randint(7, 18)).astimezone(UTC)


def _inside(plot: Plot) -> tuple[float, float]:
    west, south, east, north = plot.site.border.bounds
    while True:
        spot = Point(plot.random.uniform(west, east), plot.random.uniform(south, north))
        if plot.site.border.contains(spot):
            return to_lonlat(spot.x, spot.y)


def _photo(case: Case, plot: Plot, stage: Stage, by: Actor) -> None:
    solved = stage is not Stage.FOUND
    picture = scenes.photo(plot.trouble.scene, seed=SEED + plot.place, solved=solved)
    actions.add_media(case, files.keep_picture(picture, by=by), stage=stage)


def _date(case: Case) -> None:
    """What the database has just dated by its own clock belongs to the moment of the story."""
    at, shift = clock.now(), timedelta(hours=8)
    db.session.flush()
    for moment, mine in (
        (CaseMedia.created_at, CaseMedia.case_id == case.id),
        (Assignment.sent_at, Assignment.case_id == case.id),
        (Notice.created_at, Notice.url == f"/cases/{case.id}"),
    ):
        new = update(moment.class_).where(mine, moment > at)
        db.session.execute(new.values({moment: at}))
    old = update(Notice).where(Notice.url == f"/cases/{case.id}", Notice.created_at < at - shift)
    db.session.execute(old.values(read_at=at))
