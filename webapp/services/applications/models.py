"""Tables of applications: the application, its mandate, its one supplement, its papers, its rating."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    OPEN,
    RATING_FLOW,
    Channel,
    Delivered,
    Kept,
    Mandated,
    RatingState,
)
from webapp.services.items.models import ItemVersion

_OPEN = ", ".join(f"'{state}'" for state in OPEN)


class Application(Numbered, Base):
    """Somebody applies for an item, under the version that was in force when they began.

    Working time counts from `running_since` on; what ran before is in `worked_s` (working seconds).
    """

    __tablename__ = "service_application"
    __table_args__ = (
        APPLICATION_FLOW.check(),
        one_of("channel", Channel),
        one_of("delivered_way", Delivered),
        CheckConstraint("worked_s >= 0", name="worked"),
        CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'withdrawn')", name="submitted"
        ),
        CheckConstraint(
            "erased_at IS NULL OR num_nonnulls(sealed, shown_name, applicant_id, note) = 0",
            name="erased",
        ),
        Index("ix_service_application_applicant_id", "applicant_id", "id"),
        Index("ix_service_application_agent_id", "agent_id", "id"),
        Index("ix_service_application_station_id", "station_id", "state"),
        Index("ix_service_application_department_id", "department_id", "state"),
        Index("ix_service_application_grid_id", "grid_id", "state"),
        Index("ix_service_application_decided", "version_id", "decided_at"),
        Index(
            "ix_service_application_open", "due_at", postgresql_where=text(f"state IN ({_OPEN})")
        ),
        Index(
            "ix_service_application_over",
            "ended_at",
            postgresql_where=text("ended_at IS NOT NULL AND erased_at IS NULL"),
        ),
        Index(
            "ix_service_application_draft",
            "created_at",
            postgresql_where=text("state = 'draft'"),
        ),
        Index(
            "ix_service_application_notice",
            "publicity_until",
            postgresql_where=text("state = 'publicity' AND running_since IS NULL"),
        ),
    )

    number: Mapped[str | None] = mapped_column(unique=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("service_item_version.id"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    channel: Mapped[str]
    client_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # What lists may show of the applicant: the first letter of the name.
    shown_name: Mapped[str | None]
    answers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    # The personal answers, as JSON, sealed.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    running_since: Mapped[datetime | None]
    worked_s: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    soon_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    stage_due_at: Mapped[datetime | None]
    publicity_until: Mapped[datetime | None]
    note: Mapped[str | None]
    law: Mapped[str | None]
    remedy: Mapped[str | None]
    elsewhere: Mapped[str | None]
    delivered_way: Mapped[str | None]
    # In the address behind the QR code of the result.
    result_code: Mapped[str | None] = mapped_column(unique=True)
    home_service: Mapped[bool] = mapped_column(server_default=text("false"))
    visit_at: Mapped[datetime | None]
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    visited_at: Mapped[datetime | None]
    # From then on it says no more of whom it was.
    erased_at: Mapped[datetime | None]

    item: Mapped[ItemVersion] = relationship()
    applicant: Mapped[Account | None] = relationship(foreign_keys=[applicant_id])
    agent: Mapped[Account | None] = relationship(foreign_keys=[agent_id])
    visitor: Mapped[Account | None] = relationship(foreign_keys=[visitor_id])
    grid: Mapped[Grid | None] = relationship()
    station: Mapped[Unit | None] = relationship(foreign_keys=[station_id])
    department: Mapped[Unit] = relationship(foreign_keys=[department_id])
    mandate: Mapped[Mandate | None] = relationship(back_populates="application")
    supplement: Mapped[Supplement | None] = relationship(back_populates="application")
    rating: Mapped[ServiceRating | None] = relationship(back_populates="application")
    materials: Mapped[list[ServiceMaterial]] = relationship(
        back_populates="application", order_by="ServiceMaterial.id"
    )

    # Set by the action that was asked a second time for what is there already.
    replayed = False

    @property
    def paused(self) -> bool:
        """True while its clock stands still and will go on."""
        return self.running_since is None and self.state in OPEN


class Mandate(Numbered, Base):
    """Who was told to apply in whose place, when, and how they were told."""

    __tablename__ = "service_mandate"
    __table_args__ = (one_of("how", Mandated),)

    application_id: Mapped[int] = mapped_column(ForeignKey("service_application.id"), unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    how: Mapped[str]
    words: Mapped[str]
    given_at: Mapped[datetime]
    # The paper on which it stands, sealed.
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    application: Mapped[Application] = relationship(back_populates="mandate")
    agent: Mapped[Account] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class Supplement(Numbered, Base):
    """What was missing. The database holds it to one for each application, for ever."""

    __tablename__ = "service_supplement"

    application_id: Mapped[int] = mapped_column(ForeignKey("service_application.id"), unique=True)
    lacking: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]

    application: Mapped[Application] = relationship(back_populates="supplement")
    asked_by: Mapped[Account] = relationship()


class ServiceMaterial(Numbered, Base):
    """A paper of an application, or one on file that is used again by consent."""

    __tablename__ = "service_material"
    __table_args__ = (
        one_of("kept_as", Kept),
        CheckConstraint("(kept_as = 'reused') = (of_id IS NOT NULL)", name="reused"),
        CheckConstraint("of_id IS NULL OR consented_at IS NOT NULL", name="consent"),
        UniqueConstraint("application_id", "key"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("service_application.id"))
    key: Mapped[str] = mapped_column(index=True)
    kept_as: Mapped[str]
    licence_no: Mapped[str | None]
    of_id: Mapped[int | None] = mapped_column(ForeignKey("service_material.id"), index=True)
    consented_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    application: Mapped[Application] = relationship(back_populates="materials")
    of: Mapped[ServiceMaterial | None] = relationship(remote_side="ServiceMaterial.id")
    pages: Mapped[list[MaterialPage]] = relationship(order_by="MaterialPage.position")


class MaterialPage(Numbered, Base):
    """One page of a paper: a picture that lies sealed on the disk."""

    __tablename__ = "service_material_page"
    __table_args__ = (UniqueConstraint("material_id", "position"),)

    material_id: Mapped[int] = mapped_column(ForeignKey("service_material.id"))
    position: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship()


class ServiceRating(Numbered, Base):
    """One matter, one rating. A poor one is called back and rectified by the station head."""

    __tablename__ = "service_rating"
    __table_args__ = (
        RATING_FLOW.check(),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("(level <= 2) = (call_due_at IS NOT NULL)", name="poor"),
        Index(
            "ix_service_rating_open",
            "station_id",
            "call_due_at",
            postgresql_where=text(f"state IN ('{RatingState.TO_CALL}', '{RatingState.CALLED}')"),
        ),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("service_application.id"), unique=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[str]
    version: Mapped[int]
    level: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str | None]
    created_at: Mapped[datetime]
    call_due_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    called_words: Mapped[str | None]
    rectify_due_at: Mapped[datetime | None]
    rectified_at: Mapped[datetime | None]
    rectified_words: Mapped[str | None]

    application: Mapped[Application] = relationship(back_populates="rating")


class ServiceErasureRule(Numbered, Base):
    """Months after their end before applications for items of a field are erased; '' is every other field."""

    __tablename__ = "service_erasure_rule"
    __table_args__ = (CheckConstraint("months BETWEEN 1 AND 240", name="months"),)

    field: Mapped[str] = mapped_column(unique=True)
    months: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ServiceErasure(Numbered, Base):
    """What was erased of which application, when, by which rule, how much. Nothing of what it said."""

    __tablename__ = "service_erasure"

    application_id: Mapped[int] = mapped_column(ForeignKey("service_application.id"), unique=True)
    at: Mapped[datetime]
    field: Mapped[str]
    months: Mapped[int] = mapped_column(Integer)
    answers: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    texts: Mapped[int] = mapped_column(Integer)
    notices: Mapped[int] = mapped_column(Integer)

    application: Mapped[Application] = relationship()
