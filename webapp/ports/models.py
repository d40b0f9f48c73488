"""Tables of the fishing ports: ports, vessels and their crews, closed seasons, voyages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.sealing import SealedText
from webapp.base.spatial import Metric, Placed
from webapp.grids.models import Grid
from webapp.people.models import Account, Enterprise
from webapp.ports.rules import RECALL_FLOW, VOYAGE_FLOW, RecallState, VesselKind, VoyageState


class Port(Numbered, Placed, Base):
    """A fishing port. Its point is its quay."""

    __tablename__ = "port"

    name: Mapped[str] = mapped_column(unique=True)
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))

    grid: Mapped[Grid | None] = relationship(foreign_keys="Port.grid_id")
    berths: Mapped[list[Berth]] = relationship(back_populates="port", order_by="Berth.name")
    gate_lines: Mapped[list[GateLine]] = relationship(
        back_populates="port", order_by="GateLine.name"
    )


class Berth(Numbered, Base):
    """Water in which so many vessels lie."""

    __tablename__ = "berth"
    __table_args__ = (
        UniqueConstraint("port_id", "name"),
        CheckConstraint("places BETWEEN 1 AND 2000", name="places"),
    )

    port_id: Mapped[int] = mapped_column(ForeignKey("port.id"))
    name: Mapped[str]
    area: Mapped[Any] = mapped_column(Metric("POLYGON"))
    places: Mapped[int] = mapped_column(Integer)

    port: Mapped[Port] = relationship(back_populates="berths")


class GateLine(Numbered, Base):
    """The line over which vessels leave a port. The port lies to the left of its direction."""

    __tablename__ = "port_gate_line"
    __table_args__ = (UniqueConstraint("port_id", "name"),)

    port_id: Mapped[int] = mapped_column(ForeignKey("port.id"))
    name: Mapped[str]
    line: Mapped[Any] = mapped_column(Metric("LINESTRING"))

    port: Mapped[Port] = relationship(back_populates="gate_lines")


class Vessel(Numbered, Base):
    """A fishing vessel. `account_id` acts for it; the phone is shown masked."""

    __tablename__ = "vessel"
    __table_args__ = (
        one_of("kind", VesselKind),
        CheckConstraint("mmsi ~ '^[0-9]{9}$'", name="mmsi"),
        CheckConstraint("bd_id ~ '^[0-9A-Za-z-]{3,20}$'", name="bd_id"),
        CheckConstraint("length_m BETWEEN 2 AND 200", name="length_m"),
        CheckConstraint("power_kw BETWEEN 0 AND 20000", name="power_kw"),
        CheckConstraint("permitted_crew BETWEEN 1 AND 99", name="permitted_crew"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    mmsi: Mapped[str | None] = mapped_column(unique=True)
    # What its BeiDou terminal is called.
    bd_id: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str]
    length_m: Mapped[float] = mapped_column(Float(53))
    power_kw: Mapped[float | None] = mapped_column(Float(53))
    permitted_crew: Mapped[int | None] = mapped_column(SmallInteger)
    port_id: Mapped[int] = mapped_column(ForeignKey("port.id"), index=True)
    owner: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(SealedText)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    registered_until: Mapped[date | None] = mapped_column(Date)
    licensed_until: Mapped[date | None] = mapped_column(Date)
    inspected_until: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(server_default=text("0"))
    closed_at: Mapped[datetime | None]

    port: Mapped[Port] = relationship()
    account: Mapped[Account | None] = relationship()
    enterprise: Mapped[Enterprise | None] = relationship()


class CrewMember(Numbered, Base):
    """Somebody of the crew of a vessel. Their identity number is kept sealed and never shown."""

    __tablename__ = "crew_member"
    __table_args__ = (Index("ix_crew_member_vessel_id", "vessel_id", "id"),)

    vessel_id: Mapped[int] = mapped_column(ForeignKey("vessel.id"))
    name: Mapped[str]
    duty: Mapped[str | None]
    certificate: Mapped[str | None]
    certified_until: Mapped[date | None] = mapped_column(Date)
    id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    certificate_picture_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    # The end of a certificate of which was told.
    warned_for: Mapped[date | None] = mapped_column(Date)
    left_at: Mapped[datetime | None]

    photo: Mapped[StoredFile | None] = relationship(foreign_keys=[photo_id])
    certificate_picture: Mapped[StoredFile | None] = relationship(
        foreign_keys=[certificate_picture_id]
    )


class ClosedSeason(Numbered, Base):
    """From the first to the last of these days vessels of this kind stay in port."""

    __tablename__ = "closed_season"
    __table_args__ = (
        one_of("kind", VesselKind),
        UniqueConstraint("year", "kind"),
        CheckConstraint("first <= last", name="days"),
    )

    year: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)


class WindLimit(Numbered, Base):
    """Vessels up to this length (metres) are called back from this wind (force of Beaufort) on."""

    __tablename__ = "wind_limit"
    __table_args__ = (
        CheckConstraint("up_to_m BETWEEN 2 AND 200", name="up_to_m"),
        CheckConstraint("force BETWEEN 3 AND 12", name="force"),
    )

    up_to_m: Mapped[float] = mapped_column(Float(53), unique=True)
    force: Mapped[int] = mapped_column(SmallInteger)


class Voyage(Numbered, Base):
    """A vessel left, and is back or not yet. `crew` are the names of those on board, as ticked."""

    __tablename__ = "voyage"
    __table_args__ = (
        VOYAGE_FLOW.check(),
        Index("ix_voyage_vessel_id", "vessel_id", "left_at"),
        Index("ix_voyage_left_at", "left_at", "id"),
        Index(
            "uq_voyage_at_sea",
            "vessel_id",
            unique=True,
            postgresql_where=text(f"state = '{VoyageState.AT_SEA}'"),
        ),
    )

    vessel_id: Mapped[int] = mapped_column(ForeignKey("vessel.id"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    destination: Mapped[str]
    crew: Mapped[list[Any]]
    left_at: Mapped[datetime] = mapped_column(server_default=func.now())
    back_at: Mapped[datetime | None]
    # Taken by whoever reported the departure.
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    vessel: Mapped[Vessel] = relationship()
    photo: Mapped[StoredFile | None] = relationship()
    # Whoever acts for the vessel now, also where somebody else reported its departure.
    account_id: Mapped[int | None] = column_property(
        select(Vessel.account_id)
        .where(Vessel.id == vessel_id)
        .correlate_except(Vessel)
        .scalar_subquery()
    )


class Recall(Numbered, Base):
    """Vessels at sea for which this wind (force of Beaufort) is too strong are called back; one at a time."""

    __tablename__ = "recall"
    __table_args__ = (
        RECALL_FLOW.check(),
        CheckConstraint("force BETWEEN 3 AND 12", name="force"),
        Index("ix_recall_called_at", "called_at"),
        Index(
            "uq_recall_calling",
            "state",
            unique=True,
            postgresql_where=text(f"state = '{RecallState.CALLING}'"),
        ),
    )

    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    force: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str | None]
    called_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecallCall(Numbered, Base):
    """One vessel that was called back, and who said for it that they know."""

    __tablename__ = "recall_call"
    __table_args__ = (UniqueConstraint("recall_id", "vessel_id"),)

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    vessel_id: Mapped[int] = mapped_column(ForeignKey("vessel.id"), index=True)
    called_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    recall: Mapped[Recall] = relationship()
    vessel: Mapped[Vessel] = relationship()
    acknowledged_by: Mapped[Account | None] = relationship()
    account_id: Mapped[int | None] = column_property(
        select(Vessel.account_id)
        .where(Vessel.id == vessel_id)
        .correlate_except(Vessel)
        .scalar_subquery()
    )
