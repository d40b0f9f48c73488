"""The table of what enterprises ask."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.people.models import Account
from webapp.projects.firms.rules import REQUEST_FLOW
from webapp.projects.models import Project


class Request(Numbered, Base):
    """What an enterprise asks, until when it is answered, and the newest answer."""

    __tablename__ = "project_request"
    __table_args__ = (
        REQUEST_FLOW.check(),
        CheckConstraint("due_at > asked_at", name="due"),
        CheckConstraint("num_nulls(answer, answered_at, answered_by_id) IN (0, 3)", name="answer"),
        CheckConstraint("state = 'asked' OR answer IS NOT NULL", name="answered"),
        CheckConstraint("turns >= 1", name="turns"),
        Index("ix_project_request_project_id", "project_id", "id"),
        Index("ix_project_request_open", "due_at", postgresql_where=text("state = 'asked'")),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    words: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    due_at: Mapped[datetime]
    # How often it was asked.
    turns: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(viewonly=True)
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[Account | None] = relationship(foreign_keys=[answered_by_id])
