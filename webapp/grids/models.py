"""Tables of the territory: units, grids, boundary sets and versions, unit cells, named places."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from shapely import Polygon
from sqlalchemy import (
    CheckConstraint,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric, Placed, shape_of
from webapp.grids.locate import PRECEDENCE_SQL
from webapp.grids.rules import (
    BOUNDARY_FLOW,
    CODE_PATTERN,
    GridKind,
    LineageKind,
    PlaceKind,
    UnitKind,
)


class Unit(Numbered, Base):
    """A level of the territory or a body that works in it."""

    __tablename__ = "unit"
    __table_args__ = (
        one_of("kind", UnitKind),
        UniqueConstraint("kind", "name", "parent_id"),
        Index(
            "uq_unit_root",
            "kind",
            unique=True,
            postgresql_where=text("kind = 'subdistrict'"),
        ),
    )

    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    provenance: Mapped[str | None]

    parent: Mapped[Unit | None] = relationship(remote_side="Unit.id")
    codes: Mapped[list[UnitCode]] = relationship(back_populates="unit")


class UnitCode(Numbered, Base):
    """One code of a unit in one numbering system; none of them is the key."""

    __tablename__ = "unit_code"
    __table_args__ = (UniqueConstraint("unit_id", "system", "code"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    system: Mapped[str]
    code: Mapped[str] = mapped_column(index=True)
    valid_words: Mapped[str | None]
    source: Mapped[str | None]
    provisional: Mapped[bool] = mapped_column(server_default=text("false"))

    unit: Mapped[Unit] = relationship(back_populates="codes")


class Grid(Numbered, Base):
    """A governance grid through all its versions."""

    __tablename__ = "grid"
    __table_args__ = (
        one_of("kind", GridKind),
        CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    display_code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    community_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    households: Mapped[int | None] = mapped_column(Integer)
    residents: Mapped[int | None] = mapped_column(Integer)
    summary: Mapped[str | None]
    provenance: Mapped[str | None]
    retired_at: Mapped[datetime | None]

    community: Mapped[Unit] = relationship()


class BoundarySet(Numbered, Base):
    """All borders at once: drawn or imported, checked, in force for a time, retired."""

    __tablename__ = "boundary_set"
    __table_args__ = (
        BOUNDARY_FLOW.check(),
        Index(
            "uq_boundary_set_active",
            "state",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    title: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    version: Mapped[int] = mapped_column(server_default=text("0"))
    valid: Mapped[Range[datetime] | None] = mapped_column(TSTZRANGE)
    illustrative: Mapped[bool] = mapped_column(server_default=text("false"))
    source_name: Mapped[str | None]
    source_sha256: Mapped[str | None]
    report: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    versions: Mapped[list[GridVersion]] = relationship(back_populates="boundary_set")


class GridVersion(Numbered, Base):
    """The border of one grid in one boundary set, with the names it had then."""

    __tablename__ = "grid_version"
    __table_args__ = (
        one_of("kind", GridKind),
        UniqueConstraint("set_id", "code"),
        ExcludeConstraint(
            ("grid_id", "="),
            ("valid", "&&"),
            name="ex_grid_version_valid",
            using="gist",
            where=text("valid IS NOT NULL"),
        ),
    )

    set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id", ondelete="CASCADE"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    code: Mapped[str]
    display_code: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    precedence: Mapped[int] = mapped_column(
        SmallInteger, Computed(PRECEDENCE_SQL.format(kind="kind"), persisted=True)
    )
    community_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    geom: Mapped[Any] = mapped_column(Metric("POLYGON"))
    geom_light: Mapped[Any | None] = mapped_column(Metric("POLYGON", spatial_index=False))
    area_m2: Mapped[float] = mapped_column(Float(53))
    perimeter_m: Mapped[float] = mapped_column(Float(53))
    valid: Mapped[Range[datetime] | None] = mapped_column(TSTZRANGE)
    provenance: Mapped[str | None]

    boundary_set: Mapped[BoundarySet] = relationship(back_populates="versions")
    community: Mapped[Unit | None] = relationship()

    @property
    def shape(self) -> Polygon:
        """The border, in metres."""
        return cast(Polygon, shape_of(self.geom))


class GridRun(Base):
    """Squares side by side in a row that lie wholly in one grid and one unit cell.

    Counted in steps of `RUN_SIDE_M` of the storage CRS. Made from the borders in force whenever
    these change, for fast look-up; no other table refers to it.
    """

    __tablename__ = "grid_run"

    north: Mapped[int] = mapped_column(Integer, primary_key=True)
    west: Mapped[int] = mapped_column(Integer, primary_key=True)
    east: Mapped[int] = mapped_column(Integer)
    grid_id: Mapped[int]
    grid_version_id: Mapped[int]
    on_border: Mapped[bool]
    cell_code: Mapped[str | None]


class GridLineage(Numbered, Base):
    """How much of an old grid lies in a new one, written when a set takes force."""

    __tablename__ = "grid_lineage"
    __table_args__ = (one_of("kind", LineageKind),)

    set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"), index=True)
    old_version_id: Mapped[int | None] = mapped_column(ForeignKey("grid_version.id"))
    new_version_id: Mapped[int | None] = mapped_column(ForeignKey("grid_version.id"))
    share_of_old: Mapped[float | None] = mapped_column(Float(53))
    share_of_new: Mapped[float | None] = mapped_column(Float(53))
    kind: Mapped[str]


class UnitCell(Base):
    """A unit cell (万米单元网格) of about 10,000 m²; cells never cross a community."""

    __tablename__ = "unit_cell"
    __table_args__ = (CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    community_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    geom: Mapped[Any] = mapped_column(Metric("GEOMETRY"))
    area_m2: Mapped[float] = mapped_column(Float(53))
    perimeter_m: Mapped[float] = mapped_column(Float(53))
    grade: Mapped[str | None]
    land_use: Mapped[str | None]
    initial_date: Mapped[date]
    end_date: Mapped[date | None]


class LandParcel(Numbered, Base):
    """A parcel of land as the cadastre has it. Proposed borders run around it and never through it."""

    __tablename__ = "land_parcel"

    number: Mapped[str] = mapped_column(unique=True)
    geom: Mapped[Any] = mapped_column(Metric("POLYGON"))
    source: Mapped[str]


class Place(Numbered, Placed, Base):
    """A named place that came with the geodata."""

    __tablename__ = "place"
    __table_args__ = (one_of("kind", PlaceKind), UniqueConstraint("kind", "name"))

    kind: Mapped[str]
    name: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    provenance: Mapped[str | None]
