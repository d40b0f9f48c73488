"""Tables of jobs: employers, postings, seekers, introductions with consents, pushes, hires and visits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.sealing import SealedText
from webapp.base.spatial import Metric, Placed
from webapp.grids.models import Grid, Unit
from webapp.jobs.pay import PayUnit
from webapp.jobs.rules import (
    INTRODUCTION_FLOW,
    POSTING_FLOW,
    SEEKER_FLOW,
    VISIT_FLOW,
    Employment,
    Mode,
    Origin,
    PostingState,
    Reason,
)
from webapp.people.models import Account, Enterprise

_NONE = text("'{}'")
# The first three levels of a code (小类), by which postings are looked up.
_OCC3 = "left(occupation, 7)"


class Occupation(Base):
    """A kind of work by its code of the national classification, `4-01-02` or `4-01-02-01`."""

    __tablename__ = "job_occupation"
    __table_args__ = (CheckConstraint(r"code ~ '^\d(-\d\d){0,3}$'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]


class Edition(Numbered, Base):
    """What degrees are counted by from a moment on; older editions stay, so that old degrees can be told."""

    __tablename__ = "job_edition"

    since: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str]
    parameters: Mapped[dict[str, Any]]

    skills: Mapped[list[SkillTerm]] = relationship(order_by="SkillTerm.term")
    substitutes: Mapped[list[Substitute]] = relationship()


class SkillTerm(Base):
    """A skill in an edition: its other names, the one it belongs to, how much it tells apart."""

    __tablename__ = "job_skill"

    edition_id: Mapped[int] = mapped_column(ForeignKey("job_edition.id"), primary_key=True)
    term: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str | None]
    parent: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    idf: Mapped[float] = mapped_column(Float(53))


class Substitute(Base):
    """How well one kind of work satisfies the demand for another, in an edition; it has a direction."""

    __tablename__ = "job_substitute"
    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 1", name="score"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("job_edition.id"), primary_key=True)
    from_code: Mapped[str] = mapped_column(primary_key=True)
    to_code: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float] = mapped_column(Float(53))


class Employer(Numbered, Base):
    """An enterprise that offers work: its people here, and whether somebody has looked at it."""

    __tablename__ = "job_employer"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), unique=True)
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    contact_post: Mapped[str | None]
    contact_phone: Mapped[str | None] = mapped_column(SealedText)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    enterprise: Mapped[Enterprise] = relationship()
    members: Mapped[list[Member]] = relationship(order_by="Member.id")


class Member(Numbered, Base):
    """An account that acts for an employer."""

    __tablename__ = "job_member"
    __table_args__ = (
        Index(
            "uq_job_member",
            "employer_id",
            "account_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    employer_id: Mapped[int] = mapped_column(ForeignKey("job_employer.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class Posting(Numbered, Placed, Base):
    """Work that an employer offers, with all that the law wants to be said of it."""

    __tablename__ = "job_posting"
    __table_args__ = (
        POSTING_FLOW.check(),
        one_of("pay_unit", PayUnit),
        one_of("employment", Employment),
        CheckConstraint(r"occupation ~ '^\d-\d\d-\d\d'", name="occupation"),
        CheckConstraint("openings BETWEEN 1 AND 500", name="openings"),
        CheckConstraint("filled BETWEEN 0 AND openings", name="filled"),
        CheckConstraint("pay_low > 0 AND pay_high >= pay_low", name="pay"),
        CheckConstraint("pay_unit <> 'piece' OR pieces_a_day > 0", name="pieces"),
        CheckConstraint("month_low > 0 AND month_high >= month_low", name="month"),
        CheckConstraint("education BETWEEN 0 AND 5", name="education"),
        CheckConstraint("years BETWEEN 0 AND 50", name="years"),
        CheckConstraint("cardinality(shifts) > 0", name="shifts"),
        CheckConstraint(
            "state NOT IN ('open', 'paused') OR published_at IS NOT NULL", name="published"
        ),
        # Who is recommended: one search by kind of work and place, and one for those with lodging.
        Index(
            "ix_job_posting_push",
            "occ3",
            "geom",
            postgresql_using="gist",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_job_posting_lodging",
            "occ3",
            postgresql_where=text("state = 'open' AND dormitory"),
        ),
        Index(
            "ix_job_posting_published",
            text("published_at DESC"),
            text("id DESC"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_job_posting_employer", "employer_id", "state"),
        Index(
            "ix_job_posting_until",
            "valid_until",
            postgresql_where=text("state IN ('open', 'paused')"),
        ),
    )

    employer_id: Mapped[int] = mapped_column(ForeignKey("job_employer.id"))
    title: Mapped[str]
    occupation: Mapped[str] = mapped_column(ForeignKey("job_occupation.code"))
    occ3: Mapped[str] = mapped_column(Text, Computed(_OCC3, persisted=True))
    openings: Mapped[int] = mapped_column(Integer)
    filled: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    duties: Mapped[str]
    must_skills: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    nice_skills: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    certificates: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    education: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    years: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    pay_low: Mapped[float] = mapped_column(Float(53))
    pay_high: Mapped[float] = mapped_column(Float(53))
    pay_unit: Mapped[str]
    pieces_a_day: Mapped[float | None] = mapped_column(Float(53))
    # The same for a month, which is what degrees compare.
    month_low: Mapped[float] = mapped_column(Float(53))
    month_high: Mapped[float] = mapped_column(Float(53))
    shifts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    week_hours: Mapped[float] = mapped_column(Float(53))
    rest: Mapped[str | None]
    employment: Mapped[str]
    benefits: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    dormitory: Mapped[bool] = mapped_column(server_default=text("false"))
    hazard: Mapped[bool] = mapped_column(server_default=text("false"))
    address: Mapped[str]
    start_on: Mapped[date | None]
    valid_until: Mapped[date]
    contact_post: Mapped[str]
    contact_phone: Mapped[str] = mapped_column(SealedText)
    # What the words of the posting were marked for, and what a person decided about it.
    flags: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    decided: Mapped[str | None]
    note: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=PostingState.DRAFT)
    version: Mapped[int] = mapped_column(server_default=text("0"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    # When somebody last made sure that it still holds.
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    employer: Mapped[Employer] = relationship()
    kind: Mapped[Occupation] = relationship()
    station: Mapped[Unit | None] = relationship(foreign_keys=[station_id])
    grid: Mapped[Grid | None] = relationship(foreign_keys="Posting.grid_id")
    members: Mapped[list[Member]] = relationship(
        primaryjoin="foreign(Member.employer_id) == Posting.employer_id", viewonly=True
    )

    @property
    def free(self) -> int:
        """How many openings nobody has filled."""
        return self.openings - self.filled


class Seeker(Numbered, Base):
    """Somebody who looks for work. Where they live is known by its grid and not closer."""

    __tablename__ = "job_seeker"
    __table_args__ = (
        SEEKER_FLOW.check(),
        one_of("mode", Mode),
        CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year"),
        CheckConstraint("cardinality(wanted) BETWEEN 1 AND 3", name="wanted"),
        CheckConstraint("education BETWEEN 0 AND 5", name="education"),
        CheckConstraint("pay_ask > 0", name="pay_ask"),
        CheckConstraint(
            "pay_floor > 0 AND (pay_ask IS NULL OR pay_floor <= pay_ask)", name="floor"
        ),
        CheckConstraint("max_minutes BETWEEN 5 AND 240", name="max_minutes"),
        # Who is told of a posting.
        Index(
            "ix_job_seeker_sought",
            "wanted3",
            postgresql_using="gin",
            postgresql_where=text("state IN ('open', 'in_talks') AND push"),
        ),
        Index("ix_job_seeker_state", "state", "id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    birth_year: Mapped[int] = mapped_column(SmallInteger)
    home_grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    # A point inside that grid, the same for everybody who lives there.
    home: Mapped[WKBElement] = mapped_column(Metric("POINT"))
    wanted: Mapped[list[str]] = mapped_column(ARRAY(Text))
    wanted3: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Lines of work held, code -> years; None: not filled in, {}: no experience.
    lines: Mapped[dict[str, Any] | None]
    skills: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    # Certificate -> its last day, or None where it has none.
    certificates: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_NONE)
    education: Mapped[int | None] = mapped_column(SmallInteger)
    pay_ask: Mapped[float | None] = mapped_column(Float(53))
    pay_floor: Mapped[float | None] = mapped_column(Float(53))
    shifts: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    refused: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    benefits: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    dormitory: Mapped[bool] = mapped_column(server_default=text("false"))
    mode: Mapped[str]
    max_minutes: Mapped[int] = mapped_column(Integer)
    available_from: Mapped[date | None]
    push: Mapped[bool] = mapped_column(server_default=text("true"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # Who filled it in for them, if they did not do so themselves.
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    home_grid: Mapped[Grid] = relationship()


class Introduction(Numbered, Base):
    """A seeker and a posting that have been brought together, until something came of it or not."""

    __tablename__ = "job_introduction"
    __table_args__ = (
        INTRODUCTION_FLOW.check(),
        one_of("origin", Origin),
        one_of("reason", Reason),
        UniqueConstraint("posting_id", "seeker_id"),
        Index("ix_job_introduction_seeker", "seeker_id", "id"),
        Index("ix_job_introduction_state", "state", "posting_id"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("job_posting.id"))
    seeker_id: Mapped[int] = mapped_column(ForeignKey("job_seeker.id"))
    # Both sides and the staff beside them, so that a right can be asked of the row itself.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("job_employer.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    origin: Mapped[str]
    # The degree when they were brought together, a whole percent.
    percent: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    interview_at: Mapped[datetime | None]
    interview_place: Mapped[str | None]
    reason: Mapped[str | None]
    by_employer: Mapped[bool | None]
    feedback: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    posting: Mapped[Posting] = relationship()
    seeker: Mapped[Seeker] = relationship()
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")
    members: Mapped[list[Member]] = relationship(
        primaryjoin="foreign(Member.employer_id) == Introduction.employer_id", viewonly=True
    )

    @property
    def consent(self) -> Consent | None:
        """The consent in force; None: neither side sees how to reach the other."""
        return next((each for each in self.consents if each.withdrawn_at is None), None)


class Consent(Numbered, Base):
    """That one's contact may be seen: by whom, what for, which of it; until it is withdrawn."""

    __tablename__ = "job_consent"
    __table_args__ = (
        Index(
            "uq_job_consent",
            "introduction_id",
            unique=True,
            postgresql_where=text("(withdrawn_at IS NULL)"),
        ),
    )

    introduction_id: Mapped[int] = mapped_column(ForeignKey("job_introduction.id"))
    recipient: Mapped[str]
    purpose: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Push(Numbered, Base):
    """A pair that fits so well that both sides are told: by which numbers, and when they were told."""

    __tablename__ = "job_push"
    __table_args__ = (
        UniqueConstraint("posting_id", "seeker_id", "edition_id"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index("ix_job_push_waiting", "id", postgresql_where=text("told_at IS NULL")),
        Index("ix_job_push_seeker", "seeker_id"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("job_posting.id"))
    seeker_id: Mapped[int] = mapped_column(ForeignKey("job_seeker.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("job_edition.id"))
    percent: Mapped[int] = mapped_column(SmallInteger)
    exact: Mapped[float] = mapped_column(Float(53))
    # Everything the degree was counted from, so that it can be counted again.
    counted: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    viewed_at: Mapped[datetime | None]


class Hire(Numbered, Base):
    """An opening that is filled: by somebody from here, or by somebody from outside."""

    __tablename__ = "job_hire"
    __table_args__ = (
        UniqueConstraint("posting_id", "opening"),
        CheckConstraint("num_nonnulls(introduction_id, outside) = 1", name="by_one"),
        Index("ix_job_hire_at", "at"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("job_posting.id"))
    opening: Mapped[int] = mapped_column(Integer)
    introduction_id: Mapped[int | None] = mapped_column(
        ForeignKey("job_introduction.id"), unique=True
    )
    # In a few words how somebody from outside was found.
    outside: Mapped[str | None]
    contract_on: Mapped[date | None]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    posting: Mapped[Posting] = relationship()
    introduction: Mapped[Introduction | None] = relationship()


class Visit(Numbered, Base):
    """A return visit some days after a hire: who makes it, what came of it."""

    __tablename__ = "job_visit"
    __table_args__ = (
        VISIT_FLOW.check(),
        UniqueConstraint("hire_id", "days"),
        Index("ix_job_visit_due", "due_on", "id", postgresql_where=text("state = 'due'")),
    )

    hire_id: Mapped[int] = mapped_column(ForeignKey("job_hire.id"))
    days: Mapped[int] = mapped_column(SmallInteger)
    due_on: Mapped[date]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    told_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # Still at work there; how many of the posting the employer counts as hired.
    stays: Mapped[bool | None]
    hired: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None]

    hire: Mapped[Hire] = relationship()


class Impression(Base):
    """That a posting stood before a seeker on a day, and at which place of the list."""

    __tablename__ = "job_impression"

    posting_id: Mapped[int] = mapped_column(
        ForeignKey("job_posting.id", ondelete="CASCADE"), primary_key=True
    )
    seeker_id: Mapped[int] = mapped_column(
        ForeignKey("job_seeker.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger)
    opened: Mapped[bool] = mapped_column(server_default=text("false"))


class KeptWay(Base):
    """Metres by road from every grid to a place of work, for one mode, on one state of the roads."""

    __tablename__ = "job_way"

    # Where it leads to, metres of the storage CRS in whole numbers.
    x: Mapped[int] = mapped_column(primary_key=True)
    y: Mapped[int] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    roads: Mapped[int]
    grid_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    metres: Mapped[list[float]] = mapped_column(ARRAY(Float(53)))
    basis: Mapped[list[str]] = mapped_column(ARRAY(Text))
