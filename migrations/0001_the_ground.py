"""the ground

Revision ID: 0001
Revises:
Create Date: 2026-11-23 03:35:43.714396

"""

from typing import Sequence, Union

from alembic import op
from procrastinate.schema import SchemaManager
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base import audit, notices
from webapp.base.audit import Xid8
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0001"
down_revision: Union[str, Sequence[str], None] = None
branch_labels: Union[str, Sequence[str], None] = ("default",)
depends_on: Union[str, Sequence[str], None] = None


DROP_QUEUE = """
DO $$
DECLARE part record;
BEGIN
    FOR part IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relkind = 'r' AND c.relname LIKE 'procrastinate\\_%' LOOP
        EXECUTE format('DROP TABLE %s CASCADE', part.name);
    END LOOP;
    FOR part IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', part.name);
    END LOOP;
    FOR part IN SELECT t.oid::regtype AS name FROM pg_type t
        WHERE t.typname LIKE 'procrastinate\\_%' AND t.typtype IN ('e', 'c') LOOP
        EXECUTE format('DROP TYPE %s CASCADE', part.name);
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Upgrade schema."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("large_type", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("locked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "username IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_account_reachable")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("uq_account_phone", "account", ["phone"], unique=True)
    op.create_index(
        "uq_account_username", "account", [sa.literal_column("lower(username)")], unique=True
    )
    op.create_table(
        "case_class",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("standard_ref", sa.Text(), nullable=False),
        sa.Column("legacy_code", sa.Text(), nullable=True),
        sa.Column(
            "keywords", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("common_rank", sa.Integer(), nullable=True),
        sa.Column("self_close", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{5}$'", name=op.f("ck_case_class_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_case_class")),
    )
    op.create_table(
        "component_class",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("standard_ref", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{5}$'", name=op.f("ck_component_class_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_component_class")),
    )
    op.create_table(
        "signal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("weight", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    op.create_index("ix_signal_xid_id", "signal", ["xid", "id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('city', 'district', 'subdistrict', 'community', 'department', 'station')",
            name=op.f("ck_unit_kind"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("kind", "name", "parent_id", name=op.f("uq_unit_kind_name_parent_id")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_index(
        "uq_unit_root",
        "unit",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'subdistrict'"),
    )
    op.create_table(
        "boundary_set",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_sha256", sa.Text(), nullable=True),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("based_on_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'checked', 'active', 'retired')", name=op.f("ck_boundary_set_state")
        ),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["boundary_set.id"], name=op.f("fk_boundary_set_based_on_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_boundary_set_created_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_boundary_set_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_set")),
    )
    op.create_index(
        "uq_boundary_set_active",
        "boundary_set",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("thing_kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("client_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "thing_kind", "thing_id", "seq", name=op.f("uq_event_thing_kind_thing_id_seq")
        ),
    )
    op.create_index("ix_event_actor_id", "event", ["actor_id", "at"], unique=False)
    op.create_index("ix_event_at", "event", ["at"], unique=False, postgresql_using="brin")
    op.create_table(
        "grid",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("display_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("residents", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9A-Z]{15}$'", name=op.f("ck_grid_code")),
        sa.CheckConstraint(
            "kind IN ('community', 'village', 'industry', 'relocated')", name=op.f("ck_grid_kind")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["unit.id"], name=op.f("fk_grid_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
        sa.UniqueConstraint("code", name=op.f("uq_grid_code")),
        sa.UniqueConstraint("display_code", name=op.f("uq_grid_display_code")),
    )
    op.create_index(op.f("ix_grid_community_id"), "grid", ["community_id"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("taken_lon", sa.Float(precision=53), nullable=True),
        sa.Column("taken_lat", sa.Float(precision=53), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_stored_file_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index(op.f("ix_stored_file_sha256"), "stored_file", ["sha256"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_token_name")),
    )
    op.create_geospatial_table(
        "unit_cell",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Float(precision=53), nullable=False),
        sa.Column("perimeter_m", sa.Float(precision=53), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("land_use", sa.Text(), nullable=True),
        sa.Column("initial_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9A-Z]{15}$'", name=op.f("ck_unit_cell_code")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["unit.id"], name=op.f("fk_unit_cell_community_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit_cell")),
    )
    op.create_geospatial_index(
        "idx_unit_cell_geom",
        "unit_cell",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_unit_cell_community_id"), "unit_cell", ["community_id"], unique=False)
    op.create_table(
        "unit_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_words", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_code_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_code")),
        sa.UniqueConstraint(
            "unit_id", "system", "code", name=op.f("uq_unit_code_unit_id_system_code")
        ),
    )
    op.create_index(op.f("ix_unit_code_code"), "unit_code", ["code"], unique=False)
    op.create_geospatial_table(
        "grid_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("set_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("display_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "precedence",
            sa.SmallInteger(),
            sa.Computed(
                "CASE kind WHEN 'industry' THEN 0 WHEN 'relocated' THEN 1 WHEN 'village' THEN 2 WHEN 'community' THEN 3 END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "geom_light",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("area_m2", sa.Float(precision=53), nullable=False),
        sa.Column("perimeter_m", sa.Float(precision=53), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("grid_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("valid IS NOT NULL"),
            using="gist",
            name="ex_grid_version_valid",
        ),
        sa.CheckConstraint(
            "kind IN ('community', 'village', 'industry', 'relocated')",
            name=op.f("ck_grid_version_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["unit.id"], name=op.f("fk_grid_version_community_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_version_grid_id")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["boundary_set.id"], name=op.f("fk_grid_version_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_version")),
        sa.UniqueConstraint("set_id", "code", name=op.f("uq_grid_version_set_id_code")),
    )
    op.create_geospatial_index(
        "idx_grid_version_geom",
        "grid_version",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_grid_version_grid_id"), "grid_version", ["grid_id"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("role"), "="),
            (sa.text("coalesce(unit_id, 0)"), "="),
            (sa.text("coalesce(grid_id, 0)"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_post_valid",
        ),
        sa.CheckConstraint(
            "role IN ('grid_secretary', 'grid_leader', 'grid_worker', 'part_time_worker', 'building_head', 'party_household', 'good_neighbor', 'agent', 'support_team', 'acceptor', 'shift_leader', 'dispatcher', 'handler', 'dept_head', 'station_head', 'street_leader', 'safety_officer', 'forest_ranger', 'port_manager', 'project_lead', 'point_staff', 'employer', 'job_seeker', 'resident', 'supervisor', 'admin')",
            name=op.f("ck_post_role"),
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_post_valid")),
        sa.CheckConstraint("num_nonnulls(unit_id, grid_id) = 1", name=op.f("ck_post_one_place")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_post_account_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_post_created_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_post_grid_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_account_id"), "post", ["account_id"], unique=False)
    op.create_index("ix_post_grid_id", "post", ["grid_id", "role"], unique=False)
    op.create_index("ix_post_unit_id", "post", ["unit_id", "role"], unique=False)
    op.create_geospatial_table(
        "case_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("client_id", sa.UUID(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("where_words", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=True),
        sa.Column("handler_id", sa.BigInteger(), nullable=True),
        sa.Column("checker_id", sa.BigInteger(), nullable=True),
        sa.Column("happened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "received_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("said_grid_id", sa.BigInteger(), nullable=True),
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
        sa.Column("on_border", sa.Boolean(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "source IN ('worker', 'desk', 'public', 'machine')", name=op.f("ck_case_file_source")
        ),
        sa.CheckConstraint(
            "state IN ('reported', 'filed', 'dispatched', 'processing', 'feedback', 'checking', 'checked', 'closed', 'rejected')",
            name=op.f("ck_case_file_state"),
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_case_file_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["account.id"], name=op.f("fk_case_file_checker_id")
        ),
        sa.ForeignKeyConstraint(
            ["class_code"], ["case_class.code"], name=op.f("fk_case_file_class_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_case_file_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_case_file_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["handler_id"], ["account.id"], name=op.f("fk_case_file_handler_id")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["account.id"], name=op.f("fk_case_file_reporter_id")
        ),
        sa.ForeignKeyConstraint(
            ["said_grid_id"], ["grid.id"], name=op.f("fk_case_file_said_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("client_id", name=op.f("uq_case_file_client_id")),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
    )
    op.create_geospatial_index(
        "idx_case_file_geom",
        "case_file",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "ix_case_file_checker_open",
        "case_file",
        ["checker_id"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
        ),
    )
    op.create_index(op.f("ix_case_file_class_code"), "case_file", ["class_code"], unique=False)
    op.create_index(op.f("ix_case_file_grid_id"), "case_file", ["grid_id"], unique=False)
    op.create_index(
        "ix_case_file_handler_open",
        "case_file",
        ["handler_id"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
        ),
    )
    op.create_index(
        "ix_case_file_outside",
        "case_file",
        ["id"],
        unique=False,
        postgresql_where=sa.text(
            "grid_id IS NULL AND state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
        ),
    )
    op.create_index("ix_case_file_reporter_id", "case_file", ["reporter_id", "id"], unique=False)
    op.create_index("ix_case_file_state", "case_file", ["state", "id"], unique=False)
    op.create_table(
        "grid_lineage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("set_id", sa.BigInteger(), nullable=False),
        sa.Column("old_version_id", sa.BigInteger(), nullable=True),
        sa.Column("new_version_id", sa.BigInteger(), nullable=True),
        sa.Column("share_of_old", sa.Float(precision=53), nullable=True),
        sa.Column("share_of_new", sa.Float(precision=53), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('same', 'moved', 'split', 'merged', 'new', 'gone')",
            name=op.f("ck_grid_lineage_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["new_version_id"], ["grid_version.id"], name=op.f("fk_grid_lineage_new_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["old_version_id"], ["grid_version.id"], name=op.f("fk_grid_lineage_old_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["boundary_set.id"], name=op.f("fk_grid_lineage_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_lineage")),
    )
    op.create_index(op.f("ix_grid_lineage_set_id"), "grid_lineage", ["set_id"], unique=False)
    op.create_geospatial_table(
        "grid_piece",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=False),
        sa.Column("precedence", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_piece_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_grid_piece_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_piece")),
    )
    op.create_geospatial_index(
        "idx_grid_piece_geom",
        "grid_piece",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_table(
        "place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("provenance", sa.Text(), nullable=True),
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
        sa.Column("on_border", sa.Boolean(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('workstation', 'village', 'enterprise', 'project_site', 'camera', 'sampling_point', 'fishing_port')",
            name=op.f("ck_place_kind"),
        ),
        sa.ForeignKeyConstraint(["cell_code"], ["unit_cell.code"], name=op.f("fk_place_cell_code")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_place_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_place_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_place_kind_name")),
    )
    op.create_geospatial_index(
        "idx_place_geom",
        "place",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_place_grid_id"), "place", ["grid_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("sent_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "sent_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("duty IN ('handle', 'check')", name=op.f("ck_assignment_duty")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_assignment_account_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_assignment_case_id")),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["account.id"], name=op.f("fk_assignment_sent_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_account_open",
        "assignment",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_assignment_case_id"), "assignment", ["case_id"], unique=False)
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["case_id", "duty"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "case_media",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("client_id", sa.UUID(), nullable=True),
        sa.Column("distance_m", sa.Float(precision=53), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "stage IN ('found', 'after', 'check')", name=op.f("ck_case_media_stage")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_media_case_id")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_case_media_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_media")),
        sa.UniqueConstraint("case_id", "client_id", name=op.f("uq_case_media_case_id_client_id")),
    )
    op.create_index(op.f("ix_case_media_case_id"), "case_media", ["case_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "params",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "dispatch_out",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_out")),
    )
    op.execute("CREATE SEQUENCE case_number")
    for function in (*audit.FUNCTIONS, *notices.FUNCTIONS, *locate.FUNCTIONS):
        op.execute(function)
    for trigger in (*audit.TRIGGERS, *notices.TRIGGERS):
        op.execute(trigger)
    for table in ("place", "case_file"):
        op.execute(locate.placed_trigger(table))
    # The queue brings its own schema; a percent sign in it is no parameter of ours.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    """Downgrade schema."""
    op.execute(DROP_QUEUE)
    op.execute("DROP SEQUENCE case_number")
    op.drop_table("dispatch_out")
    op.drop_table("notice")
    op.drop_index(op.f("ix_case_media_case_id"), table_name="case_media")
    op.drop_table("case_media")
    op.drop_index(
        "uq_assignment_open", table_name="assignment", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(op.f("ix_assignment_case_id"), table_name="assignment")
    op.drop_index(
        "ix_assignment_account_open",
        table_name="assignment",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("assignment")
    op.drop_index(op.f("ix_place_grid_id"), table_name="place")
    op.drop_geospatial_index(
        "idx_place_geom", table_name="place", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("place")
    op.drop_geospatial_index(
        "idx_grid_piece_geom", table_name="grid_piece", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("grid_piece")
    op.drop_index(op.f("ix_grid_lineage_set_id"), table_name="grid_lineage")
    op.drop_table("grid_lineage")
    op.drop_index("ix_case_file_state", table_name="case_file")
    op.drop_index("ix_case_file_reporter_id", table_name="case_file")
    op.drop_index(
        "ix_case_file_outside",
        table_name="case_file",
        postgresql_where=sa.text(
            "grid_id IS NULL AND state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
        ),
    )
    op.drop_index(
        "ix_case_file_handler_open",
        table_name="case_file",
        postgresql_where=sa.text(
            "state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
        ),
    )
    op.drop_index(op.f("ix_case_file_grid_id"), table_name="case_file")
    op.drop_index(op.f("ix_case_file_class_code"), table_name="case_file")
    op.drop_index(
        "ix_case_file_checker_open",
        table_name="case_file",
        postgresql_where=sa.text(
            "state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
        ),
    )
    op.drop_geospatial_index(
        "idx_case_file_geom", table_name="case_file", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("case_file")
    op.drop_index("ix_post_unit_id", table_name="post")
    op.drop_index("ix_post_grid_id", table_name="post")
    op.drop_index(op.f("ix_post_account_id"), table_name="post")
    op.drop_table("post")
    op.drop_index(op.f("ix_grid_version_grid_id"), table_name="grid_version")
    op.drop_geospatial_index(
        "idx_grid_version_geom",
        table_name="grid_version",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("grid_version")
    op.drop_index(op.f("ix_unit_code_code"), table_name="unit_code")
    op.drop_table("unit_code")
    op.drop_index(op.f("ix_unit_cell_community_id"), table_name="unit_cell")
    op.drop_geospatial_index(
        "idx_unit_cell_geom", table_name="unit_cell", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("unit_cell")
    op.drop_table("token")
    op.drop_index(op.f("ix_stored_file_sha256"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_index(op.f("ix_grid_community_id"), table_name="grid")
    op.drop_table("grid")
    op.drop_index("ix_event_at", table_name="event", postgresql_using="brin")
    op.drop_index("ix_event_actor_id", table_name="event")
    op.drop_table("event")
    op.drop_index(
        "uq_boundary_set_active",
        table_name="boundary_set",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.drop_table("boundary_set")
    op.drop_index(
        "uq_unit_root", table_name="unit", postgresql_where=sa.text("kind = 'subdistrict'")
    )
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_index("ix_signal_xid_id", table_name="signal")
    op.drop_table("signal")
    op.drop_table("component_class")
    op.drop_table("case_class")
    op.drop_index("uq_account_username", table_name="account")
    op.drop_index("uq_account_phone", table_name="account")
    op.drop_table("account")
    for function in (
        "placed()",
        "rebuild_grid_pieces()",
        "cell_at(geometry)",
        "grid_at(geometry)",
        "event_chain()",
        "event_frozen()",
        "signal_wake()",
        "notice_signal()",
    ):
        op.execute(f"DROP FUNCTION {function}")
