"""News written, published, withdrawn; facts declared; points followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock, files, notices
from webapp.base.access import Actor, may
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.people.models import Enterprise
from webapp.points.models import ServicePoint
from webapp.services.news import queries
from webapp.services.news.models import Declared, News, NewsFile, PointFollow
from webapp.services.news.rules import (
    FILES,
    LARGEST_FILE,
    NEWS_FLOW,
    OLDEST_YEAR,
    Category,
    Fact,
    NewsState,
)


@dataclass(frozen=True)
class Written:
    """What is said in a piece of news; `facts` and ages say whom a policy is for."""

    unit_id: int
    category: Category
    title: str
    body: str
    title_en: str | None = None
    body_en: str | None = None
    pinned_until: date | None = None
    facts: Sequence[Fact] = ()
    youngest: int | None = None
    oldest: int | None = None


def write(said: Written, *, by: Actor) -> News:
    """The draft is there. Raises `NotAllowed` for a body of others, `Unacceptable` for its values."""
    news = News(state=NewsState.DRAFT, version=1, author_id=by.id)
    _say(news, said)
    if not may(by, "news.write", news):
        raise NotAllowed(_l("You do not write for this body."))
    db.session.add(news)
    db.session.flush()
    NEWS_FLOW.begin(news, "write", by=by)
    return news


def change(news: News, said: Written, *, base_version: int | None, by: Actor) -> None:
    """The news says this. What was published stays published, with an event of the change."""
    hold(news, base_version)
    _say(news, said)
    if not may(by, "news.write", news):
        raise NotAllowed(_l("You do not write for this body."))
    NEWS_FLOW.record(news, "change", by=by)


def publish(news: News, *, by: Actor, base_version: int | None = None) -> None:
    """Everybody may read it; those whom a policy concerns and who follow the body are told once."""
    again = news.published_at is not None
    news.published_at = news.published_at or clock.now()
    NEWS_FLOW.move(news, "publish", by=by, base_version=base_version)
    if not again:
        _tell(news)


def withdraw(news: News, *, note: str | None, by: Actor, base_version: int | None = None) -> None:
    """Nobody but those who write for the body sees it."""
    NEWS_FLOW.move(
        news,
        "withdraw",
        by=by,
        base_version=base_version,
        evidence={"note": note},
        data={"note": note},
    )


def attach(news: News, stream: IO[bytes], name: str, *, by: Actor) -> NewsFile:
    """A picture or a PDF goes with the news. Raises `Unacceptable` for anything else."""
    if len(news.files) >= FILES:
        words = _l("There are %(n)s files already.", n=FILES)
        raise Unacceptable(words, fields={"file": words})
    head = stream.read(5)
    stream.seek(0)
    if head == b"%PDF-":
        body = stream.read(LARGEST_FILE + 1)
        if len(body) > LARGEST_FILE:
            words = _l("This file is larger than %(n)s MB.", n=LARGEST_FILE // 1024 // 1024)
            raise Unacceptable(words, fields={"file": words})
        kept = files.keep(body, "application/pdf", by=by, name=name)
    else:
        kept = files.keep_picture(stream, by=by, name=name)
    made = NewsFile(news_id=news.id, file_id=kept.id, name=name[:120])
    db.session.add(made)
    db.session.flush()
    db.session.expire(news, ["files"])
    return made


def detach(made: NewsFile, *, by: Actor) -> None:
    """The file goes with the news no more."""
    audit.record(
        kind="news",
        thing_id=made.news_id,
        move="detach",
        by=by,
        before=None,
        after=None,
        data={"name": made.name},
    )
    db.session.delete(made)


def declare(*, birth_year: int | None, facts: Sequence[Fact], by: Actor) -> None:
    """The account declares this of itself; nothing at all takes back what it declared before."""
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    if birth_year is not None and not OLDEST_YEAR <= birth_year <= clock.now().year:
        words = _l("This is not a year of birth.")
        raise Unacceptable(words, fields={"birth_year": words})
    if birth_year is None and not facts:
        db.session.execute(delete(Declared).where(Declared.account_id == by.id))
        return
    values = {"birth_year": birth_year, "facts": sorted(set(facts)), "changed_at": clock.now()}
    new = insert(Declared).values(account_id=by.id, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=["account_id"], set_=values))


def follow(point: ServicePoint, *, by: Actor, firm: Enterprise | None = None) -> None:
    """The account hears what the body of the point publishes."""
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    if point.closed_at is not None:
        raise NotOpen(_l("This point is closed for good already."))
    follow_all(point, [(by.id, firm.id if firm else None)])


def follow_all(point: ServicePoint, who: Iterable[tuple[int, int | None]]) -> None:
    """Many accounts at once, each for itself or for a firm; those that follow already stay so."""
    rows: list[dict[str, Any]] = [
        {
            "account_id": account,
            "point_id": point.id,
            "enterprise_id": firm,
            "since": clock.now(),
        }
        for account, firm in who
    ]
    if rows:
        db.session.execute(insert(PointFollow).values(rows).on_conflict_do_nothing())


def unfollow(point: ServicePoint, *, by: Actor) -> None:
    """The account hears no more of the point."""
    db.session.execute(
        delete(PointFollow).where(PointFollow.account_id == by.id, PointFollow.point_id == point.id)
    )


def _say(news: News, said: Written) -> None:
    if said.youngest is not None and said.oldest is not None and said.oldest < said.youngest:
        words = _l("The highest age is below the lowest.")
        raise Unacceptable(words, fields={"oldest": words})
    news.unit_id, news.category = said.unit_id, said.category
    news.title, news.title_en = said.title, said.title_en
    news.body, news.body_en = said.body, said.body_en
    news.pinned_until = said.pinned_until
    wanted = {"facts": sorted(said.facts), "youngest": said.youngest, "oldest": said.oldest}
    asks = said.category is Category.POLICY and any(wanted.values())
    news.wanted = wanted if asks else None


def _tell(news: News) -> None:
    told: set[int] = set()
    if news.wanted:
        year = clock.now().year
        youngest, oldest = news.wanted.get("youngest"), news.wanted.get("oldest")
        told |= set(
            queries.concerned(
                facts=news.wanted.get("facts") or [],
                oldest_born=year - oldest - 1 if oldest is not None else None,
                youngest_born=year - youngest if youngest is not None else None,
            )
        )
        notices.notify(
            told,
            N_("A policy that may be for you: %(title)s"),
            url=f"/news/{news.id}",
            title=news.title,
            title_en=news.title_en,
        )
    rest = set(queries.followers(news.unit_id)) - told
    notices.notify(
        rest,
        N_("News of a station you follow: %(title)s"),
        url=f"/news/{news.id}",
        title=news.title,
        title_en=news.title_en,
    )
    news.told = len(told | rest)
