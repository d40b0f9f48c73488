"""Tables of councils: the list, its seal, the seed. Who is drawn is never stored, for all can compute it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.community.deliberation.council_rules import COUNCIL_FLOW, CouncilState, Strata
from webapp.grids.models import Grid


class Council(Numbered, Base):
    """A council of a grid. The seal of the list is public before anybody knows the seed.

    `source`: from where the seed will come, said when the list is fixed.
    """

    __tablename__ = "council"
    __table_args__ = (
        COUNCIL_FLOW.check(),
        one_of("strata", Strata),
        CheckConstraint("seats BETWEEN 1 AND 200", name="seats"),
        CheckConstraint("num_nonnulls(seed, drawn_at) IN (0, 2)", name="drawn_at"),
        CheckConstraint(f"state <> '{CouncilState.DRAWN}' OR seed IS NOT NULL", name="seed"),
        Index("ix_council_grid_id", "grid_id", "id"),
    )

    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    title: Mapped[str]
    seats: Mapped[int] = mapped_column(SmallInteger)
    strata: Mapped[str]
    source: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    listed_at: Mapped[datetime | None]
    seal: Mapped[str]
    seed: Mapped[str | None]
    drawn_at: Mapped[datetime | None]

    grid: Mapped[Grid] = relationship()


class Candidate(Numbered, Base):
    """A number on the list of a council; once its resident is erased only the number stays."""

    __tablename__ = "council_candidate"
    __table_args__ = (
        UniqueConstraint("council_id", "number"),
        UniqueConstraint("council_id", "resident_id"),
        Index("ix_council_candidate_resident_id", "resident_id"),
    )

    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"))
    number: Mapped[int]
    stratum: Mapped[str]
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))


# The list is written before `listed_at`; then list, seal and, once it is there, the seed stay.
KEPT = """
CREATE OR REPLACE FUNCTION council_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.listed_at IS NOT NULL AND (
        (NEW.grid_id, NEW.seats, NEW.strata, NEW.source, NEW.listed_at, NEW.seal)
            IS DISTINCT FROM
        (OLD.grid_id, OLD.seats, OLD.strata, OLD.source, OLD.listed_at, OLD.seal)
        OR OLD.seed IS NOT NULL AND NEW.seed IS DISTINCT FROM OLD.seed) THEN
        RAISE EXCEPTION 'council % stays as it is', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'council_kept';
    END IF;
    RETURN NEW;
END $$
"""

LIST_KEPT = """
CREATE OR REPLACE FUNCTION council_list_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM council WHERE id = coalesce(NEW.council_id, OLD.council_id)
            AND listed_at IS NOT NULL)
        OR TG_OP = 'UPDATE' AND NEW.resident_id IS NULL
            AND (NEW.id, NEW.council_id, NEW.number, NEW.stratum)
                = (OLD.id, OLD.council_id, OLD.number, OLD.stratum) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'the list of council % is fixed', coalesce(NEW.council_id, OLD.council_id)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'council_list_kept';
END $$
"""

FUNCTIONS = (KEPT, LIST_KEPT)

TRIGGERS = (
    "CREATE TRIGGER kept BEFORE UPDATE ON council FOR EACH ROW EXECUTE FUNCTION council_kept()",
    "CREATE TRIGGER list_kept BEFORE INSERT OR UPDATE OR DELETE ON council_candidate"
    " FOR EACH ROW EXECUTE FUNCTION council_list_kept()",
)
