"""field work

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-26 00:01:49.949033

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0012"
down_revision: Union[str, Sequence[str], None] = "0011"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "patrol",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("client_id", sa.UUID(), nullable=True),
        sa.Column("planned_by_id", sa.BigInteger(), nullable=True),
        sa.Column("walker_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'finished' OR finished_at IS NOT NULL", name=op.f("ck_patrol_finished")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'started', 'finished', 'cancelled')", name=op.f("ck_patrol_state")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_patrol_grid_id")),
        sa.ForeignKeyConstraint(
            ["planned_by_id"], ["account.id"], name=op.f("fk_patrol_planned_by_id")
        ),
        sa.ForeignKeyConstraint(["walker_id"], ["account.id"], name=op.f("fk_patrol_walker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
        sa.UniqueConstraint("client_id", name=op.f("uq_patrol_client_id")),
    )
    op.create_index("ix_patrol_grid_id", "patrol", ["grid_id", "state", "id"], unique=False)
    op.create_geospatial_table(
        "door",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("every_days", sa.SmallInteger(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("raw_lon", sa.Float(precision=53), nullable=True),
        sa.Column("raw_lat", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column(
            "grid_version_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True
        ),
        sa.Column("cell_code", sa.Text(), server_default=sa.FetchedValue(), nullable=True),
        sa.CheckConstraint("every_days > 0", name=op.f("ck_door_every_days")),
        sa.ForeignKeyConstraint(["cell_code"], ["unit_cell.code"], name=op.f("fk_door_cell_code")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_door_created_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_door_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_door_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door")),
    )
    op.create_geospatial_index(
        "idx_door_geom", "door", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_door_grid_id"), "door", ["grid_id"], unique=False)
    op.execute(locate.placed_trigger("door"))
    op.create_geospatial_table(
        "patrol_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("visited_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("away_m", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('place', 'enterprise', 'trouble', 'free')", name=op.f("ck_patrol_point_kind")
        ),
        sa.CheckConstraint(
            "state <> 'visited' OR visited_at IS NOT NULL", name=op.f("ck_patrol_point_visited")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'visited', 'skipped')", name=op.f("ck_patrol_point_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_patrol_point_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["patrol_id"], ["patrol.id"], name=op.f("fk_patrol_point_patrol_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_point")),
        sa.UniqueConstraint("patrol_id", "place", name=op.f("uq_patrol_point_patrol_id_place")),
    )
    op.create_table(
        "case_pin",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_case_pin_account_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_pin_case_id")),
        sa.PrimaryKeyConstraint("account_id", "case_id", name=op.f("pk_case_pin")),
    )
    op.create_index("ix_case_pin_case_id", "case_pin", ["case_id"], unique=False)
    op.create_table(
        "door_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("door_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_try_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("away_m", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('care', 'safety', 'news', 'reply', 'other')",
            name=op.f("ck_door_visit_purpose"),
        ),
        sa.CheckConstraint(
            "state = 'due' OR ended_at IS NOT NULL", name=op.f("ck_door_visit_ended")
        ),
        sa.CheckConstraint(
            "state IN ('due', 'done', 'not_home', 'refused')", name=op.f("ck_door_visit_state")
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 3", name=op.f("ck_door_visit_tries")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_door_visit_account_id")
        ),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name=op.f("fk_door_visit_door_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_visit")),
    )
    op.create_index("ix_door_visit_door_id", "door_visit", ["door_id", "id"], unique=False)
    op.create_index(
        "ix_door_visit_due",
        "door_visit",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "uq_door_visit_due",
        "door_visit",
        ["door_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.add_column("case_media", sa.Column("phone_lon", sa.Float(precision=53), nullable=True))
    op.add_column("case_media", sa.Column("phone_lat", sa.Float(precision=53), nullable=True))
    op.add_column(
        "case_media", sa.Column("phone_accuracy_m", sa.Float(precision=53), nullable=True)
    )
    op.add_column("case_media", sa.Column("phone_heading", sa.Float(precision=53), nullable=True))
    op.add_column("case_media", sa.Column("phone_m", sa.Float(precision=53), nullable=True))
    op.add_column("stored_file", sa.Column("taken_heading", sa.Float(precision=53), nullable=True))
    op.create_index(
        "uq_event_mark",
        "event",
        ["thing_kind", "thing_id", "move", sa.text("(data ->> 'mark')")],
        unique=True,
        postgresql_where=sa.text("(data ->> 'mark') IS NOT NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("uq_event_mark", table_name="event")
    op.drop_column("stored_file", "taken_heading")
    op.drop_column("case_media", "phone_m")
    op.drop_column("case_media", "phone_heading")
    op.drop_column("case_media", "phone_accuracy_m")
    op.drop_column("case_media", "phone_lat")
    op.drop_column("case_media", "phone_lon")
    op.drop_index(
        "uq_door_visit_due", table_name="door_visit", postgresql_where=sa.text("state = 'due'")
    )
    op.drop_index(
        "ix_door_visit_due", table_name="door_visit", postgresql_where=sa.text("state = 'due'")
    )
    op.drop_index("ix_door_visit_door_id", table_name="door_visit")
    op.drop_table("door_visit")
    op.drop_index("ix_case_pin_case_id", table_name="case_pin")
    op.drop_table("case_pin")
    op.drop_geospatial_table("patrol_point")
    op.drop_index(op.f("ix_door_grid_id"), table_name="door")
    op.drop_geospatial_index(
        "idx_door_geom", table_name="door", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("door")
    op.drop_index("ix_patrol_grid_id", table_name="patrol")
    op.drop_table("patrol")
