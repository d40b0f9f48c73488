"""Tables of residents: ratings, answers, what is released, who follows what, what was erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric
from webapp.cases.models import Case
from webapp.cases.publishing import STATES
from webapp.cases.residents.rules import Every, Kind
from webapp.grids.models import Grid
from webapp.people.models import FINDABLE, Account, Phoned

_PUBLIC = "private = false AND state IN ({})".format(
    ", ".join(f"'{state}'" for state in sorted(STATES))
)

# The public list, newest first.
Index("ix_case_file_public", Case.id, postgresql_where=text(_PUBLIC))
# The same of one grid, and of some classes.
Index("ix_case_file_public_grid", Case.grid_id, Case.id, postgresql_where=text(_PUBLIC))
Index("ix_case_file_public_class", Case.class_code, Case.id, postgresql_where=text(_PUBLIC))


class CaseRating(Numbered, Base):
    """What the one who reported a case says about its end, once."""

    __tablename__ = "case_rating"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    solved: Mapped[bool]
    words: Mapped[str | None]
    # It was an objection that opened the case again.
    reopened: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CaseAnswer(Numbered, Base):
    """What the one who reported a case answered to a question. The log keeps none of these words."""

    __tablename__ = "case_answer"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    words: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_at: Mapped[datetime | None]


class ReleasedWords(Base):
    """What the public reads about a case, in the words of the desk."""

    __tablename__ = "released_words"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    words: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReleasedMedia(Base):
    """A photo that somebody of the desk has looked at and shows to the public."""

    __tablename__ = "released_media"

    media_id: Mapped[int] = mapped_column(ForeignKey("case_media.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Follow(Phoned, Numbered, Base):
    """An account or a phone is told of public cases in a place; it counts once it is confirmed.

    A spot is a point with its radius, an area a polygon (metres of the storage CRS).
    """

    __tablename__ = "follow"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("every", Every),
        CheckConstraint(FINDABLE, name="phone"),
        CheckConstraint("num_nonnulls(account_id, phone) = 1 OR ended_at IS NOT NULL", name="who"),
        CheckConstraint(
            "CASE kind WHEN 'grid' THEN grid_id IS NOT NULL AND geom IS NULL"
            " WHEN 'spot' THEN geom IS NOT NULL AND radius_m > 0"
            " ELSE geom IS NOT NULL AND radius_m IS NULL END",
            name="where",
        ),
        CheckConstraint("class_prefix ~ '^[0-9]{2,5}$'", name="class_prefix"),
        Index("ix_follow_account_id", "account_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_follow_phone", "phone_blind", postgresql_where=text("ended_at IS NULL")),
    )

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    locale: Mapped[str]
    kind: Mapped[str]
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    geom: Mapped[Any | None] = mapped_column(Metric("GEOMETRY"))
    radius_m: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str | None]
    class_prefix: Mapped[str | None]
    every: Mapped[str]
    # In the links by which it is confirmed and ended.
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    grid: Mapped[Grid | None] = relationship()
    account: Mapped[Account | None] = relationship()


class FollowedEvent(Base):
    """An event that a follower is told of, once."""

    __tablename__ = "followed_event"
    __table_args__ = (
        Index("ix_followed_event_waiting", "follow_id", postgresql_where=text("told_at IS NULL")),
    )

    follow_id: Mapped[int] = mapped_column(
        ForeignKey("follow.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    told_at: Mapped[datetime | None]


class ErasureRule(Numbered, Base):
    """Months after the closing before reports of these classes are anonymised; longest prefix counts."""

    __tablename__ = "erasure_rule"
    __table_args__ = (
        CheckConstraint("class_prefix ~ '^[0-9]{0,5}$'", name="class_prefix"),
        CheckConstraint("months BETWEEN 1 AND 240", name="months"),
    )

    class_prefix: Mapped[str] = mapped_column(unique=True)
    months: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Erasure(Numbered, Base):
    """What was erased: of which case, when, by which rule, how much. Nothing of what it said."""

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("kind", "case_number"),)

    kind: Mapped[str]
    case_number: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    class_prefix: Mapped[str]
    months: Mapped[int] = mapped_column(Integer)
    contacts: Mapped[int] = mapped_column(Integer)
    words: Mapped[int] = mapped_column(Integer)
    links: Mapped[int] = mapped_column(Integer)
