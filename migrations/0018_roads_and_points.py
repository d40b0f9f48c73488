"""roads and points

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-26 05:59:32.621334

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0018"
down_revision: Union[str, Sequence[str], None] = "0017"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "road_network",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column(
            "loaded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_network")),
    )
    op.create_geospatial_table(
        "travel_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_stop")),
        sa.UniqueConstraint("kind", "thing_id", name=op.f("uq_travel_stop_kind_thing_id")),
    )
    op.create_geospatial_index(
        "idx_travel_stop_geom",
        "travel_stop",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_table(
        "road_edge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("road_class", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("length_m", sa.Float(precision=53), nullable=False),
        sa.Column("speed_kmh", sa.Float(precision=53), nullable=False),
        sa.Column("oneway", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRING",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("length_m > 0", name=op.f("ck_road_edge_length_m")),
        sa.CheckConstraint("oneway IN (-1, 0, 1)", name=op.f("ck_road_edge_oneway")),
        sa.CheckConstraint("speed_kmh > 0", name=op.f("ck_road_edge_speed_kmh")),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["road_network.id"],
            name=op.f("fk_road_edge_network_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_edge")),
    )
    op.create_geospatial_index(
        "idx_road_edge_geom",
        "road_edge",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_road_edge_network_id"), "road_edge", ["network_id"], unique=False)
    op.create_table(
        "travel_time",
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), nullable=False),
        sa.Column("metres", sa.Float(precision=53), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column(
            "counted_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "basis IN ('roads', 'near', 'far', 'apart', 'no_roads')",
            name=op.f("ck_travel_time_basis"),
        ),
        sa.CheckConstraint("mode IN ('walk', 'ebike', 'car')", name=op.f("ck_travel_time_mode")),
        sa.CheckConstraint(
            "seconds >= 0 AND metres >= 0", name=op.f("ck_travel_time_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["travel_stop.id"], name=op.f("fk_travel_time_from_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["travel_stop.id"], name=op.f("fk_travel_time_to_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("to_id", "mode", "from_id", name=op.f("pk_travel_time")),
    )
    op.create_index(
        "ix_travel_time_from", "travel_time", ["from_id", "mode", "seconds"], unique=False
    )
    op.create_geospatial_table(
        "service_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "access", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("access_words", sa.Text(), nullable=True),
        sa.Column("usual_s", sa.Float(precision=53), nullable=False),
        sa.Column("slot_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("slot_seats", sa.SmallInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("photo_id", sa.BigInteger(), nullable=True),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
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
        sa.CheckConstraint(
            "template IN ('workstation', 'service_hall', 'sampling', 'vaccination', 'free_clinic', 'fee_day', 'polling')",
            name=op.f("ck_service_point_template"),
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_service_point_days")),
        sa.CheckConstraint(
            "slot_minutes BETWEEN 0 AND 240", name=op.f("ck_service_point_slot_minutes")
        ),
        sa.CheckConstraint(
            "slot_seats BETWEEN 0 AND 100", name=op.f("ck_service_point_slot_seats")
        ),
        sa.CheckConstraint("usual_s > 0", name=op.f("ck_service_point_usual_s")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_service_point_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_service_point_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_service_point_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["stored_file.id"], name=op.f("fk_service_point_photo_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_point_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point")),
        sa.UniqueConstraint("template", "name", name=op.f("uq_service_point_template_name")),
    )
    op.create_geospatial_index(
        "idx_service_point_geom",
        "service_point",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_service_point_grid_id"), "service_point", ["grid_id"], unique=False)
    op.create_index(op.f("ix_service_point_unit_id"), "service_point", ["unit_id"], unique=False)
    op.execute(locate.placed_trigger("service_point"))
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "booked_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('booked', 'arrived', 'missed', 'cancelled')",
            name=op.f("ck_appointment_state"),
        ),
        sa.CheckConstraint("seat >= 1", name=op.f("ck_appointment_seat")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_appointment_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["service_point.id"], name=op.f("fk_appointment_point_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_appointment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_account_id", "appointment", ["account_id", "id"], unique=False)
    op.create_index(
        "uq_appointment_own",
        "appointment",
        ["account_id", "point_id"],
        unique=True,
        postgresql_where=sa.text("state = 'booked'"),
    )
    op.create_index(
        "uq_appointment_seat",
        "appointment",
        ["point_id", "starts_at", "seat"],
        unique=True,
        postgresql_where=sa.text("state IN ('booked', 'arrived')"),
    )
    op.create_table(
        "opening_exception",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "closes > opens OR closes = '00:00'", name=op.f("ck_opening_exception_order")
        ),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL)", name=op.f("ck_opening_exception_both")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["service_point.id"],
            name=op.f("fk_opening_exception_point_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_exception")),
        sa.UniqueConstraint(
            "point_id",
            "day",
            "opens",
            name=op.f("uq_opening_exception_point_id_day_opens"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint(
            "closes > opens OR closes = '00:00'", name=op.f("ck_opening_hours_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["service_point.id"],
            name=op.f("fk_opening_hours_point_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint(
            "point_id", "weekday", "opens", name=op.f("uq_opening_hours_point_id_weekday_opens")
        ),
    )
    op.create_table(
        "served_grid",
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_served_grid_grid_id")),
        sa.ForeignKeyConstraint(
            ["point_id"], ["service_point.id"], name=op.f("fk_served_grid_point_id")
        ),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_served_grid")),
    )
    op.create_index(op.f("ix_served_grid_point_id"), "served_grid", ["point_id"], unique=False)
    op.create_table(
        "service_window",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(account_id IS NULL) = (opened_at IS NULL)", name=op.f("ck_service_window_open")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_window_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["service_point.id"],
            name=op.f("fk_service_window_point_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_window")),
        sa.UniqueConstraint("point_id", "number", name=op.f("uq_service_window_point_id_number")),
    )
    op.create_index(
        "uq_service_window_account",
        "service_window",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_table(
        "ticket_counter",
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["service_point.id"],
            name=op.f("fk_ticket_counter_point_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("point_id", "day", name=op.f("pk_ticket_counter")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("window_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("called_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("calls", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'called') <= (window_id IS NOT NULL)", name=op.f("ck_ticket_window")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'called', 'served', 'no_show', 'cancelled')",
            name=op.f("ck_ticket_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_account_id")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_ticket_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["service_point.id"], name=op.f("fk_ticket_point_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ticket_unit_id")),
        sa.ForeignKeyConstraint(
            ["window_id"], ["service_window.id"], name=op.f("fk_ticket_window_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_ticket_appointment_id")),
        sa.UniqueConstraint(
            "point_id", "day", "number", name=op.f("uq_ticket_point_id_day_number")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_ticket_token")),
    )
    op.create_index("ix_ticket_account_id", "ticket", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_ticket_queue",
        "ticket",
        ["point_id", sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_ticket_served",
        "ticket",
        ["point_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("state = 'served'"),
    )
    op.create_index(
        "uq_ticket_at_window",
        "ticket",
        ["window_id"],
        unique=True,
        postgresql_where=sa.text("state = 'called'"),
    )
    op.create_index(
        "uq_ticket_own",
        "ticket",
        ["point_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'called') AND account_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_ticket_own",
        table_name="ticket",
        postgresql_where=sa.text("state IN ('waiting', 'called') AND account_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_ticket_at_window", table_name="ticket", postgresql_where=sa.text("state = 'called'")
    )
    op.drop_index(
        "ix_ticket_served", table_name="ticket", postgresql_where=sa.text("state = 'served'")
    )
    op.drop_index(
        "ix_ticket_queue", table_name="ticket", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_index("ix_ticket_account_id", table_name="ticket")
    op.drop_table("ticket")
    op.drop_table("ticket_counter")
    op.drop_index(
        "uq_service_window_account",
        table_name="service_window",
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.drop_table("service_window")
    op.drop_index(op.f("ix_served_grid_point_id"), table_name="served_grid")
    op.drop_table("served_grid")
    op.drop_table("opening_hours")
    op.drop_table("opening_exception")
    op.drop_index(
        "uq_appointment_seat",
        table_name="appointment",
        postgresql_where=sa.text("state IN ('booked', 'arrived')"),
    )
    op.drop_index(
        "uq_appointment_own", table_name="appointment", postgresql_where=sa.text("state = 'booked'")
    )
    op.drop_index("ix_appointment_account_id", table_name="appointment")
    op.drop_table("appointment")
    op.drop_index(op.f("ix_service_point_unit_id"), table_name="service_point")
    op.drop_index(op.f("ix_service_point_grid_id"), table_name="service_point")
    op.drop_geospatial_index(
        "idx_service_point_geom",
        table_name="service_point",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("service_point")
    op.drop_index("ix_travel_time_from", table_name="travel_time")
    op.drop_table("travel_time")
    op.drop_index(op.f("ix_road_edge_network_id"), table_name="road_edge")
    op.drop_geospatial_index(
        "idx_road_edge_geom", table_name="road_edge", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("road_edge")
    op.drop_geospatial_index(
        "idx_travel_stop_geom",
        table_name="travel_stop",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("travel_stop")
    op.drop_table("road_network")
