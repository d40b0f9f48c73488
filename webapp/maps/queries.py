"""Questions of the map: whose house it is, what is drawn, what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Float, Numeric, and_, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.notices import Notice
from webapp.base.spatial import SRID, WGS84, to_lonlats
from webapp.cases.desk.forms import Wish
from webapp.cases.desk.queries import narrowing
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import OPEN, QUEUES, State
from webapp.grids.models import BoundarySet, Grid, GridVersion, Place, Unit
from webapp.grids.rules import (
    INTERNAL_PLACES,
    KIND_WORDS,
    PLACE_WORDS,
    GridKind,
    PlaceKind,
    SetState,
    UnitKind,
)
from webapp.people.models import Account, Post
from webapp.projects import queries as projects

# Who is called the worker of a grid, the first of them that there is.
ON_WATCH = ("grid_worker", "grid_leader", "part_time_worker")

# So near to its time a case counts as due soon.
SOON = timedelta(hours=1)

# More notices than these are not counted.
MANY = 100

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Territory:
    """The subdistrict and the borders in force; how many notices wait for whoever asks, or `MANY`."""

    name: str | None
    set_id: int | None
    illustrative: bool
    unread: int
    in_team: bool = False


def territory(account_id: int | None = None) -> Territory:
    """Whose house this is, by which borders, and what waits for an account: one statement."""
    waiting = (
        select(Notice.id)
        .where(Notice.account_id == account_id, Notice.read_at.is_(None))
        .limit(MANY)
        .subquery()
    )
    unread = select(func.count()).select_from(waiting).scalar_subquery()
    row = db.session.execute(
        select(
            Unit.name,
            BoundarySet.id,
            BoundarySet.illustrative,
            unread,
            projects.works_for(account_id).label("in_team"),
        )
        .select_from(Unit)
        .outerjoin(BoundarySet, BoundarySet.state == SetState.ACTIVE)
        .where(Unit.kind == UnitKind.SUBDISTRICT)
    ).first()
    if row is None:
        return Territory(None, None, False, 0)
    return Territory(row[0], row[1], bool(row[2]), row[3], row.in_team)


def late() -> ColumnElement[bool]:
    """SQL: the case is past its time."""
    return and_(
        Case.due_at.is_not(None),
        Case.due_at < func.now(),
        Case.paused_at.is_(None),
        Case.closed_at.is_(None),
    )


def mark() -> ColumnElement[str]:
    """SQL: as what an open case is drawn: late, new, soon, done (handled) or rest."""
    return case(
        (late(), "late"),
        (Case.state == State.REPORTED, "new"),
        (and_(Case.due_at.is_not(None), Case.due_at < func.now() + SOON), "soon"),
        (
            or_(
                Case.state.in_((State.FEEDBACK, State.CHECKING, State.CHECKED)),
                Case.state.not_in(list(OPEN)),
            ),
            "done",
        ),
        else_="rest",
    )


def case_points(
    who: Actor,
    *,
    box: Box | None = None,
    case_id: int | None = None,
    queue: Wish | None = None,
    language: str,
    limit: int,
) -> list[list[Any]]:
    """Cases that `who` may see: [id, lon, lat, mark, class, number, grid_id], newest first.

    They are the cases of a queue as it is narrowed, or all open ones. The class is named in
    `language`, in Chinese where it has no other name.

    At most `limit` + 1 of them, so that the asker knows whether there are more.
    """
    english = func.coalesce(func.nullif(CaseClass.name_en, ""), CaseClass.name)
    name = english if language == "en" else CaseClass.name
    found = (
        select(
            Case.id,
            func.ST_X(Case.geom),
            func.ST_Y(Case.geom),
            mark(),
            name,
            Case.number,
            Case.grid_id,
        )
        .join(Case.case_class)
        .where(visible(Case, who, "cases.see"), Case.geom.is_not(None))
        .order_by(Case.id.desc())
        .limit(limit + 1)
    )
    if queue is None:
        found = found.where(Case.state.in_(list(OPEN)))
    else:
        states = QUEUES[queue.show][1]
        found = found.where(Case.state.in_(states), *narrowing(who, queue, clock.now()))
    if box is not None:
        found = found.where(Case.geom.op("&&")(_metric(box)))
    if case_id is not None:
        found = found.where(Case.id == case_id)
    rows = db.session.execute(found).all()
    # All at once: the database would convert each by itself, and twice.
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [[row[0], lon, lat, *row[3:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]


def place_points(kind: str, *, limit: int) -> list[list[Any]]:
    """Named places of a kind: [id, lon, lat, name, grid_id], by name; at most `limit` + 1."""
    lon, lat = _lonlat(Place.geom)
    found = select(Place.id, lon, lat, Place.name, Place.grid_id).where(
        Place.kind == kind, Place.geom.is_not(None)
    )
    found = found.order_by(Place.name).limit(limit + 1)
    return [list(row) for row in db.session.execute(found)]


def load_by_grid(who: Actor) -> dict[int, list[int]]:
    """[open, late] of each grid that has open cases, of those that `who` may see."""
    found = (
        select(Case.grid_id, func.count(), func.count().filter(late()))
        .where(
            visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)), Case.grid_id.is_not(None)
        )
        .group_by(Case.grid_id)
    )
    rows = db.session.execute(found)
    return {grid: [open_, over] for grid, open_, over in rows if grid is not None}


def workers_by_grid() -> dict[int, str]:
    """The name of the worker on watch in each grid that has one."""
    order = case({role: place for place, role in enumerate(ON_WATCH)}, value=Post.role)
    found = (
        select(Post.grid_id, Account.name)
        .join(Post.account)
        .ext(distinct_on(Post.grid_id))
        .where(
            Post.role.in_(ON_WATCH),
            Post.grid_id.is_not(None),
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
        .order_by(Post.grid_id, order, Post.id)
    )
    return {grid: name for grid, name in db.session.execute(found) if grid is not None}


@dataclass(frozen=True)
class Figures:
    """What the desk counts: open and late cases, those nobody looked at, those in no grid."""

    open: int
    late: int
    new: int
    outside: int
    on_watch: int


def figures(who: Actor) -> Figures:
    """The counters of the desk, over the cases that `who` may see."""
    seen = (
        select(
            func.count(),
            func.count().filter(late()),
            func.count().filter(Case.state == State.REPORTED),
            func.count().filter(Case.grid_id.is_(None)),
        )
        .select_from(Case)
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)))
    )
    watch = (
        select(func.count(Post.account_id.distinct()))
        .join(Post.account)
        .where(
            Post.role.in_(ON_WATCH),
            Post.grid_id.is_not(None),
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
    )
    counted = db.session.execute(seen).one()
    return Figures(*counted, on_watch=db.session.scalar(watch) or 0)


@dataclass(frozen=True)
class Hit:
    """A grid or a place whose name was looked for; `code` is its grid's, `sort` its own kind."""

    kind: str
    id: int
    name: str
    sort: str
    code: str | None
    lon: float
    lat: float

    @property
    def words(self) -> LazyString:
        """What kind of grid or place it is."""
        return (
            KIND_WORDS[GridKind(self.sort)]
            if self.kind == "grid"
            else PLACE_WORDS[PlaceKind(self.sort)]
        )


def named(words: str, *, who: Actor, limit: int = 12) -> list[Hit]:
    """Grids and places whose name or code holds the words, grids first, short names first."""
    pattern = containing(words)
    middle = func.ST_PointOnSurface(GridVersion.geom)
    lon, lat = _lonlat(middle)
    in_force = (
        select(Grid.id, Grid.name, Grid.kind, Grid.display_code, lon, lat)
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .join(GridVersion.boundary_set)
        .where(
            BoundarySet.state == SetState.ACTIVE,
            or_(
                Grid.name.ilike(pattern),
                Grid.code.ilike(pattern),
                Grid.display_code.ilike(pattern),
            ),
        )
        .order_by(func.length(Grid.name), Grid.code)
        .limit(limit)
    )
    hits = [
        Hit("grid", id_, name, kind, code, x, y)
        for id_, name, kind, code, x, y in db.session.execute(in_force)
    ]
    lon, lat = _lonlat(Place.geom)
    spots = (
        select(Place.id, Place.name, Place.kind, Grid.display_code, lon, lat)
        .outerjoin(Grid, Grid.id == Place.grid_id)
        .where(Place.name.ilike(pattern), Place.geom.is_not(None))
        .order_by(func.length(Place.name), Place.name)
        .limit(limit)
    )
    spots = spots.where(
        or_(Place.kind.not_in(INTERNAL_PLACES), visible(Place, who, "grids.see_cameras"))
    )
    hits += [
        Hit("place", id_, name, kind, code, x, y)
        for id_, name, kind, code, x, y in db.session.execute(spots)
    ]
    return hits[:limit]


def on_watch(grid_id: int) -> list[Post]:
    """The posts held over a grid now, those on watch first."""
    order = case(
        {role: place for place, role in enumerate(ON_WATCH)}, value=Post.role, else_=len(ON_WATCH)
    )
    found = (
        select(Post)
        .join(Post.account)
        .options(contains_eager(Post.account))
        .where(
            Post.grid_id == grid_id,
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
        .order_by(order, Post.role, Post.id)
    )
    return list(db.session.scalars(found))


def _lonlat(column: Any) -> tuple[ColumnElement[float], ColumnElement[float]]:
    degrees = func.ST_Transform(column, WGS84)
    return (
        cast(func.round(cast(func.ST_X(degrees), Numeric), 6), Float(53)),
        cast(func.round(cast(func.ST_Y(degrees), Numeric), 6), Float(53)),
    )


def _metric(box: Box) -> ColumnElement[Any]:
    return func.ST_Transform(func.ST_MakeEnvelope(*box, WGS84), SRID)
