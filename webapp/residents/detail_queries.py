"""Questions about fields that are switched on: which, since when, and what was written under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.residents.detail_models import ResidentDetail, ResidentField
from webapp.residents.detail_rules import DETAILS, Detail
from webapp.residents.models import Resident


def on(*, held: bool = False) -> dict[Detail, ResidentField]:
    """The fields that are asked now, in their order. `held`: none is switched off before this is over."""
    found = select(ResidentField).where(ResidentField.ended_at.is_(None))
    if held:
        found = found.with_for_update(read=True)
    known = {Detail(each.field): each for each in db.session.scalars(found)}
    return {each: known[each] for each in DETAILS if each in known}


def newest() -> dict[Detail, ResidentField]:
    """Each field as it was last switched on, with who did it."""
    found = (
        select(ResidentField)
        .options(joinedload(ResidentField.account))
        .ext(distinct_on(ResidentField.field))
        .order_by(ResidentField.field, ResidentField.id.desc())
    )
    return {Detail(each.field): each for each in db.session.scalars(found)}


def one(field_id: int) -> ResidentField | None:
    """A field as it was switched on once."""
    return db.session.get(ResidentField, field_id)


def counts() -> dict[int, int]:
    """Of how many residents something is written, by the key of the field."""
    found = select(ResidentDetail.field_id, func.count()).group_by(ResidentDetail.field_id)
    return {key: many for key, many in db.session.execute(found)}


def unerased(kind: Detail) -> Sequence[ResidentField]:
    """The times this field was switched on and off of which something may be left, the newest first."""
    found = _off().where(ResidentField.field == kind).order_by(ResidentField.id.desc())
    return db.session.scalars(found.with_for_update()).all()


def off_since(moment: datetime) -> Sequence[ResidentField]:
    """The fields that were switched off before a moment and are not erased yet, locked."""
    found = _off().where(ResidentField.ended_at < moment).order_by(ResidentField.id)
    return db.session.scalars(found.with_for_update()).all()


def written(resident_id: int) -> dict[int, ResidentDetail]:
    """What is known of somebody under the fields that are asked now, by the key of the field."""
    found = (
        select(ResidentDetail)
        .join(ResidentField, ResidentDetail.field_id == ResidentField.id)
        .where(ResidentDetail.resident_id == resident_id, ResidentField.ended_at.is_(None))
    )
    return {each.field_id: each for each in db.session.scalars(found)}


def value_of(field: ResidentField) -> Any:
    """SQL: what is written of the resident of a row under a field."""
    found = select(ResidentDetail.value).where(
        ResidentDetail.resident_id == Resident.id, ResidentDetail.field_id == field.id
    )
    return found.correlate(Resident).scalar_subquery()


def _off() -> Select[ResidentField]:
    return select(ResidentField).where(
        ResidentField.ended_at.is_not(None), ResidentField.erased_at.is_(None)
    )
