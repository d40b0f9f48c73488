"""Tables of topics: from the proposal to what residents say of the result. Votes stand in `poll_models`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Placed
from webapp.community.deliberation.procedures import PROCEDURES, Stage
from webapp.community.deliberation.rules import (
    DECIDED,
    PUBLICITY_DAYS,
    TOPIC_FLOW,
    Came,
    Level,
    TopicState,
)
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import Category
from webapp.grids.models import Grid
from webapp.residents.models import Building

_S = TopicState


def _listed(*values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)


_BEFORE_LEVEL = _listed(_S.PROPOSED, _S.SCREENED, _S.REFUSED, _S.MERGED, _S.WITHDRAWN)
_DAYS = ", ".join(str(days) for days in PUBLICITY_DAYS)


class Topic(Numbered, Placed, Base):
    """Something that residents decide together. `merged_into_id`: the topic it became a part of.

    Publicity lasts until the end of `publicised_until`; what is decided begins after it (`begun_on`).
    """

    __tablename__ = "topic"
    __table_args__ = (
        TOPIC_FLOW.check(),
        one_of("theme", Category),
        one_of("level", Level),
        one_of("came", Came),
        CheckConstraint(f"procedure IN ({_listed(*PROCEDURES)})", name="procedure"),
        CheckConstraint("geom IS NOT NULL", name="placed"),
        CheckConstraint(
            f"state IN ({_BEFORE_LEVEL}) OR num_nonnulls(level, procedure) = 2", name="levelled"
        ),
        CheckConstraint(
            f"(level IS NOT DISTINCT FROM '{Level.BUILDING}') = (building_id IS NOT NULL)",
            name="building",
        ),
        CheckConstraint("within_m BETWEEN 10 AND 5000", name="within_m"),
        CheckConstraint(
            f"(state <> '{_S.MERGED}' OR merged_into_id IS NOT NULL) AND merged_into_id <> id",
            name="merged",
        ),
        CheckConstraint(
            f"state NOT IN ({_listed(_S.REFUSED, _S.WITHDRAWN)}) OR ended_why IS NOT NULL",
            name="ended_why",
        ),
        CheckConstraint(f"publicity_days IN ({_DAYS})", name="publicity_days"),
        CheckConstraint(
            "num_nonnulls(publicity_days, publicised_on, publicised_until) IN (0, 3)"
            " AND publicised_until >= publicised_on + publicity_days",
            name="publicised",
        ),
        CheckConstraint("begun_on > publicised_until", name="begun_on"),
        CheckConstraint(
            f"state NOT IN ({_listed(*DECIDED)}) OR begun_on IS NOT NULL", name="begun"
        ),
        Index("ix_topic_state", "state", "id"),
        Index("ix_topic_meeting_at", "meeting_at", postgresql_where=text("meeting_at IS NOT NULL")),
        Index("ix_topic_building_id", "building_id"),
        Index("ix_topic_opinion_id", "opinion_id", unique=True),
    )

    title: Mapped[str]
    words: Mapped[str]
    theme: Mapped[str]
    came: Mapped[str]
    # The opinion it came from, which stands a floor higher.
    opinion_id: Mapped[int | None] = mapped_column(
        ForeignKey("opinion.id", name="fk_topic_opinion_id", use_alter=True)
    )
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    screened_why: Mapped[str | None]
    level: Mapped[str | None]
    procedure: Mapped[str | None]
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    within_m: Mapped[int | None] = mapped_column(SmallInteger)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    ended_why: Mapped[str | None]
    meeting_at: Mapped[datetime | None]
    meeting_place: Mapped[str | None]
    minutes: Mapped[str | None]
    minutes_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    plan: Mapped[str | None]
    publicity_days: Mapped[int | None] = mapped_column(SmallInteger)
    publicised_on: Mapped[date | None] = mapped_column(Date)
    publicised_until: Mapped[date | None] = mapped_column(Date)
    begun_on: Mapped[date | None] = mapped_column(Date)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("livelihood_item.id"), index=True)
    result: Mapped[str | None]
    result_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    result_until: Mapped[date | None] = mapped_column(Date)

    grid: Mapped[Grid | None] = relationship(foreign_keys="Topic.grid_id")
    building: Mapped[Building | None] = relationship()
    merged_into: Mapped[Topic | None] = relationship(remote_side="Topic.id")
    item: Mapped[LivelihoodItem | None] = relationship()
    stages: Mapped[list[StageHeld]] = relationship(order_by="StageHeld.id")
    follow_ups: Mapped[list[FollowUp]] = relationship(order_by="FollowUp.due_on, FollowUp.id")

    @property
    def number(self) -> str:
        """The number on paper and in speech."""
        return f"{self.proposed_at:%Y}-{self.id:04d}"


class StageHeld(Numbered, Base):
    """A decision before the vote (四议两公开): when it was taken, how many were there and agreed."""

    __tablename__ = "topic_stage"
    __table_args__ = (
        one_of("stage", Stage),
        UniqueConstraint("topic_id", "stage"),
        CheckConstraint("agree <= present AND agree * 2 > present", name="agree"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    stage: Mapped[str]
    held_on: Mapped[date] = mapped_column(Date)
    present: Mapped[int]
    agree: Mapped[int]
    note: Mapped[str | None]


class FollowUp(Numbered, Base):
    """Something that is to be done for a topic: by whom, until when, and on which day it was done."""

    __tablename__ = "topic_follow_up"
    __table_args__ = (Index("ix_topic_follow_up_topic_id", "topic_id", "due_on"),)

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    words: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)

    topic: Mapped[Topic] = relationship(viewonly=True)

    @property
    def grid_id(self) -> int | None:
        """The grid of its topic."""
        return self.topic.grid_id


class Objection(Numbered, Base):
    """What a resident of the roll says against a decision that is publicised, and the answer."""

    __tablename__ = "topic_objection"
    __table_args__ = (
        CheckConstraint("num_nonnulls(answer, answered_at) IN (0, 2)", name="answer"),
        Index("ix_topic_objection_topic_id", "topic_id", "id"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    words: Mapped[str]
    at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    topic: Mapped[Topic] = relationship(viewonly=True)

    @property
    def grid_id(self) -> int | None:
        """The grid of its topic."""
        return self.topic.grid_id


class TopicRating(Numbered, Base):
    """What one voter of the roll says of what became of a topic."""

    __tablename__ = "topic_rating"
    __table_args__ = (
        UniqueConstraint("topic_id", "voter_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    voter_id: Mapped[int] = mapped_column(ForeignKey("poll_voter.id"))
    rating: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str | None]
