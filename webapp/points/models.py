"""Tables of the points: hours, windows, tickets, appointments, and the point each grid belongs to."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, Spanned, one_of, whole_span
from webapp.base.files import StoredFile
from webapp.base.spatial import Placed
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account
from webapp.points.rules import APPOINTMENT_FLOW, TICKET_FLOW, Template


class ServicePoint(Numbered, Placed, Base):
    """A place where people are served. `unit_id` is the body whose people serve there.

    `items` are the codes of what is offered; None: all that its kind of point offers.
    """

    __tablename__ = "service_point"
    __table_args__ = (
        one_of("template", Template),
        UniqueConstraint("template", "name"),
        CheckConstraint("usual_s > 0", name="usual_s"),
        CheckConstraint("slot_minutes BETWEEN 0 AND 240", name="slot_minutes"),
        CheckConstraint("slot_seats BETWEEN 0 AND 100", name="slot_seats"),
        CheckConstraint("last_day >= first_day", name="days"),
    )

    template: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    address: Mapped[str | None]
    phone: Mapped[str | None]
    words: Mapped[str | None]
    items: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    access: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    access_words: Mapped[str | None]
    usual_s: Mapped[float] = mapped_column(Float(53))
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    slot_seats: Mapped[int] = mapped_column(SmallInteger)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    # When its windows or its gate were last heard from.
    heard_at: Mapped[datetime | None]
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    closed_at: Mapped[datetime | None]

    grid: Mapped[Grid | None] = relationship()
    unit: Mapped[Unit] = relationship()
    photo: Mapped[StoredFile | None] = relationship()
    hours: Mapped[list[OpeningHours]] = relationship(
        order_by="OpeningHours.weekday, OpeningHours.opens", cascade="all, delete-orphan"
    )
    exceptions: Mapped[list[OpeningException]] = relationship(
        order_by="OpeningException.day, OpeningException.opens", cascade="all, delete-orphan"
    )
    windows: Mapped[list[ServiceWindow]] = relationship(
        back_populates="point", order_by="ServiceWindow.number"
    )


class OpeningHours(Numbered, Base):
    """A span of one weekday (0 Monday) in which a point is open; a span to 00:00 ends with the day."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint("point_id", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes > opens OR closes = '00:00'", name="order"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]


class OpeningException(Numbered, Base):
    """A day that differs: closed (no times), or open in this span."""

    __tablename__ = "opening_exception"
    __table_args__ = (
        UniqueConstraint("point_id", "day", "opens", postgresql_nulls_not_distinct=True),
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both"),
        CheckConstraint("closes > opens OR closes = '00:00'", name="order"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id", ondelete="CASCADE"))
    day: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    words: Mapped[str | None]


class ServiceWindow(Numbered, Base):
    """A window or lane of a point; it is open while somebody sits at it."""

    __tablename__ = "service_window"
    __table_args__ = (
        UniqueConstraint("point_id", "number"),
        CheckConstraint("(account_id IS NULL) = (opened_at IS NULL)", name="open"),
        Index(
            "uq_service_window_account",
            "account_id",
            unique=True,
            postgresql_where=text("account_id IS NOT NULL"),
        ),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(SmallInteger)
    # The codes of what is done here; None: everything the point offers.
    items: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime | None]

    point: Mapped[ServicePoint] = relationship(back_populates="windows")
    account: Mapped[Account | None] = relationship()


class WindowShift(Numbered, Spanned, Base):
    """Somebody sits at a window for a time; of one window and of one person no two overlap."""

    __tablename__ = "window_shift"
    __table_args__ = (
        whole_span(),
        ExcludeConstraint(
            ("window_id", "="), ("span", "&&"), name="ex_window_shift_window", using="gist"
        ),
        ExcludeConstraint(
            ("account_id", "="), ("span", "&&"), name="ex_window_shift_account", using="gist"
        ),
    )

    window_id: Mapped[int] = mapped_column(ForeignKey("service_window.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    window: Mapped[ServiceWindow] = relationship()
    account: Mapped[Account] = relationship()


class TicketCounter(Base):
    """The last number given at a point on a day."""

    __tablename__ = "ticket_counter"

    point_id: Mapped[int] = mapped_column(
        ForeignKey("service_point.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Ticket(Numbered, Base):
    """A number in the queue of a point. Whoever has its `token` sees it without signing in."""

    __tablename__ = "ticket"
    __table_args__ = (
        TICKET_FLOW.check(),
        UniqueConstraint("point_id", "day", "number"),
        Index(
            "uq_ticket_at_window",
            "window_id",
            unique=True,
            postgresql_where=text("state = 'called'"),
        ),
        Index(
            "uq_ticket_own",
            "point_id",
            "account_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'called') AND account_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_queue",
            "point_id",
            text("priority DESC"),
            "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_ticket_served", "point_id", "ended_at", postgresql_where=text("state = 'served'")
        ),
        Index("ix_ticket_account_id", "account_id", "id"),
        CheckConstraint("(state = 'called') <= (window_id IS NOT NULL)", name="window"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    # That of the point, so that rights over a station reach its tickets.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    token: Mapped[uuid.UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    day: Mapped[date]
    number: Mapped[int]
    item_code: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    state: Mapped[str]
    version: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), unique=True)
    window_id: Mapped[int | None] = mapped_column(ForeignKey("service_window.id"))
    taken_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    ended_at: Mapped[datetime | None]

    point: Mapped[ServicePoint] = relationship()
    window: Mapped[ServiceWindow | None] = relationship()

    @property
    def label(self) -> str:
        """The number as it is called: A for those who came, B for those with an appointment."""
        return f"{'B' if self.appointment_id else 'A'}{self.number:03d}"


class Appointment(Numbered, Base):
    """A seat of a slot. `seat` counts from 1; two people never have the same one."""

    __tablename__ = "appointment"
    __table_args__ = (
        APPOINTMENT_FLOW.check(),
        Index(
            "uq_appointment_seat",
            "point_id",
            "starts_at",
            "seat",
            unique=True,
            postgresql_where=text("state IN ('booked', 'arrived')"),
        ),
        Index(
            "uq_appointment_own",
            "account_id",
            "point_id",
            unique=True,
            postgresql_where=text("state = 'booked'"),
        ),
        CheckConstraint("seat >= 1", name="seat"),
        Index("ix_appointment_account_id", "account_id", "id"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[datetime]
    seat: Mapped[int] = mapped_column(SmallInteger)
    item_code: Mapped[str | None]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str]
    version: Mapped[int]
    booked_at: Mapped[datetime] = mapped_column(server_default=func.now())

    point: Mapped[ServicePoint] = relationship()
    account: Mapped[Account] = relationship()


class ServedGrid(Base):
    """The workstation to which the people of a grid belong."""

    __tablename__ = "served_grid"

    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    # `assumed`: nearest on foot when it was made; `set`: said by somebody.
    basis: Mapped[str]

    point: Mapped[ServicePoint] = relationship()
