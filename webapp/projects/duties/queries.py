"""Questions about duties: tough items, meetings, resolutions, and what is open for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.people.models import Account
from webapp.projects.duties.models import Meeting, Presence, Resolution, Tough
from webapp.projects.duties.rules import ResolutionState, ToughState
from webapp.projects.models import Project

MOST = 200
MEETINGS = 30


@dataclass(frozen=True)
class Duties:
    """What is open for somebody over all projects, the earliest day first."""

    tough: Sequence[Tough]
    resolutions: Sequence[Resolution]


_WHOLE = (selectinload(Project.team), selectinload(Project.shares))


def tough(tough_id: int) -> Tough | None:
    """A tough item with its project."""
    found = select(Tough).options(
        joinedload(Tough.owner), joinedload(Tough.project).options(*_WHOLE)
    )
    return db.session.scalar(found.where(Tough.id == tough_id))


def tough_items(who: Actor, *, project_id: int | None = None) -> list[Tough]:
    """Tough items that `who` may see, what is open first, by their day."""
    found = (
        select(Tough)
        .options(joinedload(Tough.owner), joinedload(Tough.project))
        .where(visible(Tough, who, "tough.see"))
        .order_by(Tough.state == ToughState.ACCEPTED, Tough.due_on, Tough.id)
        .limit(MOST)
    )
    if project_id is not None:
        found = found.where(Tough.project_id == project_id)
    return list(db.session.scalars(found))


def meetings(project_id: int) -> list[Meeting]:
    """The newest meetings of a project with what was resolved."""
    found = (
        select(Meeting)
        .options(
            joinedload(Meeting.chair),
            selectinload(Meeting.resolutions).joinedload(Resolution.owner),
        )
        .where(Meeting.project_id == project_id)
        .order_by(Meeting.held_at.desc(), Meeting.id.desc())
        .limit(MEETINGS)
    )
    return list(db.session.scalars(found))


def meeting(project_id: int, meeting_id: int) -> Meeting | None:
    """A meeting with who was there and what was resolved."""
    found = select(Meeting).options(
        joinedload(Meeting.chair),
        selectinload(Meeting.presences).joinedload(Presence.account),
        selectinload(Meeting.resolutions).joinedload(Resolution.owner),
    )
    return db.session.scalar(
        found.where(Meeting.id == meeting_id, Meeting.project_id == project_id)
    )


def resolution(resolution_id: int) -> Resolution | None:
    """A resolution with its project."""
    found = select(Resolution).options(
        joinedload(Resolution.owner), joinedload(Resolution.project).options(*_WHOLE)
    )
    return db.session.scalar(found.where(Resolution.id == resolution_id))


def open_for(who: Actor) -> Duties:
    """The tough items and resolutions that `who` is answerable for and that are open."""
    hard = (
        select(Tough)
        .options(joinedload(Tough.project))
        .where(Tough.owner_id == who.id, Tough.state == ToughState.OPEN)
        .order_by(Tough.due_on, Tough.id)
        .limit(MOST)
    )
    resolved = (
        select(Resolution)
        .options(joinedload(Resolution.project))
        .where(Resolution.owner_id == who.id, Resolution.state == ResolutionState.OPEN)
        .order_by(Resolution.due_on, Resolution.id)
        .limit(MOST)
    )
    return Duties(list(db.session.scalars(hard)), list(db.session.scalars(resolved)))


def meetings_of(
    who: Actor, since: datetime, until: datetime, limit: int
) -> list[tuple[Meeting, Project]]:
    """The meetings, with their projects, in this time that `who` leads or is there at, of projects they may see."""
    there = select(Presence.meeting_id).where(Presence.account_id == who.id)
    found = (
        select(Meeting, Project)
        .join(Project, Project.id == Meeting.project_id)
        .where(
            Meeting.held_at.between(since, until),
            or_(Meeting.chair_id == who.id, Meeting.id.in_(there)),
            visible(Project, who, "projects.see"),
        )
    )
    rows = db.session.execute(found.order_by(Meeting.held_at).limit(limit))
    return [(meeting, project) for meeting, project in rows]


def resolved_on(project_id: int, day: date) -> list[Resolution]:
    """What was resolved on a day, carried out on it, or is open and late on it."""
    late = (Resolution.state == ResolutionState.OPEN) & (Resolution.due_on < day)
    found = (
        select(Resolution)
        .options(joinedload(Resolution.owner))
        .where(
            Resolution.project_id == project_id,
            Resolution.made_on <= day,
            or_(Resolution.made_on == day, Resolution.done_on == day, late),
        )
        .order_by(Resolution.due_on, Resolution.id)
        .limit(MOST)
    )
    return list(db.session.scalars(found))


def accounts_among(keys: Sequence[int]) -> set[int]:
    """Those of the keys that are accounts."""
    return set(db.session.scalars(select(Account.id).where(Account.id.in_(keys))))
