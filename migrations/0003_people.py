"""Hand-overs, enterprises, tries to sign in, phone codes, and machines as holders of a post

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = [
    "grid_secretary",
    "grid_leader",
    "grid_worker",
    "part_time_worker",
    "building_head",
    "party_household",
    "good_neighbor",
    "agent",
    "support_team",
    "acceptor",
    "shift_leader",
    "dispatcher",
    "handler",
    "dept_head",
    "station_head",
    "street_leader",
    "safety_officer",
    "forest_ranger",
    "port_manager",
    "project_lead",
    "point_staff",
    "employer",
    "job_seeker",
    "resident",
    "supervisor",
    "admin",
]


def _roles(*names: str) -> None:
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_post_role"), "post")
    op.create_check_constraint(op.f("ck_post_role"), "post", f"role IN ({listed})")


def upgrade() -> None:
    _roles(*ROLES, "machine")
    op.create_table(
        "phone_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code")),
    )
    op.create_index("ix_phone_code_phone", "phone_code", ["phone", "id"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        "ix_sign_in_attempt_subject", "sign_in_attempt", ["subject", "at"], unique=False
    )
    op.create_table(
        "hand_over",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("next_post_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("taker_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "brief",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.BigInteger(), nullable=True),
        sa.Column("given_reason", sa.Text(), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("taken_by_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'given', 'taken')", name=op.f("ck_hand_over_state")),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["account.id"], name=op.f("fk_hand_over_given_by_id")
        ),
        sa.ForeignKeyConstraint(["giver_id"], ["account.id"], name=op.f("fk_hand_over_giver_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_hand_over_grid_id")),
        sa.ForeignKeyConstraint(
            ["next_post_id"], ["post.id"], name=op.f("fk_hand_over_next_post_id")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_hand_over_post_id")),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["account.id"], name=op.f("fk_hand_over_taken_by_id")
        ),
        sa.ForeignKeyConstraint(["taker_id"], ["account.id"], name=op.f("fk_hand_over_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("post_id", name=op.f("uq_hand_over_post_id")),
    )
    op.create_index(op.f("ix_hand_over_giver_id"), "hand_over", ["giver_id"], unique=False)
    op.create_index(op.f("ix_hand_over_grid_id"), "hand_over", ["grid_id"], unique=False)
    op.create_index("ix_hand_over_state", "hand_over", ["state", "id"], unique=False)
    op.create_index(op.f("ix_hand_over_taker_id"), "hand_over", ["taker_id"], unique=False)
    op.create_geospatial_table(
        "enterprise",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("premises", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("contact_post", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
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
            "credit_code ~ '^[0-9A-Z]{18}$'", name=op.f("ck_enterprise_credit_code")
        ),
        sa.CheckConstraint(
            "premises IN ('factory', 'site', 'store', 'office', 'small_school', 'small_clinic', 'small_shop', 'small_eatery', 'small_hotel', 'small_hall', 'small_net_cafe', 'small_bath', 'small_workshop', 'other')",
            name=op.f("ck_enterprise_premises"),
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_enterprise_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_enterprise_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_enterprise_grid_version_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_enterprise_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprise_credit_code")),
        sa.UniqueConstraint("place_id", name=op.f("uq_enterprise_place_id")),
    )
    op.create_geospatial_index(
        "idx_enterprise_geom",
        "enterprise",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_enterprise_grid_id"), "enterprise", ["grid_id"], unique=False)
    op.create_index("ix_enterprise_name", "enterprise", ["name", "id"], unique=False)
    op.execute(locate.placed_trigger("enterprise"))


def downgrade() -> None:
    op.drop_index("ix_enterprise_name", table_name="enterprise")
    op.drop_index(op.f("ix_enterprise_grid_id"), table_name="enterprise")
    op.drop_geospatial_index(
        "idx_enterprise_geom", table_name="enterprise", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("enterprise")
    op.drop_index(op.f("ix_hand_over_taker_id"), table_name="hand_over")
    op.drop_index("ix_hand_over_state", table_name="hand_over")
    op.drop_index(op.f("ix_hand_over_grid_id"), table_name="hand_over")
    op.drop_index(op.f("ix_hand_over_giver_id"), table_name="hand_over")
    op.drop_table("hand_over")
    op.drop_index("ix_sign_in_attempt_subject", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_index("ix_phone_code_phone", table_name="phone_code")
    op.drop_table("phone_code")
    op.execute("DELETE FROM post WHERE role = 'machine'")
    _roles(*ROLES)
