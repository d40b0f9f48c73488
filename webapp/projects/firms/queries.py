"""Questions about enterprises of projects: their projects, what they asked, who can speak for them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.people import days
from webapp.projects.firms.models import Request
from webapp.projects.models import Project

MOST = 100


def ours(who: Actor) -> list[Project]:
    """The projects in which `who` speaks for the enterprise."""
    found = (
        select(Project)
        .options(joinedload(Project.enterprise), joinedload(Project.leader))
        .where(visible(Project, who, "projects.ask"))
        .order_by(Project.name)
        .limit(MOST)
    )
    return list(db.session.scalars(found))


def requests_of(project_id: int) -> list[Request]:
    """What was asked in a project, what waits for an answer first."""
    found = (
        select(Request)
        .options(joinedload(Request.asked_by), joinedload(Request.answered_by))
        .where(Request.project_id == project_id)
        .order_by(Request.state != "asked", Request.id.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(found))


def one(request_id: int) -> Request | None:
    """A request with its project and whoever may see it."""
    found = select(Request).options(
        joinedload(Request.project).options(
            selectinload(Project.team),
            selectinload(Project.shares),
            selectinload(Project.contacts),
        )
    )
    return db.session.scalar(found.where(Request.id == request_id))


def asked_on(project_id: int, day: date) -> list[Request]:
    """What was asked or answered on a day."""
    begin, end = days.start_of(day), days.end_of(day)
    within = [
        (moment >= begin) & (moment < end) for moment in (Request.asked_at, Request.answered_at)
    ]
    found = select(Request).where(Request.project_id == project_id, or_(*within))
    return list(db.session.scalars(found.order_by(Request.id)))
