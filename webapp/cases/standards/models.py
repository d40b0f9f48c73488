"""Tables of what the office lays down: calendar, limits of the steps, routing, questions, hints."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    Time,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, UUID, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.clock import Unit as LimitUnit
from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric
from webapp.cases.models import CaseClass
from webapp.cases.rules import State
from webapp.cases.standards.rules import Basis, Datatype, Days, Pace
from webapp.grids.models import Grid, Unit
from webapp.grids.rules import GridKind
from webapp.people.models import Account


class Edition(Base):
    """The one row by which every process knows whether what it remembers is still in force.

    Both are drawn anew with each change, and never come again.
    """

    __tablename__ = "standards_edition"
    __table_args__ = (CheckConstraint("single", name="single"),)

    single: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    edition: Mapped[uuid.UUID] = mapped_column(UUID(), server_default=func.gen_random_uuid())
    calendar: Mapped[uuid.UUID] = mapped_column(UUID(), server_default=func.gen_random_uuid())


class CalendarDay(Base):
    """A day that differs from the national calendar: the office works, or does not."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    works: Mapped[bool]
    words: Mapped[str]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())

    set_by: Mapped[Account | None] = relationship()


class OfficeShift(Base):
    """One shift of a working day; the shifts of the latest day that is not later count."""

    __tablename__ = "office_shift"
    __table_args__ = (CheckConstraint("starts < ends", name="order"),)

    since: Mapped[date] = mapped_column(Date, primary_key=True)
    starts: Mapped[time] = mapped_column(Time, primary_key=True)
    ends: Mapped[time] = mapped_column(Time)


class StageLimit(Numbered, Base):
    """How long a case may stand at a step. A new limit is a new row, and the one before it ends."""

    __tablename__ = "stage_limit"
    __table_args__ = (
        one_of("state", State),
        one_of("pace", Pace),
        one_of("unit", LimitUnit),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("NOT isempty(valid)", name="valid"),
        ExcludeConstraint(
            ("state", "="),
            ("pace", "="),
            ("valid", "&&"),
            name="ex_stage_limit_valid",
            using="gist",
        ),
    )

    state: Mapped[str]
    pace: Mapped[str]
    amount: Mapped[float] = mapped_column(Float(53))
    unit: Mapped[str]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    set_by: Mapped[Account | None] = relationship()


class RoutingRule(Numbered, Base):
    """Who gets cases of some classes, in some places, at some times: a department or the grid's worker.

    At most one of kind of grid, community, grid and area is set; none: the whole subdistrict.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("days", Days),
        one_of("grid_kind", GridKind),
        CheckConstraint("class_prefix ~ '^[0-9]{0,5}$'", name="class_prefix"),
        CheckConstraint("num_nonnulls(grid_kind, community_id, grid_id, geom) <= 1", name="place"),
        CheckConstraint("to_worker = (unit_id IS NULL)", name="target"),
        CheckConstraint(
            "(hours_from IS NULL) = (hours_until IS NULL) AND hours_from <> hours_until",
            name="hours",
        ),
        CheckConstraint("NOT isempty(valid)", name="valid"),
        Index("ix_routing_rule_class_prefix", "class_prefix"),
    )

    title: Mapped[str]
    basis: Mapped[str]
    class_prefix: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    grid_kind: Mapped[str | None]
    community_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    geom: Mapped[Any | None] = mapped_column(Metric("POLYGON"))
    days: Mapped[str] = mapped_column(server_default=text(f"'{Days.ANY}'"))
    # By the clock of the office; from the evening until the morning where `from` is the later one.
    hours_from: Mapped[time | None] = mapped_column(Time)
    hours_until: Mapped[time | None] = mapped_column(Time)
    to_worker: Mapped[bool] = mapped_column(server_default=text("false"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    community: Mapped[Unit | None] = relationship(foreign_keys=[community_id])
    grid: Mapped[Grid | None] = relationship()
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    helpers: Mapped[list[Unit]] = relationship(secondary="routing_helper", order_by=Unit.id)


class RoutingHelper(Base):
    """A department that helps where a rule sends a case."""

    __tablename__ = "routing_helper"

    rule_id: Mapped[int] = mapped_column(
        ForeignKey("routing_rule.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class ClassQuestion(Numbered, Base):
    """What is asked beside the words of a report; an attribute in the sense of Open311.

    `variable` false: nothing is answered, the words are only shown.
    """

    __tablename__ = "class_question"
    __table_args__ = (
        one_of("datatype", Datatype),
        CheckConstraint("code ~ '^[A-Za-z][A-Za-z0-9_]{0,39}$'", name="code"),
        CheckConstraint("place > 0", name="place"),
        Index(
            "uq_class_question_code",
            "class_code",
            "code",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    class_code: Mapped[str] = mapped_column(ForeignKey("case_class.code"))
    code: Mapped[str]
    place: Mapped[int] = mapped_column(SmallInteger)
    variable: Mapped[bool] = mapped_column(server_default=text("true"))
    datatype: Mapped[str]
    required: Mapped[bool] = mapped_column(server_default=text("false"))
    words: Mapped[str]
    words_en: Mapped[str | None]
    hint: Mapped[str | None]
    hint_en: Mapped[str | None]
    retired_at: Mapped[datetime | None]

    values: Mapped[list[QuestionValue]] = relationship(
        order_by="QuestionValue.place", cascade="all, delete-orphan"
    )


class QuestionValue(Numbered, Base):
    """One answer of a list. With `stop_words` it ends the report, and the words say what to do."""

    __tablename__ = "question_value"
    __table_args__ = (UniqueConstraint("question_id", "key"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("class_question.id", ondelete="CASCADE"))
    key: Mapped[str]
    place: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    name_en: Mapped[str | None]
    stop_words: Mapped[str | None]
    stop_words_en: Mapped[str | None]


class ClassHint(Base):
    """Two classes that are taken for each other: what to ask where the first one was chosen."""

    __tablename__ = "class_hint"
    __table_args__ = (CheckConstraint("class_code <> other_code", name="two"),)

    class_code: Mapped[str] = mapped_column(ForeignKey("case_class.code"), primary_key=True)
    other_code: Mapped[str] = mapped_column(ForeignKey("case_class.code"), primary_key=True)
    words: Mapped[str]
    words_en: Mapped[str | None]

    other: Mapped[CaseClass] = relationship(foreign_keys=[other_code])
