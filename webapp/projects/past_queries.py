"""The projects as they stood at a moment, by their log and by what held them up then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import join

from webapp.base import past_queries as past
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.people.models import Enterprise
from webapp.projects.forms import ListForm
from webapp.projects.models import Blocker, Project
from webapp.projects.rules import PROJECT_FLOW, ProjectState


def whole(who: Actor, wish: ListForm, moment: datetime) -> Select[Any]:
    """SQL: the projects at a moment, newest first, of those that `who` may see now.

    Columns: `id`, `name`, `kind`, `state`, `blockers` (open ones then).
    """
    then = past.last_event(PROJECT_FLOW.kind, Project, moment)
    blockers = (
        select(func.count())
        .where(
            Blocker.project_id == Project.id,
            Blocker.raised_at <= moment,
            or_(Blocker.cleared_at.is_(None), Blocker.cleared_at > moment),
        )
        .correlate(Project)
        .scalar_subquery()
    )
    found = (
        select(
            Project.id,
            Project.name,
            Project.kind,
            then.c.state,
            blockers.label("blockers"),
        )
        # One thing to read from: an export asks it for other columns.
        .select_from(join(Project, then, true()))
        .where(visible(Project, who, "projects.see"))
        .order_by(Project.id.desc())
    )
    if wish.state is not None:
        states = [str(wish.state)]
        found = found.where(
            past.may_have_stood(PROJECT_FLOW.kind, Project, states, moment),
            then.c.state.in_(states),
        )
    if wish.q:
        pattern = containing(wish.q)
        firm = Project.enterprise.has(Enterprise.name.ilike(pattern))
        found = found.where(or_(Project.name.ilike(pattern), firm))
    if wish.blocked:
        found = found.where(blockers > 0)
    return found


def page(who: Actor, wish: ListForm, moment: datetime) -> list[Any]:
    """The rows of `whole` from where the reader has come to, and one more."""
    return past.page(whole(who, wish, moment), Project.id, wish.before)


def counts(who: Actor, moment: datetime) -> dict[ProjectState, int]:
    """How many projects stood at each state."""
    stood = whole(who, ListForm(), moment).order_by(None).subquery()
    rows = db.session.execute(select(stood.c.state, func.count()).group_by(stood.c.state))
    return {ProjectState(state): many for state, many in rows}
