"""Questions about projects: which there are, one with all of it, and in which grids its ground lies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import to_lonlats
from webapp.base.web import Page
from webapp.grids.locate import BORDERS_LOCK
from webapp.grids.models import Grid
from webapp.people import days
from webapp.people.models import Account, Enterprise, Post
from webapp.projects.models import (
    Blocker,
    Contact,
    Entry,
    Plan,
    PlanStage,
    Project,
    Share,
    Site,
    Stage,
    TeamMember,
)
from webapp.projects.rules import LIVING, MEMBERS, ProjectState

PAGE = 30
DAYS_SHOWN = 14

# A site is laid out over the borders in force. Where two grids cover the same ground the one goes first that
# goes first for a point: by precedence, then by code. The project lies in the grid with most of its ground.
SHARES_LAID = f"""
CREATE OR REPLACE FUNCTION project_shares_laid(laid bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({BORDERS_LOCK});
    DELETE FROM project_share WHERE site_id = ANY (laid);
    INSERT INTO project_share (site_id, grid_id, grid_version_id, project_id, area_m2, share)
    SELECT t.id, t.grid_id, t.version, t.project_id, t.area, t.area / ST_Area(t.geom)
    FROM (
        SELECT s.id, s.project_id, s.geom, v.grid_id, v.id AS version, ST_Area(
            CASE WHEN before.geom IS NULL THEN inside.geom
            ELSE ST_Difference(inside.geom, before.geom) END
        ) AS area
        FROM project_site s
        JOIN grid_version v ON ST_Intersects(v.geom, s.geom)
            AND v.set_id = (SELECT b.id FROM boundary_set b WHERE b.state = 'active')
        CROSS JOIN LATERAL (SELECT ST_Intersection(v.geom, s.geom) AS geom) inside
        LEFT JOIN LATERAL (
            SELECT ST_Union(w.geom) AS geom FROM grid_version w
            WHERE w.set_id = v.set_id AND (w.precedence, w.code) < (v.precedence, v.code)
              AND ST_Intersects(w.geom, inside.geom)
        ) before ON true
        WHERE s.id = ANY (laid)
    ) t
    -- A border that is only touched is no ground.
    WHERE t.area >= 1;
    UPDATE project p SET grid_id = (
        SELECT h.grid_id FROM project_share h WHERE h.project_id = p.id
        GROUP BY h.grid_id ORDER BY sum(h.area_m2) DESC, h.grid_id LIMIT 1
    )
    WHERE p.id IN (SELECT s.project_id FROM project_site s WHERE s.id = ANY (laid));
END $$
"""

SITE_LAID = """
CREATE OR REPLACE FUNCTION project_site_laid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM project_shares_laid(ARRAY[NEW.id]);
    RETURN NULL;
END $$
"""

FUNCTIONS = (SHARES_LAID, SITE_LAID)

TRIGGERS = (
    "CREATE TRIGGER site_laid AFTER INSERT OR UPDATE OF geom ON project_site"
    " FOR EACH ROW EXECUTE FUNCTION project_site_laid()",
)


@dataclass(frozen=True)
class Listed:
    """A project of a list, how many things hold it up, and since when a stage of it is late."""

    project: Project
    blockers: int
    late_since: date | None


@dataclass(frozen=True)
class Narrowed:
    """How the list is narrowed."""

    words: str = ""
    state: ProjectState | None = None
    grid_id: int | None = None
    blocked: bool = False
    late: bool = False


def one(project_id: int) -> Project | None:
    """A project with its leader, team, plans, stages, ground and what holds it up."""
    found = select(Project).options(
        joinedload(Project.leader),
        joinedload(Project.enterprise),
        selectinload(Project.team).joinedload(TeamMember.account),
        selectinload(Project.contacts).joinedload(Contact.account),
        selectinload(Project.plans).options(
            joinedload(Plan.made_by), joinedload(Plan.approved_by), selectinload(Plan.stages)
        ),
        joinedload(Project.plan).selectinload(Plan.stages),
        selectinload(Project.stages),
        selectinload(Project.sites),
        selectinload(Project.shares).joinedload(Share.grid),
        selectinload(Project.blockers).joinedload(Blocker.raised_by),
    )
    return db.session.scalar(found.where(Project.id == project_id))


def named(name: str) -> Project | None:
    """The project of this name."""
    return db.session.scalar(select(Project).where(Project.name == name))


def narrowed(who: Actor, wish: Narrowed, *, today: date) -> Select[Any]:
    """SQL: projects that `who` may see with their blockers and since when they are late, the newest first."""
    late = _late_since(today)
    found: Select[Any] = select(
        Project, _open_blockers().label("blockers"), late.label("late_since")
    ).where(visible(Project, who, "projects.see"))
    if wish.words:
        pattern = containing(wish.words)
        firm = Project.enterprise.has(Enterprise.name.ilike(pattern))
        found = found.where(or_(Project.name.ilike(pattern), firm))
    if wish.state is not None:
        found = found.where(Project.state == wish.state)
    if wish.grid_id is not None:
        found = found.where(Project.shares.any(Share.grid_id == wish.grid_id))
    if wish.blocked:
        found = found.where(_is_blocked())
    if wish.late:
        found = found.where(late.is_not(None))
    return found.order_by(Project.id.desc())


def listed(
    who: Actor,
    wish: Narrowed,
    *,
    today: date,
    before: int | None = None,
    limit: int = PAGE,
) -> Page[Listed]:
    """Projects that `who` may see, the newest first."""
    found = narrowed(who, wish, today=today).options(
        joinedload(Project.leader),
        joinedload(Project.enterprise),
        selectinload(Project.shares).joinedload(Share.grid),
    )
    if before is not None:
        found = found.where(Project.id < before)
    rows = db.session.execute(found.limit(limit + 1)).all()
    shown = [Listed(*row) for row in rows[:limit]]
    return Page(shown, shown[-1].project.id if len(rows) > limit else None)


def counts(who: Actor, *, today: date) -> Any:
    """How many projects `who` may see are going on, held up, and late."""
    late = _late_since(today).is_not(None)
    return db.session.execute(
        select(
            func.count().label("living"),
            func.count().filter(_is_blocked()).label("blocked"),
            func.count().filter(late).label("late"),
        )
        .select_from(Project)
        .where(visible(Project, who, "projects.see"), Project.state.in_(LIVING))
    ).one()


def grids_of(who: Actor) -> list[Grid]:
    """The grids in which there is ground of projects that `who` may see."""
    ground = select(Share.grid_id).join(Share.project).where(visible(Project, who, "projects.see"))
    found = select(Grid).where(Grid.id.in_(ground)).order_by(Grid.display_code)
    return list(db.session.scalars(found))


def mine(who: Actor, *, today: date) -> list[Listed]:
    """The living projects that `who` leads or in whose team they are, those that are late first."""
    late = _late_since(today)
    found = (
        select(Project, _open_blockers(), late)
        .options(
            joinedload(Project.leader),
            selectinload(Project.team).joinedload(TeamMember.account),
            joinedload(Project.plan).selectinload(Plan.stages),
            selectinload(Project.stages),
        )
        .where(
            or_(Project.leader_id == who.id, Project.team.any(account_id=who.id)),
            Project.state.in_(LIVING),
        )
        .order_by(late.asc().nulls_last(), Project.id)
    )
    return [Listed(*row) for row in db.session.execute(found)]


def works_for(account_id: int | None) -> ColumnElement[bool]:
    """SQL: the account leads a living project, or is in the team of one."""
    named = or_(Project.leader_id == account_id, Project.team.any(account_id=account_id))
    return exists().where(named, Project.state.in_(LIVING))


def written_on(day: date, who: Actor) -> set[int]:
    """Keys of the projects for which `who` has written something down on a day."""
    found = select(Entry.project_id).where(Entry.day == day, Entry.account_id == who.id)
    return set(db.session.scalars(found))


def points(who: Actor, *, limit: int) -> list[list[object]]:
    """Living projects on a map: [id, lon, lat, name, grid_id], at most `limit` + 1."""
    first = (
        select(func.min(Site.id))
        .where(Site.project_id == Project.id)
        .correlate(Project)
        .scalar_subquery()
    )
    inside = func.ST_PointOnSurface(Site.geom)
    found = (
        select(Project.id, func.ST_X(inside), func.ST_Y(inside), Project.name, Project.grid_id)
        .join(Site, Site.id == first)
        .where(visible(Project, who, "projects.see"), Project.state.in_(LIVING))
        .order_by(Project.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(found).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [[row[0], lon, lat, *row[3:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]


def entries(project_id: int, *, day: date) -> list[Entry]:
    """What was written down on a day, in the order in which it was."""
    found = (
        select(Entry)
        .options(joinedload(Entry.account))
        .where(Entry.project_id == project_id, Entry.day == day)
    )
    return list(db.session.scalars(found.order_by(Entry.id)))


def entry(project_id: int, entry_id: int) -> Entry | None:
    """One entry of a project with its photo."""
    found = select(Entry).options(joinedload(Entry.photo))
    return db.session.scalar(found.where(Entry.id == entry_id, Entry.project_id == project_id))


def entry_marked(mark: Any) -> Entry | None:
    """The entry that came from a phone with this mark."""
    return db.session.scalar(select(Entry).where(Entry.mark == mark))


def days_with_entries(project_id: int, *, limit: int = DAYS_SHOWN) -> Sequence[Any]:
    """The newest days on which something was written down: `day`, `count`."""
    found = (
        select(Entry.day, func.count().label("count"))
        .where(Entry.project_id == project_id)
        .group_by(Entry.day)
        .order_by(Entry.day.desc())
        .limit(limit)
    )
    return db.session.execute(found).all()


def blockers_of_day(project_id: int, day: date) -> list[Blocker]:
    """What came to hold the project up on a day, or was cleared away on it."""
    begin, end = days.start_of(day), days.end_of(day)
    within = [
        moment.between(begin, end) & (moment < end)
        for moment in (Blocker.raised_at, Blocker.cleared_at)
    ]
    found = select(Blocker).where(Blocker.project_id == project_id, or_(*within))
    return list(db.session.scalars(found.order_by(Blocker.id)))


def plan(project_id: int, number: int) -> Plan | None:
    """A version of the plan of a project."""
    found = select(Plan).where(Plan.project_id == project_id, Plan.number == number)
    return db.session.scalar(found)


def blocker(project_id: int, blocker_id: int) -> Blocker | None:
    """Something that holds a project up, or did."""
    found = select(Blocker).where(Blocker.project_id == project_id, Blocker.id == blocker_id)
    return db.session.scalar(found)


def holders(roles: Iterable[str]) -> list[Account]:
    """Whoever holds one of these roles today and may sign in, by name."""
    held = (
        select(Post.account_id)
        .where(Post.role.in_(list(roles)), Post.valid.op("@>")(func.now()))
        .scalar_subquery()
    )
    found = select(Account).where(Account.id.in_(held), Account.locked_at.is_(None))
    return list(db.session.scalars(found.order_by(Account.name, Account.id)))


def holds(account_id: int, roles: Iterable[str] = MEMBERS) -> bool:
    """True when the account holds one of these roles today."""
    held = exists().where(
        Post.account_id == account_id,
        Post.role.in_(list(roles)),
        Post.valid.op("@>")(func.now()),
    )
    return bool(db.session.scalar(select(held)))


def enterprises() -> list[Enterprise]:
    """Enterprises for whom a project can be, by name."""
    found = select(Enterprise).where(Enterprise.closed_at.is_(None))
    return list(db.session.scalars(found.order_by(Enterprise.name, Enterprise.id)))


def lay_again() -> list[Any]:
    """The ground of living projects is laid out over the borders in force, by one statement.

    Answers the projects whose ground lies in other grids than before, as rows of `id`, `grid_id`, `grids`.
    """
    which = select(Site.id, Site.project_id).join(Project).where(Project.state.in_(LIVING))
    sites = db.session.execute(which).all()
    if not sites:
        return []
    before = _ground({row.project_id for row in sites})
    db.session.execute(select(func.project_shares_laid([row.id for row in sites])))
    db.session.expire_all()
    after = _ground({row.project_id for row in sites})
    return [row for key, row in after.items() if row.grids != before[key].grids]


def _ground(projects: Collection[int]) -> dict[int, Any]:
    """For each project the keys of its grids in order."""
    lies = func.array_agg(Share.grid_id.distinct()).filter(Share.grid_id.is_not(None))
    found = (
        select(Project.id, Project.grid_id, lies.label("grids"))
        .outerjoin(Share, Share.project_id == Project.id)
        .where(Project.id.in_(projects))
        .group_by(Project.id)
    )
    return {row.id: row for row in db.session.execute(found)}


def _open_blockers() -> ColumnElement[int]:
    found = select(func.count()).where(
        Blocker.project_id == Project.id, Blocker.cleared_at.is_(None)
    )
    return found.correlate(Project).scalar_subquery()


def _is_blocked() -> ColumnElement[bool]:
    return exists().where(Blocker.project_id == Project.id, Blocker.cleared_at.is_(None))


def _late_since(today: date) -> ColumnElement[Any]:
    """The first day that the approved plan lays down as the end of a stage which has not ended."""
    found: Select[Any] = (
        select(func.min(PlanStage.ends))
        .join(Plan, Plan.id == PlanStage.plan_id)
        .outerjoin(Stage, (Stage.project_id == Plan.project_id) & (Stage.kind == PlanStage.kind))
        .where(
            Plan.project_id == Project.id,
            Plan.approved_at.is_not(None),
            Plan.replaced_at.is_(None),
            PlanStage.ends < today,
            Stage.ended_on.is_(None),
        )
    )
    return found.correlate(Project).scalar_subquery()
