"""Tables of the case desk: classes, cases, what was photographed, who was sent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered
from webapp.base.files import StoredFile
from webapp.base.spatial import Placed
from webapp.cases.rules import CASE_FLOW, OPEN, Duty, Source, Stage
from webapp.grids.models import Grid, one_of
from webapp.people.models import Account

NUMBERS = Sequence("case_number", metadata=Base.metadata)

_OPEN_STATES = ", ".join(f"'{state}'" for state in sorted(OPEN))


class CaseClass(Base):
    """A class of matters: five digits, with the standard it stands in."""

    __tablename__ = "case_class"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{5}$'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    major: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    standard_ref: Mapped[str]
    legacy_code: Mapped[str | None]
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    # 1 is what people report most; None: only found by search or by its major class.
    common_rank: Mapped[int | None] = mapped_column(Integer)
    self_close: Mapped[bool] = mapped_column(server_default=text("true"))


class ComponentClass(Base):
    """A class of things that stand there. Its matter "... is faulty" has the same five digits."""

    __tablename__ = "component_class"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{5}$'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    major: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    standard_ref: Mapped[str]


class Case(Numbered, Placed, Base):
    """One matter, from report to close. Its grid is filled by the database."""

    __tablename__ = "case_file"
    __table_args__ = (
        CASE_FLOW.check(),
        one_of("source", Source),
        Index("ix_case_file_state", "state", "id"),
        Index("ix_case_file_reporter_id", "reporter_id", "id"),
        Index(
            "ix_case_file_handler_open",
            "handler_id",
            postgresql_where=text(f"state IN ({_OPEN_STATES})"),
        ),
        Index(
            "ix_case_file_checker_open",
            "checker_id",
            postgresql_where=text(f"state IN ({_OPEN_STATES})"),
        ),
        Index(
            "ix_case_file_outside",
            "id",
            postgresql_where=text(f"grid_id IS NULL AND state IN ({_OPEN_STATES})"),
        ),
    )

    number: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[uuid.UUID | None] = mapped_column(UUID(), unique=True)
    class_code: Mapped[str] = mapped_column(ForeignKey("case_class.code"), index=True)
    words: Mapped[str | None]
    where_words: Mapped[str | None]
    source: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # The grid that the worker on the spot says is right, where the phone's position is doubtful.
    said_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))

    # Not kept: this object answers a report that had arrived before.
    replayed = False

    case_class: Mapped[CaseClass] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Case.grid_id")
    reporter: Mapped[Account | None] = relationship(foreign_keys=[reporter_id])
    handler: Mapped[Account | None] = relationship(foreign_keys=[handler_id])
    checker: Mapped[Account | None] = relationship(foreign_keys=[checker_id])
    media: Mapped[list[CaseMedia]] = relationship(back_populates="case", order_by="CaseMedia.id")


class CaseMedia(Numbered, Base):
    """A picture or a voice note of a case."""

    __tablename__ = "case_media"
    __table_args__ = (one_of("stage", Stage), UniqueConstraint("case_id", "client_id"))

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    stage: Mapped[str]
    client_id: Mapped[uuid.UUID | None] = mapped_column(UUID())
    distance_m: Mapped[float | None] = mapped_column(Float(53))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    case: Mapped[Case] = relationship(back_populates="media")
    file: Mapped[StoredFile] = relationship()


class Assignment(Numbered, Base):
    """Somebody was sent to a case for a duty; at most one is open for each duty."""

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("duty", Duty),
        Index(
            "uq_assignment_open",
            "case_id",
            "duty",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_assignment_account_open",
            "account_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    duty: Mapped[str]
    note: Mapped[str | None]
    reasons: Mapped[str | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
