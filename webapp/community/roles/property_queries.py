"""Questions about property companies: which there are, whom they serve, how they are rated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Float, Row, Select, func, select
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.community.roles.property_models import (
    PropertyCompany,
    PropertyRating,
    PropertyResult,
    PropertyTerm,
)
from webapp.community.roles.rules import RatedBy


def company(company_id: int) -> PropertyCompany | None:
    """A company by its key."""
    return db.session.get(PropertyCompany, company_id)


def companies(day: date) -> Sequence[Row[PropertyCompany, int]]:
    """(company, how many buildings it looks after on a day), by name."""
    found = (
        select(PropertyCompany, func.count(PropertyTerm.id))
        .outerjoin(
            PropertyTerm,
            (PropertyTerm.company_id == PropertyCompany.id)
            & func.daterange(PropertyTerm.since, PropertyTerm.until).op("@>")(day),
        )
        .group_by(PropertyCompany.id, PropertyCompany.name, PropertyCompany.phone)
        .order_by(PropertyCompany.name)
    )
    return db.session.execute(found).all()


def served(company_id: int, day: date) -> Select[int]:
    """SQL: the keys of the buildings that a company looks after on a day."""
    return select(PropertyTerm.building_id).where(
        PropertyTerm.company_id == company_id,
        func.daterange(PropertyTerm.since, PropertyTerm.until).op("@>")(day),
    )


def terms(company_id: int) -> Sequence[PropertyTerm]:
    """Which buildings a company looks after and looked after, the newest first."""
    found = select(PropertyTerm).options(joinedload(PropertyTerm.building))
    found = found.where(PropertyTerm.company_id == company_id)
    return db.session.scalars(found.order_by(PropertyTerm.since.desc()).limit(100)).all()


def of_buildings(building_ids: Iterable[int], day: date) -> dict[int, PropertyCompany]:
    """Who looks after each of these buildings on a day."""
    found = (
        select(PropertyTerm)
        .options(joinedload(PropertyTerm.company))
        .where(
            PropertyTerm.building_id.in_(list(building_ids)),
            func.daterange(PropertyTerm.since, PropertyTerm.until).op("@>")(day),
        )
    )
    return {each.building_id: each.company for each in db.session.scalars(found)}


def means(company_id: int, quarter: date) -> dict[str, float]:
    """The mean of each criterion that anybody rated in a quarter."""
    each = func.jsonb_each_text(PropertyRating.scores).table_valued("key", "value")
    found = (
        select(each.c.key, func.avg(each.c.value.cast(Float)))
        .select_from(PropertyRating)
        .join(each, each.c.key.is_not(None))
        .where(PropertyRating.company_id == company_id, PropertyRating.quarter == quarter)
        .group_by(each.c.key)
    )
    return {key: float(mean) for key, mean in db.session.execute(found).all()}


def raters(company_id: int, quarter: date) -> tuple[int, int]:
    """How many residents and how many communities have rated a company in a quarter."""
    found = select(
        func.count().filter(PropertyRating.rated_by == RatedBy.RESIDENTS),
        func.count().filter(PropertyRating.rated_by == RatedBy.COMMUNITY),
    ).where(PropertyRating.company_id == company_id, PropertyRating.quarter == quarter)
    residents, communities = db.session.execute(found).one()
    return residents, communities


def own_rating(company_id: int, quarter: date, account_id: int | None) -> PropertyRating | None:
    """What this account said of a company in a quarter."""
    if account_id is None:
        return None
    found = select(PropertyRating).where(
        PropertyRating.company_id == company_id,
        PropertyRating.quarter == quarter,
        PropertyRating.account_id == account_id,
    )
    return db.session.scalar(found)


def quarters() -> Sequence[date]:
    """The quarters that were published, the newest first."""
    found = select(PropertyResult.quarter).distinct().order_by(PropertyResult.quarter.desc())
    return db.session.scalars(found.limit(12)).all()


def results(quarter: date) -> Sequence[PropertyResult]:
    """What was published for a quarter, the best first."""
    found = select(PropertyResult).options(joinedload(PropertyResult.company))
    found = found.where(PropertyResult.quarter == quarter)
    return db.session.scalars(
        found.order_by(PropertyResult.score.desc(), PropertyResult.company_id)
    ).all()


def results_of(company_id: int) -> Sequence[PropertyResult]:
    """What was published of a company, the newest first."""
    found = select(PropertyResult).where(PropertyResult.company_id == company_id)
    return db.session.scalars(found.order_by(PropertyResult.quarter.desc()).limit(12)).all()
