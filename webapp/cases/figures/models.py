"""Tables of the figures: the limits of a case as they were, and appeals against figures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.base.files import StoredFile
from webapp.cases.figures.rules import APPEAL_FLOW, Division
from webapp.cases.models import Case
from webapp.grids.models import Unit
from webapp.people.models import Account


class CaseTerm(Base):
    """The limits of a case from one of its events on, written by the database.

    `seq` is that event, 0 for what was so before the first. `due_at` is empty while the clock of
    the whole stands still, unless the case was late already.
    """

    __tablename__ = "case_term"

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    due_at: Mapped[datetime | None]
    stage_due_at: Mapped[datetime | None]


# Event and case are written in one transaction under the row lock of the case, the event first.
TERM_KEPT = """
CREATE OR REPLACE FUNCTION term_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO case_term (case_id, seq, due_at, stage_due_at)
    SELECT NEW.id, coalesce(max(e.seq), 0),
           CASE WHEN NEW.paused_at IS NULL OR NEW.left_s < 0 THEN NEW.due_at END, NEW.stage_due_at
    FROM event e WHERE e.thing_kind = 'case' AND e.thing_id = NEW.id
    ON CONFLICT (case_id, seq) DO UPDATE
    SET due_at = excluded.due_at, stage_due_at = excluded.stage_due_at;
    RETURN NULL;
END $$
"""

FUNCTIONS = (TERM_KEPT,)

TRIGGERS = (
    "CREATE TRIGGER term_begun AFTER INSERT ON case_file FOR EACH ROW EXECUTE FUNCTION term_kept()",
    "CREATE TRIGGER term_kept AFTER UPDATE OF due_at, stage_due_at, paused_at ON case_file"
    " FOR EACH ROW WHEN (OLD.due_at IS DISTINCT FROM NEW.due_at"
    " OR OLD.stage_due_at IS DISTINCT FROM NEW.stage_due_at"
    " OR OLD.paused_at IS DISTINCT FROM NEW.paused_at) EXECUTE FUNCTION term_kept()",
)

_DIVISIONS = ", ".join(f"'{each}'" for each in Division)


class FigureAppeal(Numbered, Base):
    """A department or somebody says that a case should not count against them in one figure."""

    __tablename__ = "figure_appeal"
    __table_args__ = (
        APPEAL_FLOW.check(),
        CheckConstraint(f"division IN ({_DIVISIONS})", name="division"),
        CheckConstraint("num_nonnulls(unit_id, account_id) = 1", name="one_object"),
        CheckConstraint("state <> 'filed' OR decided_at IS NULL", name="decided"),
        Index(
            "uq_figure_appeal_object",
            "case_id",
            "kpi",
            "division",
            text("coalesce(unit_id, account_id)"),
            unique=True,
        ),
        Index("ix_figure_appeal_state", "state", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kpi: Mapped[str]
    division: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    state: Mapped[str]
    version: Mapped[int]
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    filed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]

    case: Mapped[Case] = relationship()
    unit: Mapped[Unit | None] = relationship()
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    filed_by: Mapped[Account] = relationship(foreign_keys=[filed_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])
    file: Mapped[StoredFile | None] = relationship()
