"""Questions about relocation households: of which projects, on which ground, at which state, for how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shapely import Polygon
from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.files import StoredFile
from webapp.base.spatial import as_geojson, stored
from webapp.projects.models import Project, Site, TeamMember
from webapp.projects.rules import LIVING
from webapp.relocation.models import (
    Dispute,
    HelpPromise,
    Paper,
    PaperPage,
    RelocationHousehold,
    Talk,
)
from webapp.relocation.rules import (
    CLEAN,
    LANE_OF,
    LISTED,
    RELOCATION_FLOW,
    Lane,
    PaperKind,
    RelocationState,
)

# A project has never more households on one page: they fit on its map.
MOST = 1000


@dataclass(frozen=True)
class Narrowed:
    """How the list of a project is narrowed."""

    words: str = ""
    state: RelocationState | None = None
    lane: Lane | None = None
    late: bool = False
    greenhouse: bool = False


@dataclass(frozen=True)
class Listed:
    """A household of a list with its open promises, how many of them are late, and its drawing."""

    household: RelocationHousehold
    promises: int
    late: int


@dataclass(frozen=True)
class Counted:
    """A project with how many households stand where, and what ground they leave."""

    project: Project
    households: int
    clean: int
    stuck: int
    late: int
    greenhouse_m2: float


def one(household_id: int) -> RelocationHousehold | None:
    """A household with its project and team, its papers, promises and disputes."""
    found = select(RelocationHousehold).options(
        joinedload(RelocationHousehold.grid),
        joinedload(RelocationHousehold.project).options(
            selectinload(Project.team).joinedload(TeamMember.account),
            joinedload(Project.leader),
        ),
        selectinload(RelocationHousehold.papers).options(
            joinedload(Paper.made_by), selectinload(Paper.pages)
        ),
        selectinload(RelocationHousehold.promises).joinedload(HelpPromise.owner),
        selectinload(RelocationHousehold.disputes)
        .selectinload(Dispute.talks)
        .joinedload(Talk.made_by),
    )
    return db.session.scalar(found.where(RelocationHousehold.id == household_id))


def paper(household_id: int, paper_id: int) -> Paper | None:
    """A version of a paper of a household with its pages."""
    found = select(Paper).options(selectinload(Paper.pages).joinedload(PaperPage.file))
    return db.session.scalar(found.where(Paper.id == paper_id, Paper.household_id == household_id))


def page_hashes(household_id: int) -> dict[int, list[str]]:
    """The hashes of the kept pages of each version of a household, by version, in the order of the pages."""
    found = (
        select(PaperPage.paper_id, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == PaperPage.file_id)
        .join(Paper, Paper.id == PaperPage.paper_id)
        .where(Paper.household_id == household_id)
        .order_by(PaperPage.paper_id, PaperPage.number)
    )
    hashes: dict[int, list[str]] = {}
    for key, sha256 in db.session.execute(found):
        hashes.setdefault(key, []).append(sha256)
    return hashes


def promise(household_id: int, promise_id: int) -> HelpPromise | None:
    """A promise to a household."""
    found = select(HelpPromise).where(
        HelpPromise.id == promise_id, HelpPromise.household_id == household_id
    )
    return db.session.scalar(found)


def open_disputes(household_ids: Iterable[int]) -> list[Dispute]:
    """The disputes of these households that are not over."""
    found = select(Dispute).where(
        Dispute.household_id.in_(list(household_ids)), Dispute.ended_at.is_(None)
    )
    return list(db.session.scalars(found))


def all_talked(household_ids: Iterable[int]) -> bool:
    """True when a talk of the mediation is written down for every dispute of these that is not over."""
    silent = select(Dispute.id).where(
        Dispute.household_id.in_(list(household_ids)),
        Dispute.ended_at.is_(None),
        ~exists().where(Talk.dispute_id == Dispute.id),
    )
    return db.session.scalar(silent.limit(1)) is None


def last_papers(household_ids: Iterable[int]) -> dict[tuple[int, str], Paper]:
    """The newest version of each kind of paper of these households, by household and kind."""
    found = (
        select(Paper)
        .where(Paper.household_id.in_(list(household_ids)))
        .ext(distinct_on(Paper.household_id, Paper.kind))
        .order_by(Paper.household_id, Paper.kind, Paper.number.desc())
    )
    return {(each.household_id, each.kind): each for each in db.session.scalars(found)}


def paid(household_ids: Iterable[int]) -> dict[int, Any]:
    """What was paid to each of these households in all, in yuan."""
    found = (
        select(Paper.household_id, func.sum(Paper.amount))
        .where(Paper.household_id.in_(list(household_ids)), Paper.kind == PaperKind.PAYMENT)
        .group_by(Paper.household_id)
    )
    return {key: total for key, total in db.session.execute(found)}


def with_open_promises(household_ids: Iterable[int]) -> set[int]:
    """Those of these households to whom a promise is still open."""
    found = select(HelpPromise.household_id).where(
        HelpPromise.household_id.in_(list(household_ids)), HelpPromise.ended_on.is_(None)
    )
    return set(db.session.scalars(found))


def next_number(project_id: int) -> int:
    """The number of the next household of a project."""
    found = select(func.coalesce(func.max(RelocationHousehold.number), 0) + 1)
    return db.session.scalar(found.where(RelocationHousehold.project_id == project_id)) or 1


def share_inside(project_id: int, ground: Polygon) -> float:
    """Which part of a piece of ground (metres) lies in the sites of a project."""
    laid = stored(ground)
    sites = select(func.ST_Union(Site.geom)).where(Site.project_id == project_id).scalar_subquery()
    inside = select(func.ST_Area(func.ST_Intersection(sites, laid)))
    return float(db.session.scalar(inside) or 0.0) / ground.area


def overlapped(project_id: int, ground: Polygon) -> int | None:
    """The number of a household of the project on whose parcel this ground (metres) lies in part."""
    laid = stored(ground.buffer(-0.5))
    found = select(RelocationHousehold.number).where(
        RelocationHousehold.project_id == project_id,
        func.ST_Intersects(RelocationHousehold.parcel, laid),
    )
    return db.session.scalar(found.order_by(RelocationHousehold.number).limit(1))


def narrowed(project_id: int, wish: Narrowed, *, today: date) -> Select[Any]:
    """SQL: the households of a project by their numbers, with their open promises and those that are late."""
    waiting, late = _open_promises(today)
    found: Any = select(RelocationHousehold, waiting.label("waiting"), late.label("late")).where(
        RelocationHousehold.project_id == project_id
    )
    if wish.words:
        found = found.where(called(wish.words))
    if wish.state is not None:
        found = found.where(RelocationHousehold.state == wish.state)
    if wish.lane is not None:
        found = found.where(RelocationHousehold.state.in_(states_of(wish.lane)))
    if wish.greenhouse:
        found = found.where(RelocationHousehold.greenhouse_m2 > 0)
    if wish.late:
        found = found.where(late > 0)
    ordered: Select[Any] = found.order_by(RelocationHousehold.number)
    return ordered


def called(words: str) -> ColumnElement[bool]:
    """SQL: the household has this number or name, or its address holds the words."""
    number = [RelocationHousehold.number == int(words)] if _is_number(words) else []
    address = RelocationHousehold.address.ilike(containing(words))
    return or_(address, RelocationHousehold.name == words, *number)


def listed(project_id: int, wish: Narrowed, *, today: date) -> list[Listed]:
    """The households of a project by their numbers; whoever may see the project's board sees all of them."""
    found = narrowed(project_id, wish, today=today).options(joinedload(RelocationHousehold.grid))
    return [Listed(*row) for row in db.session.execute(found.limit(MOST))]


def drawings(keys: Sequence[int]) -> dict[int, Any]:
    """The parcels of these households as GeoJSON (degrees WGS 84), by household."""
    found = select(RelocationHousehold.id, as_geojson(RelocationHousehold.parcel))
    rows = db.session.execute(found.where(RelocationHousehold.id.in_(list(keys))))
    return {key: drawn for key, drawn in rows}


def figures(project_id: int) -> list[Row[Any]]:
    """For each state of a project `state`, `households`, `house_m2`, `greenhouse_m2`, `land_m2`."""
    found = (
        select(
            RelocationHousehold.state,
            func.count().label("households"),
            func.sum(RelocationHousehold.house_m2).label("house_m2"),
            func.sum(RelocationHousehold.greenhouse_m2).label("greenhouse_m2"),
            func.sum(RelocationHousehold.land_m2).label("land_m2"),
        )
        .where(RelocationHousehold.project_id == project_id)
        .group_by(RelocationHousehold.state)
    )
    return list(db.session.execute(found))


def projects(who: Actor, *, today: date) -> list[Counted]:
    """The projects with households that `who` may see, and living ones where they may list some."""
    state = RelocationHousehold.state
    late = exists().where(
        HelpPromise.household_id == RelocationHousehold.id,
        HelpPromise.ended_on.is_(None),
        HelpPromise.due_on < today,
    )
    counted = (
        select(
            RelocationHousehold.project_id,
            func.count().label("households"),
            func.count().filter(state.in_(CLEAN)).label("clean"),
            func.count().filter(state.in_(states_of(Lane.STUCK))).label("stuck"),
            func.count().filter(late).label("late"),
            func.sum(RelocationHousehold.greenhouse_m2).label("greenhouse_m2"),
        )
        .group_by(RelocationHousehold.project_id)
        .subquery()
    )
    households = func.coalesce(counted.c.households, 0)
    found = (
        select(
            Project,
            households,
            func.coalesce(counted.c.clean, 0),
            func.coalesce(counted.c.stuck, 0),
            func.coalesce(counted.c.late, 0),
            func.coalesce(counted.c.greenhouse_m2, 0.0),
        )
        .outerjoin(counted, counted.c.project_id == Project.id)
        .join(Project.leader)
        .options(contains_eager(Project.leader))
        .where(
            visible(Project, who, "relocation.board"),
            or_(Project.state.in_(LIVING), counted.c.project_id.is_not(None)),
        )
        .order_by(households.desc(), Project.id)
    )
    return [Counted(*row) for row in db.session.execute(found)]


def mine(who: Actor, *, today: date) -> list[Listed]:
    """The households not yet closed of projects that `who` leads or works for, late promises first."""
    waiting, late = _open_promises(today)
    works = or_(Project.leader_id == who.id, Project.team.any(account_id=who.id))
    found = (
        select(RelocationHousehold, waiting, late)
        .join(RelocationHousehold.project)
        .options(
            contains_eager(RelocationHousehold.project).selectinload(Project.team),
            joinedload(RelocationHousehold.grid),
        )
        .where(works, RelocationHousehold.state != RelocationState.CLOSED)
        .order_by(late.desc(), RelocationHousehold.since, RelocationHousehold.id)
        .limit(MOST)
    )
    return [Listed(*row) for row in db.session.execute(found)]


def promises_of(who: Actor) -> list[HelpPromise]:
    """What `who` has promised and not yet kept, in households that they still may see; the first due first."""
    found = (
        select(HelpPromise)
        .join(HelpPromise.household)
        .options(contains_eager(HelpPromise.household).joinedload(RelocationHousehold.project))
        .where(
            HelpPromise.owner_id == who.id,
            HelpPromise.ended_on.is_(None),
            visible(RelocationHousehold, who, "relocation.see"),
        )
    )
    return list(db.session.scalars(found.order_by(HelpPromise.due_on, HelpPromise.id)))


def moves(since: datetime) -> list[Row[Any]]:
    """Every change of state of a household since a moment, in order: `thing_id`, `before`, `after`, `at`.

    Of every project: how long a step takes is known from all of them; nothing about anybody is in it.
    """
    found = select(Event.thing_id, Event.before, Event.after, Event.at).where(
        Event.thing_kind == RELOCATION_FLOW.kind,
        Event.move.in_((LISTED, *RELOCATION_FLOW.moves)),
        Event.at >= since,
    )
    return list(db.session.execute(found.order_by(Event.thing_id, Event.seq)))


def left(project_id: int) -> int:
    """How many households of a project have not left their land clean yet."""
    found = select(func.count()).where(
        RelocationHousehold.project_id == project_id, RelocationHousehold.state.not_in(CLEAN)
    )
    return db.session.scalar(found) or 0


def under_way(project_id: int) -> list[RelocationHousehold]:
    """The households of a project whose land is not clean yet, with their promises."""
    found = (
        select(RelocationHousehold)
        .options(selectinload(RelocationHousehold.promises).joinedload(HelpPromise.owner))
        .where(
            RelocationHousehold.project_id == project_id, RelocationHousehold.state.not_in(CLEAN)
        )
    )
    return list(db.session.scalars(found.order_by(RelocationHousehold.number)))


def _open_promises(today: date) -> tuple[ColumnElement[int], ColumnElement[int]]:
    waits = (HelpPromise.household_id == RelocationHousehold.id, HelpPromise.ended_on.is_(None))
    both = [
        select(func.count()).where(*waits, *more).correlate(RelocationHousehold).scalar_subquery()
        for more in ((), (HelpPromise.due_on < today,))
    ]
    return both[0], both[1]


def states_of(lane: Lane) -> list[RelocationState]:
    """The states that have one colour of the map."""
    return [state for state, its in LANE_OF.items() if its is lane]


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) < 5
