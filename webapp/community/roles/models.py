"""Tables of neighbourhood roles and of what communities say of their own model."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.sealing import SealedText
from webapp.community.roles.rules import IN_A_BUILDING, RoleKind
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account
from webapp.residents.models import Building

_TERM = text("daterange(since, until)")
_BUILT = ", ".join(f"'{kind}'" for kind in IN_A_BUILDING)


class NeighbourRole(Numbered, Base):
    """What somebody is for their neighbours from `since` until the day before `until`.

    `phone` may be seen by the residents of the building or grid: whoever takes the role agrees to it.
    """

    __tablename__ = "neighbour_role"
    __table_args__ = (
        one_of("kind", RoleKind),
        CheckConstraint("until > since", name="term"),
        CheckConstraint(f"kind NOT IN ({_BUILT}) OR building_id IS NOT NULL", name="building"),
        # A building has one head at a time.
        ExcludeConstraint(
            ("building_id", "="),
            (_TERM, "&&"),
            name="ex_neighbour_role_head",
            using="gist",
            where=text(f"kind = '{RoleKind.BUILDING_HEAD}'"),
        ),
        # Nobody has one role twice at one place at a time.
        ExcludeConstraint(
            ("kind", "="),
            ("grid_id", "="),
            (text("coalesce(building_id, 0)"), "="),
            ("name", "="),
            (_TERM, "&&"),
            name="ex_neighbour_role_twice",
            using="gist",
        ),
        Index("ix_neighbour_role_grid_id", "grid_id", "kind"),
        Index("ix_neighbour_role_account_id", "account_id"),
    )

    kind: Mapped[str]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(SealedText)
    words: Mapped[str | None]
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    grid: Mapped[Grid] = relationship()
    building: Mapped[Building | None] = relationship()
    account: Mapped[Account | None] = relationship()


class CommunityModel(Numbered, Base):
    """The way of working that a community calls its own: its name and what is done."""

    __tablename__ = "community_model"
    __table_args__ = (UniqueConstraint("unit_id"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str]
    words: Mapped[str]

    unit: Mapped[Unit] = relationship()
