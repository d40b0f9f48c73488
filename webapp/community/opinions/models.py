"""The table of opinions. The database takes no second reopening and no name with an anonymous one."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Placed
from webapp.cases.models import Case
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import Category
from webapp.community.opinions.book.models import BookLine
from webapp.community.opinions.rules import (
    OPINION_FLOW,
    OpinionKind,
    OpinionState,
    RoutedTo,
    SaidHow,
)
from webapp.grids.models import Grid
from webapp.services.applications.models import Application
from webapp.services.items.models import Item


class Opinion(Numbered, Placed, Base):
    """What a resident said. `said_by_id`: the account that reads the reply, shown to nobody.

    `slip_at`: when a slip with the reply was printed, for whoever has no account.
    """

    __tablename__ = "opinion"
    __table_args__ = (
        OPINION_FLOW.check(),
        one_of("kind", OpinionKind),
        one_of("theme", Category),
        one_of("how", SaidHow),
        one_of("routed_to", RoutedTo),
        CheckConstraint("NOT anonymous OR num_nonnulls(name, contact) = 0", name="anonymous"),
        CheckConstraint(f"(how = '{SaidHow.BOOK}') = (line_id IS NOT NULL)", name="book"),
        # A line of the book is recorded once.
        Index(
            "uq_opinion_line_id",
            "line_id",
            unique=True,
            postgresql_where=text("line_id IS NOT NULL"),
        ),
        CheckConstraint(f"(how = '{SaidHow.ONLINE}') = (entered_by_id IS NULL)", name="entered"),
        CheckConstraint("reopened BETWEEN 0 AND 1", name="reopened"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint(
            f"state <> '{OpinionState.REPLIED}' OR num_nonnulls(reply, replied_at) = 2",
            name="replied",
        ),
        CheckConstraint(
            f"state <> '{OpinionState.ROUTED}' OR routed_to IS NOT NULL", name="routed"
        ),
        CheckConstraint(
            f"(routed_to IS NOT DISTINCT FROM '{RoutedTo.CASE}') = (case_id IS NOT NULL)",
            name="case",
        ),
        CheckConstraint(
            f"(routed_to IS NOT DISTINCT FROM '{RoutedTo.ITEM}') = (item_id IS NOT NULL)",
            name="item",
        ),
        CheckConstraint(
            f"service_id IS NULL OR routed_to IS NOT DISTINCT FROM '{RoutedTo.APPLICATION}'",
            name="service",
        ),
        # An application says who applies.
        CheckConstraint(
            "application_id IS NULL OR (service_id IS NOT NULL AND NOT anonymous)",
            name="application",
        ),
        Index("ix_opinion_state", "state", "id"),
        Index("ix_opinion_said_by_id", "said_by_id", "said_at"),
        Index("ix_opinion_case_id", "case_id"),
        Index("ix_opinion_item_id", "item_id"),
        Index("ix_opinion_application_id", "application_id"),
        Index(
            "ix_opinion_slip",
            "grid_id",
            postgresql_where=text(
                f"state = '{OpinionState.REPLIED}' AND said_by_id IS NULL AND slip_at IS NULL"
            ),
        ),
    )

    kind: Mapped[str]
    theme: Mapped[str]
    words: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    how: Mapped[str]
    said_at: Mapped[datetime]
    # The phone's own name of it.
    mark: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    anonymous: Mapped[bool]
    name: Mapped[str | None]
    # How to reach whoever said it, sealed.
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("opinion_line.id"))
    slip_at: Mapped[datetime | None]
    routed_to: Mapped[str | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("livelihood_item.id"))
    # What is to be applied for, and the application once there is one.
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service_item.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("service_application.id"))
    reply: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    rating_words: Mapped[str | None]
    reopened: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))

    grid: Mapped[Grid | None] = relationship(foreign_keys="Opinion.grid_id")
    case: Mapped[Case | None] = relationship()
    item: Mapped[LivelihoodItem | None] = relationship()
    service: Mapped[Item | None] = relationship()
    application: Mapped[Application | None] = relationship()
    line: Mapped[BookLine | None] = relationship()

    @property
    def number(self) -> str:
        """The number on paper and in speech."""
        return f"{self.said_at:%Y}-{self.id:05d}"
