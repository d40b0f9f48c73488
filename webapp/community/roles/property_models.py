"""Tables of property companies, whose buildings they serve, and how they are rated by quarters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.community.roles.rules import RatedBy
from webapp.grids.models import Unit
from webapp.residents.models import Building

# What was published stays as it was published.
PROPERTY_RATING_OPEN = """
CREATE OR REPLACE FUNCTION property_rating_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM property_result r
               WHERE r.company_id = NEW.company_id AND r.quarter = NEW.quarter) THEN
        RAISE EXCEPTION 'this quarter is published'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'property_published';
    END IF;
    RETURN NEW;
END $$
"""

FUNCTIONS = (PROPERTY_RATING_OPEN,)

TRIGGERS = (
    "CREATE TRIGGER open BEFORE INSERT ON property_rating"
    " FOR EACH ROW EXECUTE FUNCTION property_rating_open()",
)


class PropertyCompany(Numbered, Base):
    """A company that looks after buildings."""

    __tablename__ = "property_company"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str]
    phone: Mapped[str | None]


class PropertyTerm(Numbered, Base):
    """A company looks after a building from `since` until the day before `until`; one at a time."""

    __tablename__ = "property_term"
    __table_args__ = (
        CheckConstraint("until > since", name="term"),
        ExcludeConstraint(
            ("building_id", "="),
            (text("daterange(since, until)"), "&&"),
            name="ex_property_term_building",
            using="gist",
        ),
        Index("ix_property_term_company_id", "company_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("property_company.id"))
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    company: Mapped[PropertyCompany] = relationship()
    building: Mapped[Building] = relationship()


class PropertyRating(Numbered, Base):
    """What a resident, or a community, says of a company in a quarter; each once.

    Without its resident and account once these are erased: what was said still counts.
    """

    __tablename__ = "property_rating"
    __table_args__ = (
        one_of("rated_by", RatedBy),
        CheckConstraint(f"(rated_by = '{RatedBy.COMMUNITY}') = (unit_id IS NOT NULL)", name="unit"),
        CheckConstraint("extract(day FROM quarter) = 1", name="quarter"),
        UniqueConstraint("company_id", "quarter", "account_id"),
        UniqueConstraint("company_id", "quarter", "resident_id"),
        UniqueConstraint("company_id", "quarter", "unit_id"),
        Index("ix_property_rating_resident_id", "resident_id"),
        Index("ix_property_rating_account_id", "account_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("property_company.id"))
    quarter: Mapped[date] = mapped_column(Date)
    rated_by: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    # Criterion -> 1 to 5.
    scores: Mapped[dict[str, Any]]
    words: Mapped[str | None]
    at: Mapped[datetime]

    unit: Mapped[Unit | None] = relationship()


class PropertyResult(Numbered, Base):
    """What was published of a company for a quarter."""

    __tablename__ = "property_result"
    __table_args__ = (
        UniqueConstraint("company_id", "quarter"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        Index("ix_property_result_quarter", "quarter", "score"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("property_company.id"))
    quarter: Mapped[date] = mapped_column(Date)
    score: Mapped[float] = mapped_column(Numeric(4, 1, asdecimal=False))
    residents: Mapped[int] = mapped_column(SmallInteger)
    communities: Mapped[int] = mapped_column(SmallInteger)
    means: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]

    company: Mapped[PropertyCompany] = relationship()
