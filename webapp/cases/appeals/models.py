"""The table of hotline sheets, with the fields of a real sheet of the province."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered, one_of
from webapp.base.sealing import SealedText
from webapp.cases.appeals.rules import APPEAL_FLOW, LEVELS, AppealKind, Card
from webapp.cases.models import Case
from webapp.cases.rules import Grade
from webapp.grids.models import Unit
from webapp.people.models import Account


class Appeal(Numbered, Base):
    """A sheet of the hotline: what somebody called for, who answers for it, and how it ended."""

    __tablename__ = "appeal"
    __table_args__ = (
        APPEAL_FLOW.check(),
        one_of("kind", AppealKind),
        one_of("grade", Grade),
        one_of("card", Card),
        CheckConstraint(f"cardinality(categories) <= {LEVELS}", name="categories"),
        Index("ix_appeal_state", "state", "id"),
        Index("ix_appeal_unit_id", "unit_id", "id"),
        Index("ix_appeal_due", "due_at", postgresql_where=text("closed_at IS NULL")),
    )

    sheet_no: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[str]
    source: Mapped[str]
    grade: Mapped[str] = mapped_column(server_default=text(f"'{Grade.NORMAL}'"))
    confidential: Mapped[bool] = mapped_column(server_default=text("false"))
    wants_reply: Mapped[bool] = mapped_column(server_default=text("true"))
    caller_name: Mapped[str | None] = mapped_column(SealedText)
    caller_phone: Mapped[str | None] = mapped_column(SealedText)
    where_words: Mapped[str | None]
    words: Mapped[str]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    state: Mapped[str]
    version: Mapped[int]
    # What the desk wrote to the department, and what a leader said.
    forwarding: Mapped[str | None]
    leader_words: Mapped[str | None]
    signer: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    # The department that may know who called; none where the caller wants to stay unknown.
    open_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    assigned_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    asked_days: Mapped[int | None] = mapped_column(SmallInteger)
    extensions: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    returns: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    rounds: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    card: Mapped[str | None]
    contacted_at: Mapped[datetime | None]
    reply: Mapped[str | None]
    caller_said: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    solved: Mapped[bool | None]
    satisfied: Mapped[bool | None]
    visited_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    case: Mapped[Case | None] = relationship()
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    handler: Mapped[Account | None] = relationship()
