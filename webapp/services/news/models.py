"""Tables of the news: a piece with its files, and what people declared of themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.grids.models import Unit
from webapp.services.news.rules import NEWS_FLOW, Category


class News(Numbered, Base):
    """A piece of news of a body. `wanted` says whom a policy is for: ages and declared facts."""

    __tablename__ = "news"
    __table_args__ = (
        NEWS_FLOW.check(),
        one_of("category", Category),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
        Index(
            "ix_news_published",
            text("published_at DESC"),
            text("id DESC"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    category: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str | None]
    body: Mapped[str]
    body_en: Mapped[str | None]
    wanted: Mapped[dict[str, Any] | None]
    pinned_until: Mapped[date | None]
    state: Mapped[str]
    version: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None]
    # So many people were told of it.
    told: Mapped[int | None]

    unit: Mapped[Unit] = relationship()
    files: Mapped[list[NewsFile]] = relationship(order_by="NewsFile.id")


class NewsFile(Numbered, Base):
    """A file that goes with a piece of news."""

    __tablename__ = "news_file"
    __table_args__ = (UniqueConstraint("news_id", "file_id"),)

    news_id: Mapped[int] = mapped_column(ForeignKey("news.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str]

    file: Mapped[StoredFile] = relationship()


class Declared(Base):
    """What an account declared of itself, and that it wants to hear of policies for it."""

    __tablename__ = "declared"
    __table_args__ = (CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year"),)

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    facts: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    changed_at: Mapped[datetime]


class PointFollow(Base):
    """An account follows a point, and hears what its body publishes; for itself or for its firm."""

    __tablename__ = "point_follow"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    point_id: Mapped[int] = mapped_column(
        ForeignKey("service_point.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    since: Mapped[datetime]
