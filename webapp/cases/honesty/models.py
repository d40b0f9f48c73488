"""Tables of honest work: the marks of pictures, and what a person should look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.cases.honesty.rules import FLAG_FLOW, FlagKind
from webapp.cases.models import Case, CaseMedia
from webapp.people.models import Account


class PictureMark(Base):
    """What a picture looks like, in 128 bits: nearly the same pictures differ in few of them.

    `across` and `down` are empty for a picture without anything in it. `bands` are the four quarters
    of `across` with their places: marks that differ in at most three bits share one of them.
    """

    __tablename__ = "picture_mark"
    __table_args__ = (Index("ix_picture_mark_bands", "bands", postgresql_using="gin"),)

    media_id: Mapped[int] = mapped_column(
        ForeignKey("case_media.id", ondelete="CASCADE"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    across: Mapped[int | None] = mapped_column(BigInteger)
    down: Mapped[int | None] = mapped_column(BigInteger)
    bands: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class HonestyFlag(Numbered, Base):
    """Somebody should look at a case, or at one of its pictures, and say that it is fine or not."""

    __tablename__ = "honesty_flag"
    __table_args__ = (
        FLAG_FLOW.check(),
        one_of("kind", FlagKind),
        Index(
            "uq_honesty_flag_what",
            "case_id",
            "kind",
            text("coalesce(media_id, 0)"),
            text("coalesce(other_media_id, 0)"),
            unique=True,
        ),
        Index("ix_honesty_flag_state", "state", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str]
    media_id: Mapped[int | None] = mapped_column(ForeignKey("case_media.id", ondelete="CASCADE"))
    other_media_id: Mapped[int | None] = mapped_column(
        ForeignKey("case_media.id", ondelete="CASCADE")
    )
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str]
    version: Mapped[int]
    raised_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]

    case: Mapped[Case] = relationship()
    media: Mapped[CaseMedia | None] = relationship(foreign_keys=[media_id])
    other: Mapped[CaseMedia | None] = relationship(foreign_keys=[other_media_id])
    decided_by: Mapped[Account | None] = relationship()
