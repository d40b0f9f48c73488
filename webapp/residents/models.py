"""Tables of who lives where: buildings, dwellings, households, residents, and who of them needs care."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric, Placed
from webapp.grids.models import Grid
from webapp.people.models import Account
from webapp.residents.rules import BuildingKind, KeyGroup, Relation, Sex, Use
from webapp.residents.visit_rules import HOME_VISIT_FLOW, HomeVisitState, Manner


class Building(Numbered, Placed, Base):
    """A building in which people live. It is in the grid of its point; `outline` is its ground plan."""

    __tablename__ = "building"
    __table_args__ = (
        one_of("kind", BuildingKind),
        # One name in one grid: a workbook finds a building again by both.
        Index(
            "uq_building_name",
            "grid_id",
            "name",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("geom IS NOT NULL", name="geom"),
        CheckConstraint("floors BETWEEN 1 AND 120", name="floors"),
    )

    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str | None]
    floors: Mapped[int | None] = mapped_column(SmallInteger)
    outline: Mapped[Any | None] = mapped_column(Metric("POLYGON"))
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    grid: Mapped[Grid | None] = relationship(foreign_keys="Building.grid_id")
    dwellings: Mapped[list[Dwelling]] = relationship(
        back_populates="building", order_by="Dwelling.stair, Dwelling.floor, Dwelling.door"
    )


class Dwelling(Numbered, Base):
    """A flat or a house: by staircase, floor and door within its building ('' where there is only one)."""

    __tablename__ = "dwelling"
    __table_args__ = (
        one_of("use", Use),
        UniqueConstraint("building_id", "stair", "door"),
        CheckConstraint("floor BETWEEN -3 AND 120", name="floor"),
    )

    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    stair: Mapped[str] = mapped_column(server_default=text("''"))
    floor: Mapped[int | None] = mapped_column(SmallInteger)
    door: Mapped[str] = mapped_column(server_default=text("''"))
    use: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))

    building: Mapped[Building] = relationship(back_populates="dwellings")
    households: Mapped[list[Household]] = relationship(
        back_populates="dwelling",
        primaryjoin="and_(Household.dwelling_id == Dwelling.id, Household.left_at.is_(None))",
        order_by="Household.id",
        viewonly=True,
    )

    @property
    def grid_id(self) -> int | None:
        """The grid of its building."""
        return self.building.grid_id


class Household(Numbered, Base):
    """People who live together in a dwelling, from a day until they leave it."""

    __tablename__ = "household"
    __table_args__ = (
        Index("ix_household_dwelling_id", "dwelling_id", "left_at"),
        CheckConstraint("left_at >= since", name="left_at"),
    )

    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"))
    since: Mapped[date] = mapped_column(Date)
    left_at: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(server_default=text("0"))

    dwelling: Mapped[Dwelling] = relationship()
    residents: Mapped[list[Resident]] = relationship(
        back_populates="household",
        primaryjoin="and_(Resident.household_id == Household.id, Resident.left_at.is_(None))",
        order_by="Resident.relation != 'head', Resident.born, Resident.id",
        viewonly=True,
    )

    @property
    def grid_id(self) -> int | None:
        """The grid of its building."""
        return self.dwelling.building.grid_id


class Resident(Numbered, Base):
    """Somebody who lives in a household: of the fields of GB/T 31000 the few that the street needs.

    Identity and phone number are sealed; beside each stands a blind index, by which an equal one is
    found and no number can be read.
    """

    __tablename__ = "resident"
    __table_args__ = (
        one_of("sex", Sex),
        one_of("relation", Relation),
        CheckConstraint("(id_number IS NULL) = (id_blind IS NULL)", name="id_number"),
        CheckConstraint("(phone IS NULL) = (phone_blind IS NULL)", name="phone"),
        Index("ix_resident_household_id", "household_id", "left_at"),
        Index("ix_resident_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index("ix_resident_left_at", "left_at", postgresql_where=text("left_at IS NOT NULL")),
        Index(
            "uq_resident_head",
            "household_id",
            unique=True,
            postgresql_where=text(f"relation = '{Relation.HEAD}' AND left_at IS NULL"),
        ),
    )

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    name: Mapped[str]
    sex: Mapped[str]
    born: Mapped[date | None] = mapped_column(Date)
    id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_blind: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_blind: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    relation: Mapped[str]
    # Whether the place of the household register is this dwelling (人户一致); None: not asked.
    registered_here: Mapped[bool | None]
    left_at: Mapped[date | None] = mapped_column(Date)
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))

    household: Mapped[Household] = relationship(back_populates="residents")
    key_flags: Mapped[list[KeyFlag]] = relationship(
        back_populates="resident", order_by="KeyFlag.kind, KeyFlag.first_day"
    )

    @property
    def grid_id(self) -> int | None:
        """The grid of their building."""
        return self.household.grid_id


class KeyFlag(Numbered, Base):
    """Somebody belongs to a key group, for a purpose and from a day to a day; of one kind no two overlap."""

    __tablename__ = "key_flag"
    __table_args__ = (
        one_of("kind", KeyGroup),
        CheckConstraint("last_day >= first_day", name="days"),
        Index("ix_key_flag_resident_id", "resident_id", "last_day"),
        ExcludeConstraint(
            ("resident_id", "="),
            ("kind", "="),
            (text("daterange(first_day, last_day, '[]')"), "&&"),
            name="ex_key_flag_days",
            using="gist",
        ),
    )

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    kind: Mapped[str]
    purpose: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())

    resident: Mapped[Resident] = relationship(back_populates="key_flags")
    set_by: Mapped[Account | None] = relationship()

    @property
    def grid_id(self) -> int | None:
        """The grid of whoever it is about."""
        return self.resident.grid_id


class VisitInterval(Numbered, Base):
    """How often the households of a key group are visited, where the street has laid down its own."""

    __tablename__ = "visit_interval"
    __table_args__ = (
        one_of("kind", KeyGroup),
        CheckConstraint("every_days BETWEEN 1 AND 366", name="every_days"),
    )

    kind: Mapped[str] = mapped_column(unique=True)
    every_days: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HomeVisit(Numbered, Base):
    """A household is to be visited by a day. One record for one visit: who, when, how, what was found."""

    __tablename__ = "home_visit"
    __table_args__ = (
        HOME_VISIT_FLOW.check(),
        one_of("manner", Manner),
        Index(
            "uq_home_visit_due",
            "household_id",
            unique=True,
            postgresql_where=text(f"state = '{HomeVisitState.DUE}'"),
        ),
        Index(
            "ix_home_visit_due_on",
            "due_on",
            postgresql_where=text(f"state = '{HomeVisitState.DUE}'"),
        ),
        Index("ix_home_visit_household_id", "household_id", "ended_at"),
        CheckConstraint("tries BETWEEN 0 AND 3", name="tries"),
        CheckConstraint(f"state = '{HomeVisitState.DUE}' OR ended_at IS NOT NULL", name="ended"),
    )

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    last_try_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    away_m: Mapped[float | None] = mapped_column(Float(53))
    manner: Mapped[str | None]
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    # What was said there stands here only, and goes with the household.
    note: Mapped[str | None]

    household: Mapped[Household] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def grid_id(self) -> int | None:
        """The grid of its household."""
        return self.household.grid_id

    @property
    def geom(self) -> Any:
        """The point of the building."""
        return self.household.dwelling.building.geom


class ResidentErasureRule(Numbered, Base):
    """After how many years whoever moved away is erased; the newest rule holds."""

    __tablename__ = "resident_erasure_rule"
    __table_args__ = (CheckConstraint("years BETWEEN 1 AND 30", name="years"),)

    years: Mapped[int] = mapped_column(SmallInteger)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    account: Mapped[Account | None] = relationship()


class ResidentErasure(Numbered, Base):
    """What one night erased, in numbers only."""

    __tablename__ = "resident_erasure"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    years: Mapped[int] = mapped_column(SmallInteger)
    residents: Mapped[int]
    households: Mapped[int]
