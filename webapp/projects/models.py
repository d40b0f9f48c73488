"""Tables of projects: the project, its team, plans and stages, sites and shares, blockers, daily entries."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.spatial import Metric
from webapp.grids.models import Grid
from webapp.people.models import Account, Enterprise
from webapp.projects.rules import (
    PROJECT_FLOW,
    TEAM,
    WITH_CLEAN_LAND,
    WITH_PLAN,
    WITH_TEAM,
    WITH_VISIT,
    Cause,
    ProjectKind,
    StageKind,
    TeamRole,
)


def _named(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


class Project(Numbered, Base):
    """One project with its one leader. `grid_id` is the grid in which most of its site lies."""

    __tablename__ = "project"
    __table_args__ = (
        PROJECT_FLOW.check(),
        one_of("kind", ProjectKind),
        CheckConstraint("investment_wan > 0", name="investment"),
        CheckConstraint(
            f"state NOT IN ({_named(WITH_CLEAN_LAND)}) OR handed_over_on IS NOT NULL",
            name="handed_over",
        ),
        CheckConstraint(
            f"state NOT IN ({_named(WITH_VISIT)}) OR visited_on IS NOT NULL", name="visited"
        ),
        Index("ix_project_state", "state", "id"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    words: Mapped[str | None]
    # In units of 10,000 yuan.
    investment_wan: Mapped[int | None]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    provenance: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handed_over_on: Mapped[date | None]
    visited_on: Mapped[date | None]

    enterprise: Mapped[Enterprise | None] = relationship()
    leader: Mapped[Account] = relationship(foreign_keys=[leader_id])
    grid: Mapped[Grid | None] = relationship()
    team: Mapped[list[TeamMember]] = relationship(
        primaryjoin="and_(TeamMember.project_id == Project.id, TeamMember.until.is_(None))",
        order_by="TeamMember.id",
        viewonly=True,
    )
    contacts: Mapped[list[Contact]] = relationship(
        primaryjoin="and_(Contact.project_id == Project.id, Contact.until.is_(None))",
        order_by="Contact.id",
        viewonly=True,
    )
    plans: Mapped[list[Plan]] = relationship(order_by="Plan.number.desc()", viewonly=True)
    plan: Mapped[Plan | None] = relationship(
        primaryjoin="and_(Plan.project_id == Project.id, Plan.approved_at.is_not(None),"
        " Plan.replaced_at.is_(None))",
        uselist=False,
        viewonly=True,
    )
    stages: Mapped[list[Stage]] = relationship(viewonly=True)
    sites: Mapped[list[Site]] = relationship(order_by="Site.id", viewonly=True)
    shares: Mapped[list[Share]] = relationship(order_by="Share.area_m2.desc()", viewonly=True)
    blockers: Mapped[list[Blocker]] = relationship(order_by="Blocker.id.desc()", viewonly=True)


class TeamMember(Numbered, Base):
    """Somebody who has one of the seven tasks of a team, from when until when."""

    __tablename__ = "project_member"
    __table_args__ = (
        one_of("role", TeamRole),
        CheckConstraint("until >= since", name="until"),
        # One of each task, and nobody twice: with all seven filled, seven people.
        Index(
            "uq_project_member_role",
            "project_id",
            "role",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index(
            "uq_project_member_account",
            "project_id",
            "account_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_project_member_account_id", "account_id", postgresql_where=text("until IS NULL")),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    role: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class Contact(Numbered, Base):
    """Somebody who speaks for the enterprise of a project, from when until when."""

    __tablename__ = "project_contact"
    __table_args__ = (
        CheckConstraint("until >= since", name="until"),
        Index(
            "uq_project_contact_account",
            "project_id",
            "account_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index(
            "ix_project_contact_account_id", "account_id", postgresql_where=text("until IS NULL")
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class Plan(Numbered, Base):
    """A version of the plan. At most one version is approved at a time; two people made it so."""

    __tablename__ = "project_plan"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("num_nulls(approved_at, approved_by_id) IN (0, 2)", name="approved"),
        CheckConstraint("approved_by_id <> made_by_id", name="four_eyes"),
        CheckConstraint(
            "replaced_at IS NULL OR (approved_at IS NOT NULL AND replaced_at >= approved_at)",
            name="replaced",
        ),
        Index(
            "uq_project_plan_approved",
            "project_id",
            unique=True,
            postgresql_where=text("approved_at IS NOT NULL AND replaced_at IS NULL"),
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    replaced_at: Mapped[datetime | None]

    made_by: Mapped[Account] = relationship(foreign_keys=[made_by_id])
    approved_by: Mapped[Account | None] = relationship(foreign_keys=[approved_by_id])
    stages: Mapped[list[PlanStage]] = relationship(order_by="PlanStage.begins")


class PlanStage(Base):
    """The days of a stage as a version of the plan lays them down."""

    __tablename__ = "project_plan_stage"
    __table_args__ = (
        one_of("kind", StageKind),
        CheckConstraint("ends >= begins", name="ends"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("project_plan.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    begins: Mapped[date]
    ends: Mapped[date]


class Stage(Base):
    """The days on which a stage of a project really began and ended."""

    __tablename__ = "project_stage"
    __table_args__ = (
        one_of("kind", StageKind),
        CheckConstraint("ended_on >= begun_on", name="ended_on"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    begun_on: Mapped[date]
    ended_on: Mapped[date | None]


class Site(Numbered, Base):
    """A piece of ground of a project. The database lays it out over the grids as `Share`."""

    __tablename__ = "project_site"
    __table_args__ = (UniqueConstraint("id", "project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    name: Mapped[str | None]
    geom: Mapped[Any] = mapped_column(Metric("POLYGON"))
    provenance: Mapped[str]


class Share(Base):
    """How much of a site lies in a grid; what lies in no grid has no row."""

    __tablename__ = "project_share"
    __table_args__ = (
        ForeignKeyConstraint(
            ["site_id", "project_id"],
            ["project_site.id", "project_site.project_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("area_m2 > 0", name="area"),
        CheckConstraint("share > 0 AND share <= 1.000001", name="share"),
        Index("ix_project_share_project_id", "project_id"),
        Index("ix_project_share_grid_id", "grid_id", "project_id"),
    )

    site_id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), primary_key=True)
    grid_version_id: Mapped[int] = mapped_column(ForeignKey("grid_version.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    area_m2: Mapped[float] = mapped_column(Float(53))
    share: Mapped[float] = mapped_column(Float(53))

    grid: Mapped[Grid] = relationship()
    project: Mapped[Project] = relationship(viewonly=True)


class Blocker(Numbered, Base):
    """Something that holds a project up, until somebody has cleared it away."""

    __tablename__ = "project_blocker"
    __table_args__ = (
        one_of("cause", Cause),
        CheckConstraint("num_nulls(cleared_at, cleared_words) IN (0, 2)", name="cleared"),
        CheckConstraint("cleared_at >= raised_at", name="times"),
        Index("ix_project_blocker_project_id", "project_id", "id"),
        Index("ix_project_blocker_open", "project_id", postgresql_where=text("cleared_at IS NULL")),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    cause: Mapped[str]
    words: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cleared_words: Mapped[str | None]

    raised_by: Mapped[Account | None] = relationship(foreign_keys=[raised_by_id])


class Entry(Numbered, Base):
    """What a member of the team wrote down on a day; the phone's own mark lets it arrive once."""

    __tablename__ = "project_entry"
    __table_args__ = (
        CheckConstraint("people BETWEEN 0 AND 100000", name="people"),
        CheckConstraint("machines BETWEEN 0 AND 10000", name="machines"),
        Index("ix_project_entry_day", "project_id", "day", "id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    day: Mapped[date]
    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    words: Mapped[str]
    people: Mapped[int | None] = mapped_column(Integer)
    machines: Mapped[int | None] = mapped_column(Integer)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    mark: Mapped[uuid.UUID | None] = mapped_column(unique=True)

    account: Mapped[Account] = relationship()
    photo: Mapped[StoredFile | None] = relationship()


# The four ones, once more where no way of writing can get around them. Asked when a transaction ends, so
# that a member can be changed for another one, and a plan for the next version.
FOUR_ONES = f"""
CREATE OR REPLACE FUNCTION project_four_ones() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
    stands text;
BEGIN
    IF TG_TABLE_NAME = 'project' THEN key := NEW.id; ELSE key := OLD.project_id; END IF;
    SELECT p.state INTO stands FROM project p WHERE p.id = key;
    IF stands IN ({_named(WITH_TEAM)}) AND (
        SELECT count(*) FROM project_member m WHERE m.project_id = key AND m.until IS NULL
    ) <> {TEAM} THEN
        RAISE EXCEPTION 'project % stands at % without its team of {TEAM}', key, stands
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_team';
    END IF;
    IF stands IN ({_named(WITH_PLAN)}) AND NOT EXISTS (
        SELECT FROM project_plan l
        WHERE l.project_id = key AND l.approved_at IS NOT NULL AND l.replaced_at IS NULL
    ) THEN
        RAISE EXCEPTION 'project % stands at % without an approved plan', key, stands
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_plan';
    END IF;
    RETURN NULL;
END $$
"""

_WHOLE = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION project_four_ones()"

FUNCTIONS = (FOUR_ONES,)

TRIGGERS = (
    f"CREATE CONSTRAINT TRIGGER four_ones AFTER INSERT OR UPDATE OF state ON project {_WHOLE}",
    f"CREATE CONSTRAINT TRIGGER four_ones AFTER UPDATE OR DELETE ON project_member {_WHOLE}",
    f"CREATE CONSTRAINT TRIGGER four_ones AFTER UPDATE OR DELETE ON project_plan {_WHOLE}",
)
