"""Tables of bonds: the bond with its terms, and what was spent of it. Money is in units of 10,000 yuan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.base.files import StoredFile
from webapp.people.models import Account
from webapp.projects.bonds.rules import (
    BOND_FLOW,
    WITH_INCOME,
    WITH_MONEY,
    WITH_OPINION,
    WITH_TERMS,
)
from webapp.projects.models import Project

MONEY = Numeric(14, 2)


def _from(states: Iterable[str], want: str, name: str) -> CheckConstraint:
    named = ", ".join(f"'{state}'" for state in states)
    return CheckConstraint(f"state NOT IN ({named}) OR {want}", name=name)


class Bond(Numbered, Base):
    """A bond of a project. The database adds up what was spent, and never lets it be more than there is."""

    __tablename__ = "project_bond"
    __table_args__ = (
        BOND_FLOW.check(),
        CheckConstraint("amount_wan > 0", name="amount"),
        CheckConstraint("spent_wan BETWEEN 0 AND amount_wan", name="spent"),
        CheckConstraint("rate_percent > 0 AND rate_percent < 30", name="rate"),
        CheckConstraint("term_years BETWEEN 1 AND 50", name="term"),
        _from(WITH_INCOME, "income IS NOT NULL", "with_income"),
        _from(WITH_OPINION, "opinion_id IS NOT NULL", "with_opinion"),
        _from(WITH_TERMS, "num_nulls(rate_percent, term_years) = 0", "with_terms"),
        CheckConstraint(
            f"spent_wan = 0 OR state IN ({', '.join(repr(str(each)) for each in WITH_MONEY)})",
            name="with_money",
        ),
        Index("ix_project_bond_project_id", "project_id"),
        Index("ix_project_bond_state", "state", "id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    amount_wan: Mapped[Decimal] = mapped_column(MONEY)
    rate_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 3))
    term_years: Mapped[int | None] = mapped_column(SmallInteger)
    income: Mapped[str | None]
    opinion_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    spent_wan: Mapped[Decimal] = mapped_column(MONEY, server_default=text("0"))
    provenance: Mapped[str]

    project: Mapped[Project] = relationship(viewonly=True)
    opinion: Mapped[StoredFile | None] = relationship()
    spendings: Mapped[list[Spending]] = relationship(
        order_by="Spending.day.desc(), Spending.id.desc()", viewonly=True
    )

    @property
    def spent_percent(self) -> float:
        """How much of it is spent."""
        return float(self.spent_wan / self.amount_wan * 100)


class Spending(Numbered, Base):
    """Money of a bond that was paid on a day, and for what."""

    __tablename__ = "project_spending"
    __table_args__ = (
        CheckConstraint("amount_wan > 0", name="amount"),
        Index("ix_project_spending_bond_id", "bond_id", "day"),
    )

    bond_id: Mapped[int] = mapped_column(ForeignKey("project_bond.id"))
    day: Mapped[date]
    amount_wan: Mapped[Decimal] = mapped_column(MONEY)
    words: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    bond: Mapped[Bond] = relationship(viewonly=True)
    account: Mapped[Account | None] = relationship()


# What was spent is added up where it is written, so that two who spend at once cannot spend more than there is:
# the second waits for the row of the bond, and its CHECK counts what the first one took.
BOND_SPENT = """
CREATE OR REPLACE FUNCTION project_bond_spent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE project_bond SET spent_wan = spent_wan - OLD.amount_wan WHERE id = OLD.bond_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE project_bond SET spent_wan = spent_wan + NEW.amount_wan WHERE id = NEW.bond_id;
    END IF;
    RETURN NULL;
END $$
"""

FUNCTIONS = (BOND_SPENT,)

TRIGGERS = (
    "CREATE TRIGGER bond_spent AFTER INSERT OR UPDATE OR DELETE ON project_spending"
    " FOR EACH ROW EXECUTE FUNCTION project_bond_spent()",
)
