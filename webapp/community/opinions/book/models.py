"""Tables of the book on paper. A line becomes one opinion at most: the opinion names it, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.community.opinions.rules import OpinionKind
from webapp.grids.models import Grid
from webapp.people.models import Account


class BookPage(Numbered, Base):
    """A page that was printed for a grid. Its code stands in all its QR codes."""

    __tablename__ = "opinion_page"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[2-9A-HJ-NP-Z]{10}$'", name="code"),
        Index("ix_opinion_page_grid_id", "grid_id", "id"),
    )

    code: Mapped[str]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    printed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    printed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    photographed_at: Mapped[datetime | None]

    grid: Mapped[Grid] = relationship()
    printed_by: Mapped[Account] = relationship()
    lines: Mapped[list[BookLine]] = relationship(back_populates="page", order_by="BookLine.line")


class BookLine(Numbered, Base):
    """A line in which something is written, from its photo until somebody confirmed it.

    Once it is an opinion, or was set aside, its picture is gone.
    """

    __tablename__ = "opinion_line"
    __table_args__ = (
        UniqueConstraint("page_id", "line"),
        one_of("ticked", OpinionKind),
        CheckConstraint("line BETWEEN 1 AND 40", name="line"),
        CheckConstraint("(done_at IS NULL) = (picture IS NOT NULL)", name="picture"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done"),
        CheckConstraint("aside_why IS NULL OR done_at IS NOT NULL", name="aside"),
        Index("ix_opinion_line_waiting", "page_id", postgresql_where=text("done_at IS NULL")),
    )

    page_id: Mapped[int] = mapped_column(ForeignKey("opinion_page.id"))
    line: Mapped[int] = mapped_column(SmallInteger)
    code_read: Mapped[bool]
    ticked: Mapped[str | None]
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)
    read_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    aside_why: Mapped[str | None]

    page: Mapped[BookPage] = relationship(back_populates="lines")

    @property
    def grid_id(self) -> int:
        """The grid of its page."""
        return self.page.grid_id
