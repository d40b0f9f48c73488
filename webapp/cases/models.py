"""Tables of the case desk: classes, cases, what was photographed, who was sent."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, UUID, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.clock import Unit as LimitUnit
from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.sealing import SealedText
from webapp.base.spatial import Placed
from webapp.cases.rules import CASE_FLOW, OPEN, PART_FLOW, Duty, Grade, Source, Stage
from webapp.grids.models import Grid, Unit
from webapp.people.models import FINDABLE, Account, Phoned

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
    # May residents report and read it; does a person look at it before it has a number for them.
    public: Mapped[bool] = mapped_column(server_default=text("true"))
    triage: Mapped[bool] = mapped_column(server_default=text("false"))
    # Reports of the class this near (metres) and this young (days) may be one matter.
    merge_radius_m: Mapped[float] = mapped_column(Float(53), server_default=text("50"))
    merge_days: Mapped[int] = mapped_column(Integer, server_default=text("7"))


class FilingCondition(Numbered, Base):
    """On what condition a case is filed, and how long it may take then. A row is never changed:
    a new limit is a new row, and the one before it ends.

    `class_prefix` are the first digits of the classes it is for; the longest that fits counts.
    """

    __tablename__ = "filing_condition"
    __table_args__ = (
        CheckConstraint("class_prefix ~ '^[0-9]{0,5}$'", name="class_prefix"),
        one_of("grade", Grade),
        one_of("limit_unit", LimitUnit),
        CheckConstraint("limit_amount > 0", name="limit_amount"),
        CheckConstraint(
            "(guard_amount IS NULL) = (guard_unit IS NULL) AND guard_amount > 0", name="guard"
        ),
        CheckConstraint("NOT isempty(valid)", name="valid"),
        ExcludeConstraint(
            ("class_prefix", "="),
            ("place", "="),
            ("valid", "&&"),
            name="ex_filing_condition_valid",
            using="gist",
        ),
    )

    class_prefix: Mapped[str]
    # The order among the conditions of a class; the first is meant where nobody chooses.
    place: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str]
    words_en: Mapped[str | None]
    grade: Mapped[str]
    limit_amount: Mapped[float] = mapped_column(Float(53))
    limit_unit: Mapped[str]
    # What must be done first, such as guarding an open manhole, and how soon.
    guard_words: Mapped[str | None]
    guard_amount: Mapped[float | None] = mapped_column(Float(53))
    guard_unit: Mapped[str | None]
    provenance: Mapped[str | None]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    set_by: Mapped[Account | None] = relationship()


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
        Index("ix_case_file_received_at", "received_at", "id"),
        Index(
            "ix_case_file_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")
        ),
        # A person's own: what is open, and all there ever was.
        *(
            Index(
                f"ix_case_file_{person}",
                f"{person}_id",
                "state",
                postgresql_where=text(f"{person}_id IS NOT NULL"),
            )
            for person in ("handler", "checker", "verifier")
        ),
        # The desk reads what is open newest first, and counts it by its step and place.
        Index(
            "ix_case_file_open",
            "id",
            postgresql_include=["state", "grid_id"],
            postgresql_where=text(f"state IN ({_OPEN_STATES})"),
        ),
        Index(
            "ix_case_file_due",
            "due_at",
            postgresql_where=text(f"paused_at IS NULL AND state IN ({_OPEN_STATES})"),
        ),
        Index(
            "ix_case_file_outside",
            "id",
            postgresql_where=text(f"grid_id IS NULL AND state IN ({_OPEN_STATES})"),
        ),
        # What may be the same matter: one index for the class, the place and being open.
        Index(
            "ix_case_file_open_near",
            "geom",
            "class_code",
            postgresql_using="gist",
            postgresql_where=text(f"state IN ({_OPEN_STATES})"),
        ),
        Index("ix_case_file_merged_into_id", "merged_into_id"),
        Index("ix_case_file_parent_id", "parent_id"),
        one_of("grade", Grade),
        one_of("limit_unit", LimitUnit),
        CheckConstraint("state <> 'merged' OR merged_into_id IS NOT NULL", name="merged"),
        CheckConstraint("merged_into_id <> id AND parent_id <> id", name="not_itself"),
        CheckConstraint("reports >= 1", name="reports"),
        CheckConstraint("(paused_at IS NULL) = (left_s IS NULL)", name="paused"),
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
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # The department that leads; whoever of it took the case on is the handler.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Who reported stays hidden from those who handle it; private: never shown to the public.
    confidential: Mapped[bool] = mapped_column(server_default=text("false"))
    private: Mapped[bool] = mapped_column(server_default=text("false"))
    # How long the whole may take, and when four fifths and all of it are used up.
    condition_id: Mapped[int | None] = mapped_column(ForeignKey("filing_condition.id"))
    grade: Mapped[str] = mapped_column(server_default=text(f"'{Grade.NORMAL}'"))
    limit_amount: Mapped[float | None] = mapped_column(Float(53))
    limit_unit: Mapped[str | None]
    guard_due_at: Mapped[datetime | None]
    soon_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    # The same for the step it stands at.
    stage_soon_at: Mapped[datetime | None]
    stage_due_at: Mapped[datetime | None]
    # The calendar by which these moments were counted.
    counted_by: Mapped[uuid.UUID | None] = mapped_column(UUID())
    # While the clock stands still: since when, and how many seconds of the limit are left.
    paused_at: Mapped[datetime | None]
    left_s: Mapped[float | None] = mapped_column(Float(53))
    review_on: Mapped[date | None]
    asked_days: Mapped[int | None] = mapped_column(SmallInteger)
    extensions: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    reworks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    shirks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    reopenings: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    # How many people have reported it: its own report and those merged into it.
    reports: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    filed_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reject_reason: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    # The grid that the worker on the spot says is right, where the phone's position is doubtful.
    said_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    # What was answered to the questions of the class, with the words of then.
    answers: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))

    # Not kept: this object answers a report that had arrived before.
    replayed = False
    # Not kept: the queue says of it that it may have been reported before.
    doubted = False

    case_class: Mapped[CaseClass] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Case.grid_id")
    said_grid: Mapped[Grid | None] = relationship(foreign_keys=[said_grid_id])
    reporter: Mapped[Account | None] = relationship(foreign_keys=[reporter_id])
    verifier: Mapped[Account | None] = relationship(foreign_keys=[verifier_id])
    department: Mapped[Unit | None] = relationship(foreign_keys=[department_id])
    condition: Mapped[FilingCondition | None] = relationship()
    merged_into: Mapped[Case | None] = relationship(
        remote_side="Case.id", foreign_keys=[merged_into_id]
    )
    parent: Mapped[Case | None] = relationship(remote_side="Case.id", foreign_keys=[parent_id])
    parts: Mapped[list[CasePart]] = relationship(back_populates="case", order_by="CasePart.id")
    handler: Mapped[Account | None] = relationship(foreign_keys=[handler_id])
    checker: Mapped[Account | None] = relationship(foreign_keys=[checker_id])
    media: Mapped[list[CaseMedia]] = relationship(back_populates="case", order_by="CaseMedia.id")
    route: Mapped[CaseRoute | None] = relationship(viewonly=True)


class CaseRoute(Base):
    """Who should get the case by the rules in force when it came in or was put right, and why.

    `because` keeps the words of the rule as it was then; `rule_id` None: no rule, so the territory.
    """

    __tablename__ = "case_route"

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case_file.id"), primary_key=True, autoincrement=False
    )
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("routing_rule.id"), index=True)
    to_worker: Mapped[bool]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    helpers: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    because: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime]

    unit: Mapped[Unit | None] = relationship()


class CaseMedia(Numbered, Base):
    """A picture or a voice note of a case."""

    __tablename__ = "case_media"
    __table_args__ = (one_of("stage", Stage), UniqueConstraint("case_id", "client_id"))

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    stage: Mapped[str]
    client_id: Mapped[uuid.UUID | None] = mapped_column(UUID())
    # How far from the case it was taken, by its own word.
    distance_m: Mapped[float | None] = mapped_column(Float(53))
    # The same by the phone that brought it, which says where it was and looked at that moment.
    phone_lon: Mapped[float | None] = mapped_column(Float(53))
    phone_lat: Mapped[float | None] = mapped_column(Float(53))
    phone_accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    phone_heading: Mapped[float | None] = mapped_column(Float(53))
    phone_m: Mapped[float | None] = mapped_column(Float(53))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    case: Mapped[Case] = relationship(back_populates="media")
    file: Mapped[StoredFile] = relationship()

    @property
    def stood(self) -> tuple[float, float] | None:
        """(lon, lat) where it was taken: by its own word, else by the phone's."""
        for lon, lat in (
            (self.file.taken_lon, self.file.taken_lat),
            (self.phone_lon, self.phone_lat),
        ):
            if lon is not None and lat is not None:
                return lon, lat
        return None

    @property
    def looked(self) -> float | None:
        """Degrees from north to which the camera looked, likewise."""
        own = self.file.taken_heading
        return own if own is not None else self.phone_heading


class CasePart(Numbered, Base):
    """What one department does in a case: the lead one, or one that helps. Lost: it is `gone`."""

    __tablename__ = "case_part"
    __table_args__ = (
        PART_FLOW.check(),
        Index(
            "uq_case_part_unit",
            "case_id",
            "unit_id",
            unique=True,
            postgresql_where=text("state <> 'gone'"),
        ),
        Index(
            "uq_case_part_lead",
            "case_id",
            unique=True,
            postgresql_where=text("lead AND state <> 'gone'"),
        ),
        Index("ix_case_part_unit_id", "unit_id", "state", "case_id"),
        CheckConstraint("state <> 'gone' OR ended_at IS NOT NULL", name="ended"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    lead: Mapped[bool]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    task: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # It asked to give the case back; it may do so once.
    returned: Mapped[bool] = mapped_column(server_default=text("false"))

    case: Mapped[Case] = relationship(back_populates="parts")
    unit: Mapped[Unit] = relationship()
    account: Mapped[Account | None] = relationship()


class CaseContact(Phoned, Numbered, Base):
    """How to reach somebody who reported without an account; erased by rule, the row stays.

    By its phone it is found: a call that comes from this number asks for its cases.
    """

    __tablename__ = "case_contact"
    __table_args__ = (
        CheckConstraint(FINDABLE, name="phone"),
        Index("ix_case_contact_phone", "phone_blind"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    name: Mapped[str | None] = mapped_column(SealedText)
    email: Mapped[str | None] = mapped_column(SealedText)
    channel: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_at: Mapped[datetime | None]


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
        # Of one person at most one offer waits for an answer.
        Index(
            "uq_assignment_offer",
            "account_id",
            unique=True,
            postgresql_where=text("duty = 'handle' AND taken_at IS NULL AND ended_at IS NULL"),
        ),
        Index(
            "ix_assignment_answer_by",
            "answer_by",
            postgresql_where=text("taken_at IS NULL AND ended_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    duty: Mapped[str]
    note: Mapped[str | None]
    reasons: Mapped[str | None]
    # Who else could have gone, at what cost, when it was decided.
    choice: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    declined: Mapped[bool] = mapped_column(server_default=text("false"))
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Until then an offer to handle it is to be taken on; then it goes to the next.
    answer_by: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
