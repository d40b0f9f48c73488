"""Tables of relocation: households on their parcels, papers in versions, promises, disputes and their talks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.spatial import Metric, Placed
from webapp.grids.models import Grid
from webapp.people.models import Account
from webapp.projects.models import Project
from webapp.relocation.rules import (
    PAPERS_OF,
    POSTED_DAYS,
    RELOCATION_FLOW,
    WAY,
    DisputeKind,
    PaperKind,
    PromiseKind,
    RelocationState,
    since,
)


def _named(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


class RelocationHousehold(Numbered, Placed, Base):
    """A household that makes way for a project. It is in the grid of a point inside its parcel.

    `sketched`: the parcel is a square of the size that was said, not a drawing. The name is shown masked
    and the phone is sealed. Areas are those of the newest survey, before it those that were said.
    """

    __tablename__ = "relocation_household"
    __table_args__ = (
        RELOCATION_FLOW.check(),
        UniqueConstraint("project_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("geom IS NOT NULL", name="geom"),
        CheckConstraint("house_m2 >= 0 AND greenhouse_m2 >= 0 AND land_m2 >= 0", name="areas"),
        CheckConstraint(
            f"num_nulls(posted_on, posted_until) IN (0, 2)"
            f" AND posted_until >= posted_on + {POSTED_DAYS}",
            name="posted",
        ),
        # Nobody negotiates or signs before the figures were posted for as long as they have to be.
        CheckConstraint(
            f"state <> '{RelocationState.NEGOTIATING}'"
            " OR coalesce(negotiated_on > posted_until, false)",
            name="negotiated",
        ),
        CheckConstraint(
            f"state NOT IN ({_named(since(RelocationState.SIGNED))}) OR executed_on IS NOT NULL"
            " OR coalesce(agreed_on > posted_until, false)",
            name="agreed",
        ),
        CheckConstraint(f"erased_at IS NULL OR state = '{RelocationState.CLOSED}'", name="erased"),
        Index("ix_relocation_household_state", "project_id", "state"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str | None]
    parcel: Mapped[Any] = mapped_column(Metric("POLYGON"))
    sketched: Mapped[bool]
    house_m2: Mapped[float] = mapped_column(Float(53))
    greenhouse_m2: Mapped[float] = mapped_column(Float(53))
    land_m2: Mapped[float] = mapped_column(Float(53))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    # When it came to where it stands.
    since: Mapped[datetime]
    posted_on: Mapped[date | None]
    posted_until: Mapped[date | None]
    negotiated_on: Mapped[date | None]
    agreed_on: Mapped[date | None]
    executed_on: Mapped[date | None]
    provenance: Mapped[str]
    created_at: Mapped[datetime]
    # Since then nothing says any more who they were.
    erased_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="RelocationHousehold.grid_id")
    papers: Mapped[list[Paper]] = relationship(order_by="Paper.id.desc()", viewonly=True)
    promises: Mapped[list[HelpPromise]] = relationship(
        order_by="HelpPromise.due_on, HelpPromise.id", viewonly=True
    )
    disputes: Mapped[list[Dispute]] = relationship(order_by="Dispute.id.desc()", viewonly=True)


class Paper(Numbered, Base):
    """A version of a paper of a household. It is never changed: the database refuses.

    `sha256` is that of the file as it came, so that whoever has the original can compare; its pages are
    kept sealed. `digest` is over everything that the version says and over the version before.
    """

    __tablename__ = "relocation_paper"
    __table_args__ = (
        one_of("kind", PaperKind),
        UniqueConstraint("household_id", "kind", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("house_m2 >= 0 AND greenhouse_m2 >= 0 AND land_m2 >= 0", name="areas"),
        CheckConstraint(
            "kind <> 'survey' OR num_nonnulls(house_m2, greenhouse_m2, land_m2) = 3", name="survey"
        ),
        CheckConstraint(
            "kind NOT IN ('valuation', 'agreement', 'payment') OR amount IS NOT NULL",
            name="with_amount",
        ),
        CheckConstraint(
            "kind NOT IN ('valuation', 'agreement', 'clearing', 'decision') OR sha256 IS NOT NULL",
            name="with_file",
        ),
        CheckConstraint("kind <> 'notice' OR days IS NOT NULL", name="with_days"),
    )

    household_id: Mapped[int] = mapped_column(ForeignKey("relocation_household.id"))
    kind: Mapped[str]
    number: Mapped[int] = mapped_column(SmallInteger)
    house_m2: Mapped[float | None] = mapped_column(Float(53))
    greenhouse_m2: Mapped[float | None] = mapped_column(Float(53))
    land_m2: Mapped[float | None] = mapped_column(Float(53))
    # In yuan.
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    days: Mapped[int | None] = mapped_column(SmallInteger)
    words: Mapped[str | None]
    sha256: Mapped[str | None]
    digest: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    made_by: Mapped[Account | None] = relationship()
    pages: Mapped[list[PaperPage]] = relationship(order_by="PaperPage.number", viewonly=True)


class PaperPage(Base):
    """A page of a version, sealed."""

    __tablename__ = "relocation_paper_page"

    paper_id: Mapped[int] = mapped_column(ForeignKey("relocation_paper.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship()


class HelpPromise(Numbered, Base):
    """What somebody of the team has promised to help a household with, and by when.

    `blocks`: the household makes its next move no sooner than this is kept. It ends by being kept or, with
    a reason, by not being wanted any more.
    """

    __tablename__ = "relocation_promise"
    __table_args__ = (
        one_of("kind", PromiseKind),
        CheckConstraint("num_nulls(ended_on, kept, ended_words) IN (0, 3)", name="ended"),
        CheckConstraint("ended_on >= made_on", name="days"),
        Index("ix_relocation_promise_household_id", "household_id", "id"),
        Index("ix_relocation_promise_open", "owner_id", postgresql_where=text("ended_on IS NULL")),
    )

    household_id: Mapped[int] = mapped_column(ForeignKey("relocation_household.id"))
    kind: Mapped[str]
    words: Mapped[str]
    blocks: Mapped[bool]
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_on: Mapped[date]
    due_on: Mapped[date]
    ended_on: Mapped[date | None]
    kept: Mapped[bool | None]
    ended_words: Mapped[str | None]

    household: Mapped[RelocationHousehold] = relationship(viewonly=True)
    owner: Mapped[Account] = relationship()


class Dispute(Numbered, Base):
    """A household does not agree; at most one dispute of it is open."""

    __tablename__ = "relocation_dispute"
    __table_args__ = (
        one_of("kind", DisputeKind),
        CheckConstraint("ended_at >= raised_at", name="times"),
        Index("ix_relocation_dispute_household_id", "household_id", "id"),
        Index(
            "uq_relocation_dispute_open",
            "household_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    household_id: Mapped[int] = mapped_column(ForeignKey("relocation_household.id"))
    kind: Mapped[str]
    words: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # The move that ended it.
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    talks: Mapped[list[Talk]] = relationship(order_by="Talk.held_on, Talk.id", viewonly=True)


class Talk(Numbered, Base):
    """A talk of a mediation: when, who was there, what came of it. It is never changed."""

    __tablename__ = "relocation_talk"

    dispute_id: Mapped[int] = mapped_column(ForeignKey("relocation_dispute.id"), index=True)
    held_on: Mapped[date]
    present: Mapped[str]
    words: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    made_by: Mapped[Account | None] = relationship()


class RelocationErasureRule(Numbered, Base):
    """So many years after a household is closed it is erased who they were; the newest rule holds."""

    __tablename__ = "relocation_erasure_rule"
    __table_args__ = (CheckConstraint("years BETWEEN 1 AND 30", name="years"),)

    years: Mapped[int] = mapped_column(SmallInteger)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    account: Mapped[Account | None] = relationship()


# Papers, their pages and the talks of a mediation stay as they were written, until the household is erased.
KEPT = """
CREATE OR REPLACE FUNCTION relocation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    household bigint;
BEGIN
    IF TG_TABLE_NAME = 'relocation_paper' THEN
        household := OLD.household_id;
    ELSIF TG_TABLE_NAME = 'relocation_paper_page' THEN
        SELECT household_id INTO household FROM relocation_paper WHERE id = OLD.paper_id;
    ELSE
        SELECT household_id INTO household FROM relocation_dispute WHERE id = OLD.dispute_id;
    END IF;
    PERFORM FROM relocation_household WHERE id = household AND erased_at IS NOT NULL;
    IF FOUND THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'what is written down about a household is never changed or removed'
        USING ERRCODE = 'restrict_violation';
END $$
"""

_PLACES = list(enumerate(PAPERS_OF.items()))
_WANTED = ", ".join(f"('{kind}', {place})" for place, (_state, kind) in _PLACES)
# The last of these papers that a state wants; beside the straight way: survey and valuation.
_LAST = " ".join(
    f"WHEN '{state}' THEN {sum(state in since(first) for first in PAPERS_OF) - 1}" for state in WAY
)

# Once more where no way of writing can get around it: no state without its papers. Asked when a transaction
# ends. A decision that was carried out stands for all papers before it.
PAPERS = f"""
CREATE OR REPLACE FUNCTION relocation_papers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    h relocation_household%ROWTYPE;
    missing text;
BEGIN
    SELECT * INTO h FROM relocation_household WHERE id = NEW.id;
    SELECT w.kind INTO missing FROM (VALUES {_WANTED}) AS w (kind, place)
    WHERE w.place <= CASE h.state {_LAST} ELSE 1 END
      AND (h.executed_on IS NULL OR w.kind IN ('{PaperKind.CLEARING}', '{PaperKind.CHECK}'))
      AND NOT EXISTS (
          SELECT FROM relocation_paper p WHERE p.household_id = h.id AND p.kind = w.kind
      )
    ORDER BY w.place LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'household % stands at % without its paper: %', h.id, h.state, missing
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relocation_papers';
    END IF;
    RETURN NULL;
END $$
"""

FUNCTIONS = (KEPT, PAPERS)

TRIGGERS = (
    *(
        f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION relocation_kept()"
        for table in ("relocation_paper", "relocation_paper_page", "relocation_talk")
    ),
    "CREATE CONSTRAINT TRIGGER papers AFTER INSERT OR UPDATE OF state ON relocation_household"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION relocation_papers()",
)
