"""Tables of votes: the roll, who took part, the ballots apart from both, sheets of paper, areas of homes.

Of a secret vote no row leads from a ballot to whoever cast it: not by a key, a moment, a count or the order of rows.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.procedures import Choice, Figures, Procedure, Unit


class Poll(Numbered, Base):
    """One vote of a topic with its roll. The procedure is kept as it was when the roll was fixed.

    `closes_at` is fixed when the vote opens; only when everybody has voted it closes earlier.
    """

    __tablename__ = "poll"
    __table_args__ = (
        one_of("unit", Unit),
        UniqueConstraint("topic_id", "turn"),
        # The ballots are of one kind with their vote.
        UniqueConstraint("id", "secret"),
        CheckConstraint(f"NOT secret OR unit <> '{Unit.OWNER}'", name="secret"),
        CheckConstraint("num_nonnulls(opens_at, closes_at) IN (0, 2)", name="opens_at"),
        CheckConstraint("closes_at > opens_at", name="closes_at"),
        CheckConstraint(
            "num_nonnulls(counted_at, figures, passed, digest) IN (0, 4)", name="counted"
        ),
        CheckConstraint("counted_at IS NULL OR opens_at IS NOT NULL", name="counted_at"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    turn: Mapped[int] = mapped_column(SmallInteger)
    rule: Mapped[dict[str, Any]]
    unit: Mapped[str]
    secret: Mapped[bool] = mapped_column(server_default=text("false"))
    online: Mapped[bool] = mapped_column(server_default=text("false"))
    roll_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any] | None]
    passed: Mapped[bool | None]
    digest: Mapped[str | None]

    topic: Mapped[Topic] = relationship()

    @property
    def grid_id(self) -> int | None:
        """The grid of its topic."""
        return self.topic.grid_id

    @property
    def procedure(self) -> Procedure:
        """The procedure that was kept with it."""
        return Procedure.of(self.rule)

    @property
    def counted(self) -> Figures | None:
        """What was counted."""
        return Figures(**self.figures) if self.figures is not None else None


class Voter(Numbered, Base):
    """A place on the roll: a household, a person or the owner of a home, and where that is.

    Which of them stays, whoever moves; once somebody is erased only the place stays.
    """

    __tablename__ = "poll_voter"
    __table_args__ = (
        UniqueConstraint("poll_id", "number"),
        UniqueConstraint("id", "poll_id"),
        UniqueConstraint("poll_id", "household_id"),
        UniqueConstraint("poll_id", "resident_id"),
        Index(
            "uq_poll_voter_owner",
            "poll_id",
            "dwelling_id",
            unique=True,
            postgresql_where=text("area IS NOT NULL"),
        ),
        Index("ix_poll_voter_household_id", "household_id"),
        Index("ix_poll_voter_resident_id", "resident_id"),
        Index("ix_poll_voter_dwelling_id", "dwelling_id"),
        CheckConstraint("area > 0", name="area"),
    )

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    number: Mapped[int]
    label: Mapped[str]
    dwelling_id: Mapped[int | None] = mapped_column(ForeignKey("dwelling.id", ondelete="SET NULL"))
    household_id: Mapped[int | None] = mapped_column(
        ForeignKey("household.id", ondelete="SET NULL")
    )
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))
    # Hundredths of a square metre; only where owners vote.
    area: Mapped[int | None]


class Sheet(Numbered, Base):
    """Votes on paper, entered by one person and confirmed by two others; refused, they count nothing."""

    __tablename__ = "poll_sheet"
    __table_args__ = (
        CheckConstraint(
            "first_witness_id <> second_witness_id AND first_witness_id <> entered_by_id"
            " AND second_witness_id <> entered_by_id",
            name="witnesses",
        ),
        CheckConstraint("second_witness_id IS NULL OR first_witness_id IS NOT NULL", name="second"),
        CheckConstraint(
            "refused_by_id IS NULL OR second_witness_id IS NULL AND refused_why IS NOT NULL",
            name="refused",
        ),
        Index("ix_poll_sheet_poll_id", "poll_id", "id"),
    )

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    first_witness_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    second_witness_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    refused_why: Mapped[str | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    yes: Mapped[int]
    no: Mapped[int]
    abstain: Mapped[int]

    poll: Mapped[Poll] = relationship()

    @property
    def grid_id(self) -> int | None:
        """The grid of its topic."""
        return self.poll.topic.grid_id

    @property
    def waits(self) -> bool:
        """True until two witnesses have confirmed it, or one has refused it."""
        return self.second_witness_id is None and self.refused_by_id is None


class Turnout(Base):
    """Who of the roll took part: once, on a day, online or on a sheet. What they voted stands elsewhere."""

    __tablename__ = "poll_turnout"
    __table_args__ = (
        ForeignKeyConstraint(
            ["voter_id", "poll_id"],
            ["poll_voter.id", "poll_voter.poll_id"],
            name="fk_poll_turnout_voter",
        ),
        Index("ix_poll_turnout_poll_id", "poll_id"),
        Index("ix_poll_turnout_sheet_id", "sheet_id"),
    )

    voter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    poll_id: Mapped[int]
    day: Mapped[date] = mapped_column(Date, server_default=func.current_date())
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("poll_sheet.id"))


class Ballot(Base):
    """A vote. Of an open one it is known whose it is; a secret one has a random key and nothing else.

    `receipt`: SHA-256 of the code that whoever voted online was shown once.
    """

    __tablename__ = "poll_ballot"
    __table_args__ = (
        one_of("choice", Choice),
        ForeignKeyConstraint(
            ["poll_id", "secret"], ["poll.id", "poll.secret"], name="fk_poll_ballot_kind"
        ),
        ForeignKeyConstraint(
            ["voter_id", "poll_id"],
            ["poll_voter.id", "poll_voter.poll_id"],
            name="fk_poll_ballot_voter",
        ),
        UniqueConstraint("voter_id"),
        UniqueConstraint("receipt"),
        CheckConstraint("secret = (voter_id IS NULL)", name="secret"),
        CheckConstraint("(sheet_id IS NULL) = (receipt IS NOT NULL)", name="receipt"),
        Index("ix_poll_ballot_poll_id", "poll_id", "choice"),
        Index("ix_poll_ballot_sheet_id", "sheet_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=func.gen_random_uuid()
    )
    poll_id: Mapped[int]
    secret: Mapped[bool]
    choice: Mapped[str]
    voter_id: Mapped[int | None]
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("poll_sheet.id"))
    receipt: Mapped[str | None]


class HomeArea(Base):
    """The area of a home by its title deed, in hundredths of a square metre: whole numbers, never rounded."""

    __tablename__ = "dwelling_area"
    __table_args__ = (CheckConstraint("area > 0", name="area"),)

    dwelling_id: Mapped[int] = mapped_column(
        ForeignKey("dwelling.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    area: Mapped[int]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
