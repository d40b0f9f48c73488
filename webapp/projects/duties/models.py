"""Tables of duties: tough items, meetings with who was there, resolutions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.people.models import Account
from webapp.projects.duties.rules import RESOLUTION_FLOW, TOUGH_FLOW
from webapp.projects.models import Project


class Tough(Numbered, Base):
    """Something hard that one person is answerable for; somebody else accepts that it is solved."""

    __tablename__ = "project_tough"
    __table_args__ = (
        TOUGH_FLOW.check(),
        CheckConstraint(
            "state <> 'accepted' OR num_nulls(accepted_on, accepted_by_id) = 0", name="accepted"
        ),
        CheckConstraint("accepted_by_id <> owner_id", name="four_eyes"),
        Index("ix_project_tough_project_id", "project_id"),
        Index(
            "ix_project_tough_owner_id", "owner_id", postgresql_where=text("state <> 'accepted'")
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    title: Mapped[str]
    words: Mapped[str | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    solved_words: Mapped[str | None]
    accepted_on: Mapped[date | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(viewonly=True)
    owner: Mapped[Account] = relationship(foreign_keys=[owner_id])


class Meeting(Numbered, Base):
    """A meeting of a project: its agenda, who was there, what was said."""

    __tablename__ = "project_meeting"
    __table_args__ = (
        UniqueConstraint("id", "project_id"),
        Index("ix_project_meeting_project_id", "project_id", "held_at"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    held_at: Mapped[datetime]
    place: Mapped[str]
    agenda: Mapped[str]
    minutes: Mapped[str | None]
    # Whoever was there without an account, by post.
    guests: Mapped[str | None]
    chair_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    chair: Mapped[Account] = relationship(foreign_keys=[chair_id])
    presences: Mapped[list[Presence]] = relationship(order_by="Presence.account_id")
    resolutions: Mapped[list[Resolution]] = relationship(
        order_by="Resolution.id", viewonly=True, back_populates="meeting"
    )


class Presence(Base):
    """Somebody of the staff was at a meeting."""

    __tablename__ = "project_presence"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("project_meeting.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)

    account: Mapped[Account] = relationship()


class Resolution(Numbered, Base):
    """What a meeting resolved: who carries it out, and until which day."""

    __tablename__ = "project_resolution"
    __table_args__ = (
        RESOLUTION_FLOW.check(),
        ForeignKeyConstraint(
            ["meeting_id", "project_id"], ["project_meeting.id", "project_meeting.project_id"]
        ),
        CheckConstraint("state <> 'done' OR num_nulls(done_on, done_words) = 0", name="done"),
        Index("ix_project_resolution_project_id", "project_id", "id"),
        Index("ix_project_resolution_meeting_id", "meeting_id"),
        Index(
            "ix_project_resolution_owner_id", "owner_id", postgresql_where=text("state = 'open'")
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    meeting_id: Mapped[int]
    words: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    made_on: Mapped[date]
    done_on: Mapped[date | None]
    done_words: Mapped[str | None]

    project: Mapped[Project] = relationship(viewonly=True)
    meeting: Mapped[Meeting] = relationship(viewonly=True, back_populates="resolutions")
    owner: Mapped[Account] = relationship()
