"""Questions about news: the public list, one piece, whom a policy concerns, who follows."""

from __future__ import annotations

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.grids.models import Unit
from webapp.people.models import Account
from webapp.points.models import ServicePoint
from webapp.services.news.models import Declared, News, NewsFile, PointFollow
from webapp.services.news.rules import WRITERS, Category, NewsState

PAGE = 20


def one(news_id: int) -> News | None:
    """A piece of news with its body and files."""
    return db.session.scalar(_whole().where(News.id == news_id))


def published(news_id: int) -> News | None:
    """A piece of news that everybody may read."""
    found = _whole().where(News.id == news_id, News.state == NewsState.PUBLISHED)
    return db.session.scalar(found)


def _whole() -> Select[News]:
    return select(News).options(
        joinedload(News.unit), selectinload(News.files).joinedload(NewsFile.file)
    )


def listed(
    *,
    category: Category | None = None,
    words: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> Page[News]:
    """Published news, newest first; found by words in title and text, in either language."""
    found = select(News).options(joinedload(News.unit)).where(News.state == NewsState.PUBLISHED)
    if category is not None:
        found = found.where(News.category == category)
    if words:
        pattern = containing(words)
        columns = (News.title, News.title_en, News.body, News.body_en)
        found = found.where(or_(*(column.ilike(pattern) for column in columns)))
    if before is not None:
        last = select(News.published_at, News.id).where(News.id == before).subquery()
        found = found.where(
            or_(
                News.published_at < last.c.published_at,
                (News.published_at == last.c.published_at) & (News.id < last.c.id),
            )
        )
    order = (News.published_at.desc(), News.id.desc())
    rows = list(db.session.scalars(found.order_by(*order).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def pinned(limit: int = 3) -> list[News]:
    """What is pinned today, newest first."""
    found = (
        select(News)
        .options(joinedload(News.unit))
        .where(News.state == NewsState.PUBLISHED, News.pinned_until >= clock.now().date())
        .order_by(News.published_at.desc(), News.id.desc())
    )
    return list(db.session.scalars(found.limit(limit)))


def written(who: Actor, *, before: int | None = None, limit: int = 50) -> Page[News]:
    """The news of the bodies for which `who` writes, newest first."""
    found = (
        select(News)
        .options(joinedload(News.unit))
        .where(visible(News, who, "news.write"))
        .order_by(News.id.desc())
    )
    if before is not None:
        found = found.where(News.id < before)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def bodies(who: Actor) -> list[Unit]:
    """The bodies for which `who` writes."""
    found = select(Unit).order_by(Unit.kind, Unit.id)
    if not who.everywhere(WRITERS):
        found = found.where(Unit.id.in_(who.units(WRITERS)))
    return list(db.session.scalars(found))


def file(news_id: int, file_id: int) -> NewsFile | None:
    """A file of a piece of news."""
    found = select(NewsFile).options(joinedload(NewsFile.file))
    return db.session.scalar(found.where(NewsFile.news_id == news_id, NewsFile.id == file_id))


def declared(account_id: int) -> Declared | None:
    """What an account declared of itself."""
    return db.session.get(Declared, account_id)


def concerned(*, facts: list[str], oldest_born: int | None, youngest_born: int | None) -> list[int]:
    """Accounts that declared one of these facts (any, if none is named) and were born between.

    Who did not say when they were born is not concerned where an age is asked for.
    """
    found = select(Declared.account_id).join(Account, Account.id == Declared.account_id)
    found = found.where(Account.locked_at.is_(None))
    if facts:
        found = found.where(Declared.facts.overlap(facts))
    if oldest_born is not None:
        found = found.where(Declared.birth_year >= oldest_born)
    if youngest_born is not None:
        found = found.where(Declared.birth_year <= youngest_born)
    return list(db.session.scalars(found.order_by(Declared.account_id)))


def followers(unit_id: int) -> list[int]:
    """Accounts that follow a point of a body."""
    found = (
        select(PointFollow.account_id)
        .join(ServicePoint, ServicePoint.id == PointFollow.point_id)
        .join(Account, Account.id == PointFollow.account_id)
        .where(ServicePoint.unit_id == unit_id, Account.locked_at.is_(None))
    )
    return sorted(set(db.session.scalars(found)))


def follows(account_id: int, point_id: int) -> PointFollow | None:
    """That an account follows a point."""
    return db.session.get(PointFollow, (account_id, point_id))


def following() -> tuple[int, int]:
    """How many residents and how many firms follow a workstation."""
    residents, firms = db.session.execute(
        select(
            func.count(PointFollow.account_id.distinct()).filter(
                PointFollow.enterprise_id.is_(None)
            ),
            func.count(PointFollow.enterprise_id.distinct()),
        )
    ).one()
    return int(residents), int(firms)


def points_followed(account_id: int) -> list[ServicePoint]:
    """The points an account follows."""
    found = select(ServicePoint).join(PointFollow, PointFollow.point_id == ServicePoint.id)
    return list(
        db.session.scalars(
            found.where(PointFollow.account_id == account_id).order_by(ServicePoint.id)
        )
    )
