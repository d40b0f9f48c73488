"""Tables of the field: shifts, skills, what a class wants, and the last position somebody gave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, Spanned, one_of, whole_span
from webapp.base.spatial import Metric
from webapp.cases.rota.rules import Skill
from webapp.people.models import Account


class Shift(Numbered, Spanned, Base):
    """Somebody is on duty for a time; of one person no two overlap."""

    __tablename__ = "shift"
    __table_args__ = (
        whole_span(),
        ExcludeConstraint(("account_id", "="), ("span", "&&"), name="ex_shift_span", using="gist"),
        Index("ix_shift_span", "span", postgresql_using="gist"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class AccountSkill(Numbered, Base):
    """Somebody can do something for a time, as long as a certificate is good."""

    __tablename__ = "account_skill"
    __table_args__ = (
        one_of("skill", Skill),
        CheckConstraint("NOT isempty(valid)", name="valid"),
        ExcludeConstraint(
            ("account_id", "="),
            ("skill", "="),
            ("valid", "&&"),
            name="ex_account_skill_valid",
            using="gist",
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    skill: Mapped[str]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)

    account: Mapped[Account] = relationship()


class ClassWish(Numbered, Base):
    """What the classes that begin so want of whoever goes, and how many go together."""

    __tablename__ = "class_wish"
    __table_args__ = (
        CheckConstraint("class_prefix ~ '^[0-9]{1,5}$'", name="class_prefix"),
        one_of("skill", Skill),
        CheckConstraint("people BETWEEN 1 AND 9", name="people"),
        Index("uq_class_wish", "class_prefix", "skill", unique=True),
    )

    class_prefix: Mapped[str]
    skill: Mapped[str]
    people: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    provenance: Mapped[str | None]


class WorkerPosition(Base):
    """Where somebody on duty said they were, with something they did. One row each: never a way."""

    __tablename__ = "worker_position"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    geom: Mapped[Any] = mapped_column(Metric("POINT", spatial_index=False))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    at: Mapped[datetime] = mapped_column(index=True)
