"""Questions about erasing: which applications are due, which papers nobody needs, what was erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, Text, cast, exists, func, select, true
from sqlalchemy.orm import aliased, joinedload

from webapp.base import clock, file_queries
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.web import Page
from webapp.services.applications.models import (
    Application,
    MaterialPage,
    ServiceErasure,
    ServiceErasureRule,
    ServiceMaterial,
    ServiceRating,
)
from webapp.services.applications.papers import SEALED
from webapp.services.applications.rules import DRAFT_DAYS, ERASE_MONTHS, RatingState, State
from webapp.services.items.models import ItemVersion

PAGE = 50


def rules() -> dict[str, ServiceErasureRule]:
    """The rules that the office has set, by field; '' holds where a field has none."""
    return {each.field: each for each in db.session.scalars(select(ServiceErasureRule))}


def due(limit: int) -> list[Any]:
    """Applications whose time is over: rows of (Application, field of the rule, months), oldest first.

    Whoever was not content is called back first.
    """
    rule = (
        select(ServiceErasureRule.field, ServiceErasureRule.months)
        .where(ServiceErasureRule.field.in_(("", ItemVersion.field)))
        .order_by(func.length(ServiceErasureRule.field).desc())
        .limit(1)
        .lateral()
    )
    months = func.coalesce(rule.c.months, ERASE_MONTHS)
    to_mend = ServiceRating.state.in_((RatingState.TO_CALL, RatingState.CALLED))
    found = (
        select(Application, func.coalesce(cast(rule.c.field, Text), ""), cast(months, Integer))
        .join(Application.item)
        .outerjoin(rule, true())
        .options(
            joinedload(Application.mandate),
            joinedload(Application.supplement),
            joinedload(Application.rating),
        )
        .where(
            Application.ended_at.is_not(None),
            Application.erased_at.is_(None),
            Application.ended_at + func.make_interval(0, months) < clock.now(),
            ~exists().where(ServiceRating.application_id == Application.id, to_mend),
        )
        .order_by(Application.ended_at, Application.id)
        .limit(limit)
    )
    return list(db.session.execute(found).unique())


def forsaken(limit: int = 200) -> list[Application]:
    """Drafts that nobody has submitted for a long time."""
    old = Application.created_at < clock.now() - timedelta(days=DRAFT_DAYS)
    found = select(Application).options(joinedload(Application.item))
    found = found.where(Application.state == State.DRAFT, old)
    return list(db.session.scalars(found.order_by(Application.created_at).limit(limit)))


def materials(application_id: int) -> list[ServiceMaterial]:
    """The papers of an application."""
    found = select(ServiceMaterial).where(ServiceMaterial.application_id == application_id)
    return list(db.session.scalars(found))


def pages_to_go(limit: int) -> list[MaterialPage]:
    """Pages of erased applications that no other one uses again."""
    again, other = aliased(ServiceMaterial), aliased(Application)
    used = (
        exists()
        .where(again.of_id == ServiceMaterial.id, again.application_id == other.id)
        .where(other.erased_at.is_(None))
    )
    found = (
        select(MaterialPage)
        .join(ServiceMaterial, MaterialPage.material_id == ServiceMaterial.id)
        .join(ServiceMaterial.application)
        .where(Application.erased_at.is_not(None), ~used)
        .order_by(MaterialPage.id)
        .limit(limit)
    )
    return list(db.session.scalars(found))


def count_pages(application_id: int) -> int:
    """How many pages the papers of an application have."""
    found = select(func.count(MaterialPage.id)).join(
        ServiceMaterial, MaterialPage.material_id == ServiceMaterial.id
    )
    return db.session.scalar(found.where(ServiceMaterial.application_id == application_id)) or 0


def files_of_nobody(limit: int) -> list[StoredFile]:
    """Sealed files that no row names any more: pages that were erased, replaced or sealed anew."""
    return file_queries.of_nobody(limit, media_type=SEALED)


def register(*, before: int | None = None) -> Page[ServiceErasure]:
    """What was erased, newest first."""
    found = select(ServiceErasure).options(
        joinedload(ServiceErasure.application).joinedload(Application.item)
    )
    if before is not None:
        found = found.where(ServiceErasure.id < before)
    rows = db.session.scalars(found.order_by(ServiceErasure.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def count_erased() -> int:
    """How many applications were erased so far."""
    return db.session.scalar(select(func.count()).select_from(ServiceErasure)) or 0
