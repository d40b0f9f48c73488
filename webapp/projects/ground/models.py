"""Tables of the ground: parcels with their planned amounts, dated surveys, utilities of a site."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.spatial import Metric
from webapp.people.models import Account
from webapp.projects.ground.rules import (
    AMOUNTS,
    FLAT,
    PARCEL_FLOW,
    WHOLE,
    Source,
    UtilityKind,
)
from webapp.projects.models import Project, Site

_NOT_LESS = " AND ".join(f"{name} >= 0" for name in AMOUNTS)
_FLAT = ", ".join(f"'{state}'" for state in FLAT)


class Amounts:
    """What is cut, filled and moved on a parcel."""

    cut_m3: Mapped[int] = mapped_column(server_default=text("0"))
    fill_m3: Mapped[int] = mapped_column(server_default=text("0"))
    pipes_m: Mapped[int] = mapped_column(server_default=text("0"))
    graves: Mapped[int] = mapped_column(server_default=text("0"))
    trees: Mapped[int] = mapped_column(server_default=text("0"))


class Parcel(Numbered, Amounts, Base):
    """A part of a site that is levelled. The database keeps the percent of its newest survey."""

    __tablename__ = "project_parcel"
    __table_args__ = (
        PARCEL_FLOW.check(),
        ForeignKeyConstraint(
            ["site_id", "project_id"], ["project_site.id", "project_site.project_id"]
        ),
        UniqueConstraint("project_id", "name"),
        CheckConstraint(_NOT_LESS, name="amounts"),
        CheckConstraint("stated_m2 > 0", name="stated"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("surveyed_on IS NOT NULL OR percent = 0", name="surveyed"),
        CheckConstraint(f"state NOT IN ({_FLAT}) OR percent = {WHOLE}", name="whole"),
        Index("ix_project_parcel_site_id", "site_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    site_id: Mapped[int]
    name: Mapped[str]
    geom: Mapped[Any] = mapped_column(Metric("POLYGON"))
    # What a paper says of its size; its own shape says another one.
    stated_m2: Mapped[int | None]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    percent: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    surveyed_on: Mapped[date | None]
    provenance: Mapped[str]

    project: Mapped[Project] = relationship(viewonly=True)
    site: Mapped[Site] = relationship(viewonly=True)
    surveys: Mapped[list[Survey]] = relationship(
        order_by="Survey.day.desc()", viewonly=True, back_populates="parcel"
    )


class Survey(Numbered, Amounts, Base):
    """How far a parcel was on a day: so much percent, so much moved until then."""

    __tablename__ = "project_survey"
    __table_args__ = (
        one_of("source", Source),
        UniqueConstraint("parcel_id", "day"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint(_NOT_LESS, name="amounts"),
    )

    parcel_id: Mapped[int] = mapped_column(ForeignKey("project_parcel.id"))
    day: Mapped[date]
    source: Mapped[str]
    percent: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str | None]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    parcel: Mapped[Parcel] = relationship(back_populates="surveys", viewonly=True)
    account: Mapped[Account | None] = relationship()
    photo: Mapped[StoredFile | None] = relationship()


class Utility(Numbered, Base):
    """Water, power or the like for a site: who sees to it, promised for which day, there since when."""

    __tablename__ = "project_utility"
    __table_args__ = (
        one_of("kind", UtilityKind),
        ForeignKeyConstraint(
            ["site_id", "project_id"], ["project_site.id", "project_site.project_id"]
        ),
        UniqueConstraint("site_id", "kind"),
        Index("ix_project_utility_project_id", "project_id"),
        Index("ix_project_utility_owner_id", "owner_id", postgresql_where=text("done_on IS NULL")),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    site_id: Mapped[int]
    kind: Mapped[str]
    supplier: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    promised_on: Mapped[date]
    # What was promised first, when the promise was moved since.
    first_promised_on: Mapped[date]
    done_on: Mapped[date | None]
    words: Mapped[str | None]

    project: Mapped[Project] = relationship(viewonly=True)
    site: Mapped[Site] = relationship(viewonly=True)
    owner: Mapped[Account] = relationship()
