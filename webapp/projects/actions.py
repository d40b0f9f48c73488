"""What is done with a project: registered, led, planned, moved on, held up, cleared, written down day by day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from shapely import Polygon
from sqlalchemy.exc import IntegrityError

from webapp.base import audit, clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import stored
from webapp.grids.models import BoundarySet
from webapp.people import days
from webapp.projects import clearing, queries
from webapp.projects.forms import BlockerForm, EntryForm, ProjectForm, Span
from webapp.projects.ground import queries as ground
from webapp.projects.models import (
    Blocker,
    Entry,
    Plan,
    PlanStage,
    Project,
    Site,
    Stage,
    TeamMember,
)
from webapp.projects.rules import (
    LEADERS,
    MEMBERS,
    PROJECT_FLOW,
    STAGE_OF,
    TEAM,
    WITH_PLAN,
    WITH_TEAM,
    ProjectState,
    StageKind,
    TeamRole,
)


def register(said: ProjectForm, *, by: Actor) -> Project:
    """The project is proposed, with its one leader, who is told.

    Raises `Unacceptable` where the name is taken or nobody with such a post is named as leader.
    """
    _can_lead(said.leader)
    project = Project(
        name=said.name,
        kind=said.kind,
        state=ProjectState.PROPOSED,
        version=1,
        words=said.words,
        investment_wan=said.investment_wan,
        enterprise_id=said.enterprise,
        leader_id=said.leader,
        provenance=said.provenance,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(project)
            db.session.flush()
    except IntegrityError as error:
        words = _l("A project of this name is registered already.")
        raise Unacceptable(words, fields={"name": words}) from error
    PROJECT_FLOW.begin(project, "register", by=by, data={"leader": said.leader})
    _tell(project, [said.leader], N_("You lead the project “%(name)s”."), by)
    return project


def set_leader(project: Project, leader_id: int, *, by: Actor, base_version: int | None) -> None:
    """Somebody else leads from now on: never two, never nobody; the log says who did before."""
    hold(project, base_version)
    _still_open(project)
    _can_lead(leader_id)
    before, project.leader_id = project.leader_id, leader_id
    PROJECT_FLOW.record(project, "lead", by=by, data={"leader": leader_id, "before": before})
    db.session.expire(project, ["leader"])
    _tell(project, [leader_id], N_("You lead the project “%(name)s”."), by)


def set_member(
    project: Project,
    role: TeamRole,
    account_id: int | None,
    *,
    by: Actor,
    base_version: int | None,
) -> None:
    """Somebody has a task of the team from now on, and whoever had it no more.

    Raises `Unacceptable` where they have another task of it, hold no post of the staff, or where nobody
    is named though the project stands where its team is whole.
    """
    hold(project, base_version)
    _still_open(project)
    held = next((each for each in project.team if each.role == role), None)
    if account_id is None and project.state in WITH_TEAM:
        words = _l("The team is at work: name somebody else for this task.")
        raise Unacceptable(words, fields={"account": words})
    if account_id is not None:
        if any(each.account_id == account_id and each.role != role for each in project.team):
            words = _l("Has another task in this team already.")
            raise Unacceptable(words, fields={"account": words})
        if not queries.holds(account_id, MEMBERS):
            words = _l("Holds no post of the staff today.")
            raise Unacceptable(words, fields={"account": words})
    now = clock.now()
    if held is not None:
        held.until = max(now, held.since)
        db.session.flush()
    if account_id is not None:
        db.session.add(
            TeamMember(project_id=project.id, role=role, account_id=account_id, since=now)
        )
    PROJECT_FLOW.record(
        project,
        "team",
        by=by,
        data={
            "role": role,
            "account": account_id,
            "before": held.account_id if held is not None else None,
        },
    )
    db.session.expire(project, ["team"])
    if account_id is not None:
        _tell(project, [account_id], N_("You are in the team of the project “%(name)s”."), by)


def draft_plan(
    project: Project,
    words: str,
    stages: Mapping[StageKind, Span],
    *,
    by: Actor,
    base_version: int | None,
) -> Plan:
    """A new version of the plan waits to be approved by somebody else."""
    hold(project, base_version)
    _still_open(project)
    plan = Plan(
        project_id=project.id,
        number=max((each.number for each in project.plans), default=0) + 1,
        words=words,
        made_at=clock.now(),
        made_by_id=by.id,
        stages=[
            PlanStage(kind=kind, begins=span.begins, ends=span.ends)
            for kind, span in stages.items()
        ],
    )
    db.session.add(plan)
    PROJECT_FLOW.record(project, "draft_plan", by=by, data={"plan": plan.number})
    db.session.expire(project, ["plans"])
    return plan


def approve_plan(project: Project, plan: Plan, *, by: Actor, base_version: int | None) -> None:
    """This version of the plan is the approved one, and the one before is replaced by it.

    The project moves on where it waited for its plan. Raises `NotAllowed` for whoever wrote the version.
    """
    hold(project, base_version)
    _still_open(project)
    if plan.made_by_id == by.id:
        raise NotAllowed(_l("Somebody else approves the plan than who wrote it."))
    if plan.approved_at is not None:
        raise NotOpen(_l("This version was approved before."))
    if project.state != ProjectState.TEAM_FORMED and project.state not in WITH_PLAN:
        raise NotOpen(_l("The team comes before the plan."))
    now, before = clock.now(), project.plan
    if before is not None:
        before.replaced_at = max(now, before.approved_at or now)
        db.session.flush()
    plan.approved_at, plan.approved_by_id = now, by.id
    db.session.flush()
    data = {"plan": plan.number}
    if project.state == ProjectState.TEAM_FORMED:
        _not_held_up(project)
        PROJECT_FLOW.move(
            project, "approve_plan", by=by, evidence={"approved_plan": True}, data=data
        )
    else:
        PROJECT_FLOW.record(project, "replace_plan", by=by, data=data)
    db.session.expire(project, ["plans", "plan"])
    _tell(project, _team(project), N_("The plan of the project “%(name)s” is approved."), by)


def step(
    project: Project,
    name: str,
    *,
    by: Actor,
    note: str | None = None,
    base_version: int | None = None,
) -> None:
    """The project stands in the next state; stages end and begin with the day.

    Raises `NotOpen` while something holds it up, `EvidenceMissing` without a whole team, a site or words
    where the move wants them.
    """
    hold(project, base_version)
    _not_held_up(project)
    to, today = ProjectState(PROJECT_FLOW.moves[name].to), days.first_day(clock.now())
    if to is ProjectState.HANDED_OVER:
        project.handed_over_on = project.handed_over_on or today
    if to is ProjectState.AFTER_VISIT:
        project.visited_on = project.visited_on or today
    evidence = {
        "note": note,
        "team_of_seven": len(project.team) == TEAM,
        "approved_plan": project.plan,
        "site": project.sites,
        "clean": to is not ProjectState.HANDED_OVER or not clearing.still_there(project.id),
        "levelled": to is not ProjectState.HANDED_OVER or not ground.open_parcels(project.id),
    }
    before = ProjectState(project.state)
    PROJECT_FLOW.move(
        project, name, by=by, evidence=evidence, data={"note": note} if note else None
    )
    _stages(project, before, to, today)
    _tell(project, _team(project), N_("The project “%(name)s” has moved on."), by)


def lay_out(
    project: Project,
    shape: Polygon,
    *,
    provenance: str,
    name: str | None = None,
    by: Actor,
    base_version: int | None = None,
) -> Site:
    """A piece of ground (metres) belongs to the project, and the database says which grids it touches."""
    hold(project, base_version)
    _still_open(project)
    site = Site(project_id=project.id, name=name, geom=stored(shape), provenance=provenance)
    db.session.add(site)
    db.session.flush()
    db.session.refresh(project, ["grid_id"])
    PROJECT_FLOW.record(
        project, "lay_out", by=by, data={"site": site.id, "area_m2": round(shape.area)}
    )
    db.session.expire(project, ["sites", "shares", "grid"])
    return site


def hold_up(
    project: Project, said: BlockerForm, *, by: Actor, base_version: int | None = None
) -> Blocker:
    """Something holds the project up: it makes no move until that is cleared away. The leader is told."""
    hold(project, base_version)
    _still_open(project)
    blocker = Blocker(
        project_id=project.id,
        cause=said.cause,
        words=said.words,
        raised_at=clock.now(),
        raised_by_id=by.id,
    )
    db.session.add(blocker)
    PROJECT_FLOW.record(project, "hold_up", by=by, data={"cause": said.cause, "note": said.words})
    db.session.expire(project, ["blockers"])
    _tell(project, [project.leader_id], N_("The project “%(name)s” is held up."), by)
    return blocker


def clear(
    project: Project, blocker: Blocker, words: str, *, by: Actor, base_version: int | None = None
) -> None:
    """What held the project up is cleared away, and the log says how."""
    hold(project, base_version)
    if blocker.cleared_at is not None:
        raise NotOpen(_l("This is cleared away already."))
    blocker.cleared_at = max(clock.now(), blocker.raised_at)
    blocker.cleared_by_id, blocker.cleared_words = by.id, words
    PROJECT_FLOW.record(project, "clear", by=by, data={"cause": blocker.cause, "note": words})
    db.session.expire(project, ["blockers"])


def write_down(project: Project, said: EntryForm, photo: StoredFile | None, *, by: Actor) -> Entry:
    """What was done stands in the report of the day on which it was, once however often the phone sends it."""
    known = queries.entry_marked(said.name) if said.name is not None else None
    if known is not None:
        return known
    _still_open(project)
    done = said.happened_at or clock.now()
    entry = Entry(
        project_id=project.id,
        day=days.first_day(done),
        at=done,
        account_id=by.id,
        words=said.words,
        people=said.people,
        machines=said.machines,
        photo_id=photo.id if photo else None,
        mark=said.name or uuid.uuid4(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(entry)
            db.session.flush()
    except IntegrityError as error:
        raise Changed(_l("This was written down a moment ago.")) from error
    return entry


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """The ground of living projects lies in the grids of the borders in force; answers how many changed."""
    moved = queries.lay_again()
    audit.record_many(
        [
            audit.Event(
                thing_kind=PROJECT_FLOW.kind,
                thing_id=row.id,
                move="relocate",
                actor_id=by.id if by else None,
                grid_id=row.grid_id,
                data={"grids": row.grids or []},
            )
            for row in moved
        ]
    )
    return len(moved)


def _stages(project: Project, before: ProjectState, to: ProjectState, today: date) -> None:
    ended, begun = STAGE_OF.get(before), STAGE_OF.get(to)
    if ended == begun:
        return
    known = {each.kind: each for each in project.stages}
    if ended in known:
        known[ended].ended_on = max(today, known[ended].begun_on)
    if begun is not None and begun not in known:
        db.session.add(Stage(project_id=project.id, kind=begun, begun_on=today))
    db.session.flush()
    db.session.expire(project, ["stages"])


def _still_open(project: Project) -> None:
    if project.state == ProjectState.ARCHIVED:
        raise NotOpen(_l("This project is archived."))


def _not_held_up(project: Project) -> None:
    if any(each.cleared_at is None for each in project.blockers):
        raise NotOpen(_l("Something holds the project up. Clear it away first."))


def _can_lead(account_id: int) -> None:
    if not queries.holds(account_id, LEADERS):
        words = _l("Choose a leader who holds such a post today.")
        raise Unacceptable(words, fields={"leader": words})


def _team(project: Project) -> list[int]:
    return [project.leader_id, *(each.account_id for each in project.team)]


def _tell(project: Project, to: list[int], words: str, by: Actor) -> None:
    notices.notify(
        [each for each in to if each != by.id],
        words,
        url=f"/projects/{project.id}",
        name=project.name,
    )
